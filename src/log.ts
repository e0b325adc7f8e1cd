import type { Trace } from './trace.ts'

export type LogLevel = 'info' | 'warn' | 'error'
export type LogFields = Record<string, unknown>

/** Writes one JSON object a line. What is handed in must hold no token, body, SQL parameter or connection string. */
export type Logger = (level: LogLevel, event: string, fields: LogFields) => void

export const consoleLogger: Logger = (level, event, fields) => {
  // oxlint-disable-next-line no-console -- the one place that writes the log; Workers' observability indexes JSON lines
  console[level](JSON.stringify({ level, event, ...fields }))
}

/** One warning for each call to the database that took at least so long. */
export function logSlowQueries(
  { log, slowQueryMs }: { log: Logger; slowQueryMs: number },
  { requestId, calls }: Trace,
  fields: LogFields = {},
): void {
  for (const { name, milliseconds } of calls) {
    if (milliseconds < slowQueryMs) continue
    log('warn', 'slow_query', { requestId, ...fields, query: name, durationMs: milliseconds })
  }
}

/** By identity, of which there is one for all requests with the same token. */
const hashes = new WeakMap<object, string>()

/** Ties the lines of one user together without naming the user: the first 64 bits of SHA-256, in hex. */
export async function hashForLog(identity: { readonly userId: string }): Promise<string> {
  const known = hashes.get(identity)
  if (known !== undefined) return known
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(identity.userId))
  const hash = new Uint8Array(digest, 0, 8).toHex()
  hashes.set(identity, hash)
  return hash
}
