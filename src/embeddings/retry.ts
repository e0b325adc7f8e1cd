/** Waits, or returns early when the signal is aborted; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export const sleep: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish, { once: true })
  })

/**
 * How long a response asks its client to wait, in milliseconds, or undefined: `Retry-After-Ms` (OpenAI), else
 * `Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3). A date in the past is 0.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const exact = nonNegative(headers.get('retry-after-ms'))
  if (exact !== undefined) return exact
  const value = headers.get('retry-after')
  const seconds = nonNegative(value)
  if (seconds !== undefined) return seconds * 1000
  const date = Date.parse(value ?? '')
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

const FIRST_BACKOFF_MS = 250
const LONGEST_BACKOFF_MS = 8_000

/** Exponential back-off with full jitter: anything from 0 to a bound that doubles with each attempt (counted from 1). */
export function backoffMs(attempt: number): number {
  return Math.random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1))
}

/** Whether a status may be different next time: time-outs, conflicts, rate limits and the server's own failures. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500
}

function nonNegative(value: string | null): number | undefined {
  if (value === null || !/^\d+(\.\d+)?$/.test(value.trim())) return undefined
  return Number(value)
}
