/**
 * Waits until a second is over. A token tells its `auth_time` in whole seconds, so that a sign-in of the second in which all
 * were ended cannot be told from an earlier one, and is refused. The answer is held back until that second is over, so that a
 * sign-in after it is let in.
 *
 * @param time ISO-8601, of the database's clock
 */
export async function secondAfter(time: string): Promise<void> {
  const left = Math.ceil((Date.parse(time) + 1) / 1000) * 1000 - Date.now()
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(left, 1000)))
}
