import type { AppClient } from 'cognito-local/lib/services/appClient.js'
import type { CognitoService } from 'cognito-local/lib/services/cognitoService.js'
import type { Context } from 'cognito-local/lib/services/context.js'
import type { Tokens } from 'cognito-local/lib/services/tokenGenerator.js'
import { attributeValue, type User } from 'cognito-local/lib/services/userPoolService.js'
import type { JWTPayload } from 'jose'
import { NotAuthorizedError, UserNotConfirmedException, UserNotFoundError } from './exceptions.ts'
import { type Attribute, originOf, readAccessToken, signTokens } from './tokens.ts'

export type { AppClient } from 'cognito-local/lib/services/appClient.js'

/** Somebody who has shown their password. */
export interface SignedIn {
  username: string
  email: string
  /** When, in seconds since 1970. */
  authTime: number
}

/** What the sign-in pages and the token endpoint need of the pool beside the actions of Cognito's API. */
export interface Directory {
  findClient: (clientId: string) => Promise<AppClient | null>
  /** Rejects with `NotAuthorizedException`, or `UserNotConfirmedException` where the password is right. */
  checkPassword: (clientId: string, email: string, password: string) => Promise<SignedIn>
  /** The user whom this process has confirmed a moment ago. */
  findUser: (clientId: string, email: string) => Promise<SignedIn>
  /** Begins a sign-in and gives its tokens. */
  issue: (clientId: string, who: SignedIn, details: { scope: string; nonce: string | undefined }) => Promise<Tokens>
  /** The claims of an access token and the attributes of its user. Rejects where the token is not good or was revoked. */
  readAccessToken: (token: unknown) => Promise<{ claims: JWTPayload; attributes: Record<string, string> }>
}

export function createDirectory(
  cognito: CognitoService,
  context: Context,
  issuerOf: (poolId: string) => string,
): Directory {
  const find = async (clientId: string, username: string) => {
    const pool = await cognito.getUserPoolForClientId(context, clientId)
    const user = await pool.getUserByUsername(context, username)
    return { pool, user }
  }
  return {
    findClient: (clientId) => cognito.getAppClient(context, clientId),
    async checkPassword(clientId, email, password) {
      const { user } = await find(clientId, email)
      const isKnown = user !== null && user.Enabled && user.UserStatus !== 'FORCE_CHANGE_PASSWORD'
      if (!isKnown || user.Password !== password) throw new NotAuthorizedError('Incorrect username or password.')
      if (user.UserStatus === 'UNCONFIRMED') throw new UserNotConfirmedException()
      return toSignedIn(user)
    },
    async findUser(clientId, email) {
      const { user } = await find(clientId, email)
      if (user === null) throw new UserNotFoundError('User does not exist.')
      return toSignedIn(user)
    },
    async issue(clientId, { username, authTime }, details) {
      const [{ pool, user }, client] = await Promise.all([
        find(clientId, username),
        cognito.getAppClient(context, clientId),
      ])
      // Deleted since the code was given.
      if (user === null || client === null || !user.Enabled) throw new NotAuthorizedError()
      const groups = await pool.listUserGroupMembership(context, user)
      const tokens = await signTokens(issuerOf(client.UserPoolId), user, groups, client, { ...details, authTime })
      await pool.storeRefreshToken(context, tokens.RefreshToken, user)
      return tokens
    },
    async readAccessToken(token) {
      const { claims, user } = await requireLiveSignIn(cognito, context, token)
      const attributes = (user.Attributes as Attribute[]).map(({ Name, Value = '' }) => [Name, Value])
      return { claims, attributes: Object.fromEntries(attributes) }
    },
  }
}

const toSignedIn = ({ Username, Attributes }: User): SignedIn => ({
  username: Username,
  email: attributeValue('email', Attributes) ?? Username,
  authTime: Math.floor(Date.now() / 1000),
})

/** cognito-local's GetUser believes any token that can be decoded. Cognito checks it, and whether it was revoked. */
export async function requireLiveSignIn(
  cognito: CognitoService,
  context: Context,
  accessToken: unknown,
): Promise<{ claims: JWTPayload; user: User }> {
  const claims = await readAccessToken(accessToken)
  if (claims === undefined) throw new NotAuthorizedError('Invalid Access Token')
  const pool = await cognito.getUserPoolForClientId(context, String(claims['client_id']))
  const user = await pool.getUserByUsername(context, String(claims.sub))
  if (user === null) throw new UserNotFoundError('User does not exist.')
  if (!user.RefreshTokens.some((token) => originOf(token) === claims['origin_jti'])) {
    throw new NotAuthorizedError('Access Token has been revoked')
  }
  return { claims, user }
}
