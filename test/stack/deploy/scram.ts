import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

/** Whether what Postgres keeps of a password (`pg_authid.rolpassword`) is of this one (RFC 5802). */
export function isVerifierOf(verifier: unknown, password: string): boolean {
  const [, iterations, salt, storedKey] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(String(verifier)) ?? []
  if (!salt) return false
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  return createHash('sha256').update(clientKey).digest('base64') === storedKey
}
