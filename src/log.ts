export type LogLevel = 'info' | 'warn' | 'error'
export type LogFields = Record<string, unknown>

/** Writes one JSON object a line. What is handed in must hold no token, body, SQL parameter or connection string. */
export type Logger = (level: LogLevel, event: string, fields: LogFields) => void

export const consoleLogger: Logger = (level, event, fields) => {
  // oxlint-disable-next-line no-console -- the one door to the log; Workers' observability indexes JSON lines
  console[level](JSON.stringify({ level, event, ...fields }))
}

/** Ties the lines of one user together without naming the user: the first 64 bits of SHA-256, in hex. */
export async function hashForLog(userId: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(userId))
  return new Uint8Array(digest, 0, 8).toHex()
}
