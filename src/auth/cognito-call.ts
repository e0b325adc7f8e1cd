import * as z from 'zod'
import { type AppError, fail, type Failure, ok, type Result } from '../result.ts'
import { type Fetch, fetchJson, type JsonResponse } from './fetch-json.ts'

export interface CognitoOptions {
  /** The user pool's issuer URL; its API is at the same host. */
  issuer: string
  /** For one call, its repetition included. */
  timeoutMs: number
  fetch?: Fetch
}

/**
 * Calls an action that needs no AWS credentials: the token in its request is what vouches.
 *
 * @returns the body of Cognito's 200, null where it is empty; `unauthenticated` where Cognito refuses the token;
 *   otherwise `identity_provider_unavailable`
 */
export type CognitoCall = (action: string, request: object, signal?: AbortSignal) => Promise<Result<unknown>>

// Cognito's verdicts on a token or its user. Anything else (throttling, its own failure, a missing pool, revocation
// switched off) is no verdict.
const refusals = new Set([
  'NotAuthorizedException',
  'UnauthorizedException',
  'UserNotFoundException',
  'UserNotConfirmedException',
  'PasswordResetRequiredException',
  'InvalidParameterException',
  'RefreshTokenReuseException',
  'UnsupportedTokenTypeException',
])

const maxPause = 100

/** Repeats a call once when the network or Cognito fails: so it is only for actions that may run twice. */
export function createCognitoCall(options: CognitoOptions): CognitoCall {
  const { issuer, timeoutMs, fetch = (url, init) => globalThis.fetch(url, init) } = options
  // Pools with the updated issuer are `issuer-cognito-idp.<region>…`; the API has only the host without that prefix.
  const endpoint = `${new URL(issuer).origin.replace('//issuer-cognito-idp.', '//cognito-idp.')}/`
  return async (action, body, signal) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const deadline = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
    const request = {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
      },
      body: JSON.stringify(body),
    }
    let [response, failure] = await fetchJson(fetch, endpoint, request, deadline)
    if (failure === 'network' || (response !== null && response.status >= 500)) {
      await sleep(Math.random() * maxPause)
      ;[response, failure] = await fetchJson(fetch, endpoint, request, deadline)
    }
    if (response === null) return unavailable({ failure })
    return response.status === 200 ? ok(response.body) : readException(response)
  }
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

/** For answers that say nothing about the token. */
export const unavailable = (context: NonNullable<AppError['context']>): Failure =>
  fail({ code: 'identity_provider_unavailable', context })
