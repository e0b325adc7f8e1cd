export type LogLevel = 'info' | 'warn' | 'error'
export type LogFields = Record<string, unknown>

/** Writes one JSON object a line. What is handed in must hold no token, body, SQL parameter or connection string. */
export type Logger = (level: LogLevel, event: string, fields: LogFields) => void

export const consoleLogger: Logger = (level, event, fields) => {
  // oxlint-disable-next-line no-console -- the one door to the log; Workers' observability indexes JSON lines
  console[level](JSON.stringify({ level, event, ...fields }))
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
