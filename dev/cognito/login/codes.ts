import { createHash, randomUUID } from 'node:crypto'
import type { SignedIn } from '../directory.ts'

/** As long as Cognito's. */
const LIFETIME_MS = 5 * 60_000

/** What an authorization code was given for. */
export interface Grant {
  clientId: string
  redirectUri: string
  /** Null where the client has sent none. */
  challenge: string | null
  scope: string
  nonce: string | undefined
  who: SignedIn
}

export interface CodeStore {
  /** @returns a new code, good for one use within five minutes */
  give: (grant: Grant) => string
  /** @returns what the code was given for, the first time that it is shown, whatever comes of that */
  take: (code: string) => Grant | null
}

/** @param now milliseconds since 1970 */
export function createCodes(now: () => number = Date.now): CodeStore {
  const grants = new Map<string, Grant & { endsAt: number }>()
  return {
    give(grant) {
      for (const [code, { endsAt }] of grants) if (endsAt <= now()) grants.delete(code)
      const code = randomUUID()
      grants.set(code, { ...grant, endsAt: now() + LIFETIME_MS })
      return code
    },
    take(code) {
      const grant = grants.get(code)
      grants.delete(code)
      return grant !== undefined && now() < grant.endsAt ? grant : null
    },
  }
}

/** Whether the verifier is that of the challenge (RFC 7636 §4.6, S256). A verifier without a challenge is one that was stripped on the way. */
export function provesChallenge(verifier: string | null, challenge: string | null): boolean {
  if (challenge === null || verifier === null) return challenge === verifier
  return /^[\w.~-]{43,128}$/.test(verifier) && createHash('sha256').update(verifier).digest('base64url') === challenge
}
