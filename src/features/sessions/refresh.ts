import { createMiddleware } from 'hono/factory'
import { verifyAndLimit, refuse } from '../../auth/admission.ts'
import { giveCookies } from '../../auth/cookie-session.ts'
import type { Deps } from '../../deps.ts'
import { clearCookies, readRefreshCookie, setRefreshCookie } from '../../http/cookies.ts'
import { isOwnPage, originNotAllowed } from '../../http/origin.ts'
import { problem } from '../../http/problem.ts'
import { limitRefused } from '../../http/rate-limit.ts'
import { type ErrorCode, fail } from '../../result.ts'
import { timed } from '../../trace.ts'
import type { TokensEnv } from './sign-in.ts'

/** After these the cookies are of no use any more. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['unauthenticated', 'session_revoked', 'account_deleted'])

/**
 * Has Cognito give a new access token for the refresh cookie, lets the route go on as that user, and puts into cookies
 * what came of it. Everything else that fails leaves the cookies: the next attempt may succeed.
 */
export const refreshByCookie = (deps: Deps) =>
  createMiddleware<TokensEnv>(async (c, next) => {
    if (!isOwnPage(c, deps)) return problem(c, originNotAllowed(c))
    const held = readRefreshCookie(c)
    if (held === null) return refuse(c, deps, { code: 'unauthenticated', context: { reason: 'no_token' } })
    // It costs a call to Cognito before anybody knows who asks.
    const limited = await limitRefused(c, deps)
    if (limited) return limited

    const isKnown = deps.clientIds.includes(held.clientId)
    const [refreshed, refused] = isKnown
      ? await timed(c.var.trace, 'auth', () => deps.cognito.refresh(held.token, held.clientId))
      : fail({ code: 'unauthenticated' as const, context: { reason: 'wrong_client' } })
    if (refused) {
      const response = problem(c, refused)
      if (FINAL.has(refused.code)) clearCookies(response.headers)
      return response
    }

    const { accessToken, refreshToken: rotated } = refreshed
    const tokens = { accessToken, refreshToken: rotated === null ? null : { ...held, token: rotated } }
    const [identity, refusal] = await verifyAndLimit(c, deps, accessToken)
    if (identity) {
      c.set('identity', identity)
      c.set('tokens', tokens)
      await next()
    }
    const { headers } = refusal ?? c.res
    const { failure } = c.var.trace
    if (identity && !failure) giveCookies(headers, deps, identity, tokens)
    else if (failure && FINAL.has(failure.code)) clearCookies(headers)
    // Rotation has made the old one worthless, whatever failed since.
    else if (tokens.refreshToken) setRefreshCookie(headers, tokens.refreshToken, deps.refreshCookieDays)
    return refusal ?? undefined
  })
