import * as z from 'zod'
import { fail, ok, type AppError, type Failure, type Result } from '../result.ts'
import { fetchJson, type Fetch, type JsonResponse } from './fetch-json.ts'
import { toProfile, userAnswer, type CognitoProfile } from './profile.ts'

export type { CognitoProfile } from './profile.ts'

export interface CognitoOptions {
  /** The user pool's issuer URL; its API is at the same host. */
  issuer: string
  /** For one `getUser`, its repetition included. */
  timeoutMs: number
  fetch?: Fetch
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
}

// Cognito's verdicts on the token or its user. Anything else (throttling, its own failure, a missing pool) is no verdict.
const refusals = new Set([
  'NotAuthorizedException',
  'UserNotFoundException',
  'UserNotConfirmedException',
  'PasswordResetRequiredException',
  'InvalidParameterException',
])

const maxPause = 100

export function createCognito(options: CognitoOptions): CognitoClient {
  const { issuer, timeoutMs, fetch = (url, init) => globalThis.fetch(url, init) } = options
  // Cognito also issues as `issuer.cognito-idp.<region>…`; its API has only the host without that prefix.
  const endpoint = `${new URL(issuer).origin.replace('//issuer.cognito-idp.', '//cognito-idp.')}/`
  return {
    getUser: async (accessToken, { userId, signal }) => {
      const timeout = AbortSignal.timeout(timeoutMs)
      const request = {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityProviderService.GetUser',
        },
        body: JSON.stringify({ AccessToken: accessToken }),
      }
      const deadline = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
      let [response, failure] = await fetchJson(fetch, endpoint, request, deadline)
      if (failure === 'network' || (response !== null && response.status >= 500)) {
        await sleep(Math.random() * maxPause)
        ;[response, failure] = await fetchJson(fetch, endpoint, request, deadline)
      }
      if (response === null) return unavailable({ failure })
      return response.status === 200 ? readUser(response.body, userId) : readException(response)
    },
  }
}

function readUser(body: unknown, userId: string): Result<CognitoProfile> {
  const answer = userAnswer.safeParse(body)
  if (!answer.success) return unavailable({ failure: 'unexpected_answer' })
  const { sub, email, ...profile } = toProfile(answer.data)
  if (sub !== userId) return fail({ code: 'unauthenticated', context: { reason: 'other_user' } })
  if (email !== null) return ok({ sub, email, ...profile })
  const detail = 'The account has no e-mail address at the identity provider. Add one there, then sign in again.'
  return fail({ code: 'invalid_request', detail })
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const exception = z.object({ __type: z.string() })

function readException({ status, body }: JsonResponse): Failure {
  // AWS may put a namespace before the name: `com.amazonaws…#NotAuthorizedException`.
  const name = exception.safeParse(body).data?.['__type'].split('#').at(-1)?.slice(0, 64)
  if (status < 500 && name !== undefined && refusals.has(name)) {
    return fail({ code: 'unauthenticated', context: { exception: name } })
  }
  return unavailable({ status, exception: name })
}

const unavailable = (context: NonNullable<AppError['context']>): Failure =>
  fail({ code: 'identity_provider_unavailable', context })
