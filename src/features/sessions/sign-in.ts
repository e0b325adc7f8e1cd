import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { authenticate, verifyAndLimit } from '../../auth/admission.ts'
import type { Deps } from '../../deps.ts'
import type { IdentityEnv } from '../../auth/user-env.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { fitsAccessCookie, fitsRefreshCookie, type RefreshToken } from '../../http/cookies.ts'
import { readBody } from '../../http/body.ts'
import { describeInput } from '../../http/openapi.ts'
import { isOwnPage, originNotAllowed } from '../../http/origin.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import type { FieldError } from '../../result.ts'
import { type CookieSignIn, cookieSignIn, signInRequest } from './schemas.ts'

interface Input {
  in: { json?: CookieSignIn }
  out: { json?: CookieSignIn }
}

/** The tokens of a sign-in. */
export interface SignInTokens {
  accessToken: string
  /** For its cookie; null where none is to be set. */
  refreshToken: RefreshToken | null
}

export interface TokensEnv {
  Bindings: AppEnv['Bindings']
  Variables: IdentityEnv['Variables'] & { tokens: SignInTokens }
}

/** Validates the body that asks for cookies, from a page of ours, as it sets them. No body, `{}` and `null`, which many HTTP clients send by default, ask for none. */
export function bodyIfAny(deps: Deps): MiddlewareHandler<AppEnv, string, Input> {
  const read: MiddlewareHandler = validate('json', cookieSignIn)
  return describeInput('json', signInRequest, async (c, next) => {
    const [bytes, unread] = await readBody(c)
    if (unread) return problem(c, unread)
    const text = new TextDecoder().decode(bytes)
    if (/^\s*((\{\s*\}|null)\s*)?$/.test(text)) return next()
    return isOwnPage(c, deps) ? read(c, next) : problem(c, originNotAllowed(c, deps))
  })
}

/** Verifies the access token of that body, or else the request's own, by the same rules. */
export const takeTokens = (deps: Deps) =>
  createMiddleware<TokensEnv, string, Input>(async (c, next) => {
    // Hono's type for a body that may be missing is never.
    const body = c.req.valid('json' as never) as CookieSignIn | undefined
    if (body === undefined) {
      const [admitted, refusal] = await authenticate(c, deps)
      if (refusal) return refusal
      c.set('identity', admitted.identity)
      c.set('tokens', { accessToken: admitted.accessToken, refreshToken: null })
      return next()
    }
    const [identity, refusal] = await verifyAndLimit(c, deps, body.accessToken)
    if (refusal) return refusal
    const { accessToken } = body
    const refreshToken = { clientId: identity.clientId, token: body.refreshToken }
    const errors = [
      ...(fitsAccessCookie(accessToken) ? [] : [tooLong('accessToken')]),
      ...(fitsRefreshCookie(refreshToken) ? [] : [tooLong('refreshToken')]),
    ]
    if (errors.length > 0) return problem(c, { code: 'invalid_request', errors })
    c.set('identity', identity)
    c.set('tokens', { accessToken, refreshToken })
    return next()
  })

const tooLong = (path: keyof CookieSignIn): FieldError => ({ path, message: 'is too long for a cookie' })
