import { createJwks } from '../../src/auth/jwks.ts'
import type { VerifierOptions } from '../../src/auth/verifier.ts'
import type { TokensEnv } from './verifying-worker.ts'

/** Parley's verifier as `src/index.ts` sets it up, with keys that come from the binding. */
export function parleyOptions({ REGION, POOL_ID, CLIENT_ID, JWKS }: TokensEnv): VerifierOptions {
  const issuer = `https://cognito-idp.${REGION}.amazonaws.com/${POOL_ID}`
  const url = `${issuer}/.well-known/jwks.json`
  const keys = createJwks({ url, timeoutMs: 5000, fetch: async () => new Response(JWKS) })
  return { issuer, clientIds: [CLIENT_ID], keys }
}
