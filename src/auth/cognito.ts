import * as z from 'zod'
import { fail, ok, type Result } from '../result.ts'
import { type CognitoOptions, createCognitoCall, unavailable } from './cognito-call.ts'
import { type CognitoProfile, toProfile, userAnswer } from './profile.ts'

export type { CognitoOptions } from './cognito-call.ts'
export type { CognitoProfile } from './profile.ts'

/** What Cognito gives for a refresh token. */
export interface RefreshedTokens {
  accessToken: string
  /** The next refresh token, where the app client rotates them; null where the old one stays good. */
  refreshToken: string | null
}

export interface CognitoClient {
  /**
   * The profile of the user whom an access token was issued to (Cognito's `GetUser`, which needs the token to have the
   * scope `aws.cognito.signin.user.admin`). Repeated once when the network or Cognito fails: it only reads.
   *
   * @param options.userId the `sub` of the verified token: an answer about anyone else is refused
   * @param options.signal ends the call early
   * @returns `unauthenticated` where Cognito no longer honours the token (revoked, user deleted or disabled) or answers
   *   another user; `invalid_request` for an account without an e-mail address; otherwise
   *   `identity_provider_unavailable`
   */
  getUser: (
    accessToken: string,
    options: { userId: string; signal?: AbortSignal | undefined },
  ) => Promise<Result<CognitoProfile>>
  /**
   * New tokens for a refresh token (`GetTokensFromRefreshToken`, which knows rotation; `InitiateAuth` does not).
   * Repeated as well: without rotation it changes nothing, and with rotation the old token works on for the client's
   * grace time. Without grace time a lost answer has cost the token already, repeated or not.
   *
   * @returns `unauthenticated` where Cognito refuses the refresh token (expired, revoked, rotated away); otherwise
   *   `identity_provider_unavailable`. The access token is not verified yet.
   */
  refresh: (refreshToken: string, clientId: string) => Promise<Result<RefreshedTokens>>
  /**
   * Ends a refresh token and, at Cognito, the access tokens that came from it (`RevokeToken`). Repeated: ended is ended.
   *
   * @returns `unauthenticated` where Cognito does not know the token (any more); otherwise
   *   `identity_provider_unavailable`, also where the app client has revocation switched off
   */
  revoke: (refreshToken: string, clientId: string) => Promise<Result<void>>
}

export function createCognito(options: CognitoOptions): CognitoClient {
  const call = createCognitoCall(options)
  return {
    getUser: async (accessToken, { userId, signal }) => {
      const [answer, refused] = await call('GetUser', { AccessToken: accessToken }, signal)
      return refused ? fail(refused) : readUser(answer, userId)
    },
    refresh: async (refreshToken, clientId) => {
      const request = { ClientId: clientId, RefreshToken: refreshToken }
      const [answer, refused] = await call('GetTokensFromRefreshToken', request)
      return refused ? fail(refused) : readTokens(answer)
    },
    revoke: async (refreshToken, clientId) => {
      const [, refused] = await call('RevokeToken', { ClientId: clientId, Token: refreshToken })
      return refused ? fail(refused) : ok(undefined)
    },
  }
}

function readUser(body: unknown, userId: string): Result<CognitoProfile> {
  const answer = userAnswer.safeParse(body)
  if (!answer.success) return unavailable({ failure: 'unexpected_answer' })
  const { sub, email, ...profile } = toProfile(answer.data)
  if (sub !== userId) return fail({ code: 'unauthenticated', context: { reason: 'other_user' } })
  return ok({ sub, email, ...profile })
}

const tokensAnswer = z.object({
  AuthenticationResult: z.object({ AccessToken: z.string().min(1), RefreshToken: z.string().min(1).nullish() }),
})

function readTokens(body: unknown): Result<RefreshedTokens> {
  const answer = tokensAnswer.safeParse(body)
  if (!answer.success) return unavailable({ failure: 'unexpected_answer' })
  const { AccessToken, RefreshToken } = answer.data.AuthenticationResult
  return ok({ accessToken: AccessToken, refreshToken: RefreshToken ?? null })
}
