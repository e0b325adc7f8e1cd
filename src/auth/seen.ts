/** When each sign-in was last noted in its row of `sessions`. */
export interface LastSeenThrottle {
  /** Whether it should be noted with this request. */
  isDue: (signInId: string) => boolean
  /** It was noted: only then it is not due again. */
  note: (signInId: string) => void
}

const EVERY_MS = 5 * 60 * 1000
const REMEMBERED = 1000

/**
 * Due once in five minutes for each sign-in and isolate; the database looks at the row's own time as well, so that many
 * isolates write no oftener than one.
 */
export function createLastSeenThrottle(now: () => number = Date.now): LastSeenThrottle {
  const last = new Map<string, number>()
  return {
    isDue: (signInId) => now() - (last.get(signInId) ?? -Infinity) >= EVERY_MS,
    note(signInId) {
      last.delete(signInId)
      last.set(signInId, now())
      const [oldest] = last.keys()
      if (last.size > REMEMBERED && oldest !== undefined) last.delete(oldest)
    },
  }
}
