import { randomUUID } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { TokensEnv } from './verifying-worker.ts'

/** Tokens of a user pool that only this run has, and what a verifier needs to know of the pool. */
export interface Issued {
  bindings: TokensEnv & Record<string, string>
  tokens: string[]
  /** Tokens that no verifier may accept, by what is wrong with them. */
  bad: Record<string, string>
}

const KID = 'bench'
const CLIENT_ID = '7h2kq0example0client0id'
const REGION = 'eu-central-1'
const POOL_ID = `${REGION}_Benchmark`
const ISSUER = `https://cognito-idp.${REGION}.amazonaws.com/${POOL_ID}`

/** Issues so many access tokens, each of another user, with the claims and the length of Cognito's. */
export async function issueTokens(count: number): Promise<Issued> {
  const [ours, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: KID, alg: 'RS256', use: 'sig' }
  const tokens = await Promise.all(Array.from({ length: count }, () => sign(ours.privateKey, newClaims())))
  const issue = (claims: JWTPayload) => sign(ours.privateKey, { ...newClaims(), ...claims })
  return {
    bindings: { REGION, POOL_ID, CLIENT_ID, JWKS: JSON.stringify({ keys: [jwk] }), TOKENS: JSON.stringify(tokens) },
    tokens,
    bad: {
      'another signature': mix(tokens[0], tokens[1]),
      'a signature of another key': await sign(foreign.privateKey, newClaims()),
      'another pool': await issue({ iss: `${ISSUER}2` }),
      'another client': await issue({ client_id: 'another' }),
      'the use of an ID token': await issue({ token_use: 'id', aud: CLIENT_ID }),
      'a time that is over': await issue({ exp: seconds() - 1 }),
    },
  }
}

const seconds = () => Math.floor(Date.now() / 1000)

function newClaims(): JWTPayload {
  const sub = randomUUID()
  const now = seconds()
  return {
    sub,
    iss: ISSUER,
    client_id: CLIENT_ID,
    origin_jti: randomUUID(),
    event_id: randomUUID(),
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
    auth_time: now,
    exp: now + 3600,
    iat: now,
    jti: randomUUID(),
    username: sub,
  }
}

const sign = (key: CryptoKey, claims: JWTPayload) =>
  new SignJWT(claims).setProtectedHeader({ kid: KID, alg: 'RS256' }).sign(key)

/** What one token says under the signature of another. */
const mix = (one = '', other = '') =>
  one
    .split('.')
    .with(2, other.split('.')[2] ?? '')
    .join('.')
