/** Whether a sign-in's `last_seen_at` should be written with this request. */
export type LastSeenThrottle = (signInId: string) => boolean

const EVERY_MS = 5 * 60 * 1000
const REMEMBERED = 1000

/**
 * True once in five minutes for each sign-in and isolate; the database looks at the row's own time as well, so that
 * many isolates write no oftener than one.
 */
export function createLastSeenThrottle(now: () => number = Date.now): LastSeenThrottle {
  const last = new Map<string, number>()
  return (signInId) => {
    const time = now()
    if (time - (last.get(signInId) ?? -Infinity) < EVERY_MS) return false
    last.delete(signInId)
    last.set(signInId, time)
    const [oldest] = last.keys()
    if (last.size > REMEMBERED && oldest !== undefined) last.delete(oldest)
    return true
  }
}
