import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto'
import keys from 'cognito-local/lib/keys/cognitoLocal.private.json' with { type: 'json' }
import type { AppClient } from 'cognito-local/lib/services/appClient.js'
import type { Tokens } from 'cognito-local/lib/services/tokenGenerator.js'
import { attributeValue, type User } from 'cognito-local/lib/services/userPoolService.js'
import { decodeJwt, jwtVerify, SignJWT, type JWTPayload } from 'jose'

const privateKey = createPrivateKey(keys.pem)
const publicKey = createPublicKey(privateKey)

const secondsIn: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }

/** As in Cognito's API: the types of `aws-sdk` are not installed. */
export interface Attribute {
  Name: string
  Value?: string
}

export interface SignInDetails {
  /** The refresh token in use, or undefined for a new sign-in. */
  refreshedFrom?: string | undefined
  /** What an authorization request has asked for. Without it, as by Cognito's API: the user's own API, and all attributes. */
  scope?: string | undefined
  nonce?: string | undefined
  /** When the user gave the password, in seconds since 1970; by default now. */
  authTime?: number | undefined
}

/**
 * Signs tokens as Cognito does. cognito-local's own generator has neither `origin_jti` nor an `auth_time` that outlives
 * a refresh, and a product that revokes sign-ins needs both: all tokens of one sign-in share them.
 *
 * @param details how the sign-in came about
 */
export async function signTokens(
  issuer: string,
  user: User,
  groups: readonly string[],
  client: AppClient,
  { refreshedFrom, ...details }: SignInDetails,
): Promise<Tokens> {
  const now = Math.floor(Date.now() / 1000)
  const origin = refreshedFrom === undefined ? undefined : decodeJwt(refreshedFrom)
  const originId = origin?.jti ?? randomUUID()
  const units = client.TokenValidityUnits
  const shared = {
    sub: attributeValue('sub', user.Attributes) ?? user.Username,
    ...(groups.length > 0 && { 'cognito:groups': groups }),
    origin_jti: originId,
    event_id: randomUUID(),
    auth_time: origin?.['auth_time'] ?? origin?.iat ?? details.authTime ?? now,
  }
  const requested = refreshedFrom === undefined ? details.scope : origin?.['scope']
  const scope = typeof requested === 'string' ? requested : undefined
  const shows = (name: string) => scope === undefined || scope.split(' ').includes(name)
  const sign = (claims: JWTPayload, lifetime: number) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: keys.jwk.kid })
      .setIssuer(issuer)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetime)
      .sign(privateKey)
  const access = {
    ...shared,
    jti: randomUUID(),
    token_use: 'access',
    client_id: client.ClientId,
    scope: scope ?? 'aws.cognito.signin.user.admin',
    username: user.Username,
  }
  const id = {
    ...shared,
    jti: randomUUID(),
    token_use: 'id',
    aud: client.ClientId,
    ...(details.nonce !== undefined && { nonce: details.nonce }),
    ...(shows('email') && {
      email: attributeValue('email', user.Attributes),
      email_verified: attributeValue('email_verified', user.Attributes) === 'true',
    }),
    ...(shows('profile') && pick(user, ['name', 'given_name', 'family_name', 'picture'])),
    'cognito:username': user.Username,
  }
  const [AccessToken, IdToken, RefreshToken] = await Promise.all([
    sign(access, secondsOf(client.AccessTokenValidity ?? 1, units?.AccessToken ?? 'hours')),
    sign(id, secondsOf(client.IdTokenValidity ?? 1, units?.IdToken ?? 'hours')),
    // A nonce, so that a rotated token differs from the one of the same second before it.
    sign(
      { jti: originId, auth_time: shared.auth_time, nonce: randomUUID(), client_id: client.ClientId, scope },
      secondsOf(client.RefreshTokenValidity ?? 30, units?.RefreshToken ?? 'days'),
    ),
  ])
  return { AccessToken, IdToken, RefreshToken }
}

const pick = (user: User, names: readonly string[]): JWTPayload =>
  Object.fromEntries(
    (user.Attributes as Attribute[]).filter(({ Name }) => names.includes(Name)).map(({ Name, Value }) => [Name, Value]),
  )

const secondsOf = (validity: number, unit: string) => validity * (secondsIn[unit] ?? 3600)

/** The claims of an access token that this peer signed and that has not expired, or undefined. */
export async function readAccessToken(token: unknown): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(String(token), publicKey, { algorithms: ['RS256'] })
    return payload['token_use'] === 'access' ? payload : undefined
  } catch {
    return undefined
  }
}

/** The sign-in that a refresh token began: the `origin_jti` of its access tokens. */
export const originOf = (refreshToken: string): string | undefined => decodeJwt(refreshToken).jti

/** Whether a refresh token is the app client's. One of an earlier version, which named none, is anybody's; so is what is no token. */
export function wasIssuedTo(refreshToken: string, clientId: string | undefined): boolean {
  try {
    const owner = decodeJwt(refreshToken)['client_id']
    return owner === undefined || owner === clientId
  } catch {
    return true
  }
}
