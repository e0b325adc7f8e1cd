import { createMiddleware } from 'hono/factory'
import { verifyAndLimit, refuse } from '../../auth/admission.ts'
import type { Deps } from '../../deps.ts'
import { readRefreshCookies, replaceRefreshCookies, setAccessCookie, takeBack } from '../../http/cookies.ts'
import { isOwnPage, originNotAllowed } from '../../http/origin.ts'
import { problem } from '../../http/problem.ts'
import { limitRefused } from '../../http/rate-limit.ts'
import { type ErrorCode, fail } from '../../result.ts'
import { timed } from '../../trace.ts'
import type { TokensEnv } from './sign-in.ts'

/** After these the refresh token is of no use any more. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['unauthenticated', 'session_revoked', 'account_deleted'])

/**
 * Has Cognito give a new access token for the newest refresh cookie, lets the route go on as that user, and puts into cookies
 * what came of it. A refusal takes back the very cookie that was refused and nothing else: another tab may have refreshed at the
 * same moment, and its cookies are good. Everything else that fails leaves the cookies: the next attempt may succeed.
 */
export const refreshByCookie = (deps: Deps) =>
  createMiddleware<TokensEnv>(async (c, next) => {
    if (!isOwnPage(c, deps)) return problem(c, originNotAllowed(c, deps))
    const carried = readRefreshCookies(c, deps)
    const held = carried.at(-1)
    if (held === undefined) return refuse(c, deps, { code: 'unauthenticated', context: { reason: 'no_token' } })
    // It costs a call to Cognito before anybody knows who asks.
    const limited = await limitRefused(c, deps)
    if (limited) return limited

    const isKnown = deps.clientIds.includes(held.clientId)
    const [refreshed, refused] = isKnown
      ? await timed(c.var.trace, 'auth', () => deps.cognito.refresh(held.token, held.clientId))
      : fail({ code: 'unauthenticated' as const, context: { reason: 'wrong_client' } })
    if (refused) {
      const response = problem(c, refused)
      if (FINAL.has(refused.code)) takeBack(response.headers, deps, [held.cookie])
      return response
    }

    const { accessToken, refreshToken: rotated } = refreshed
    const refreshToken = rotated === null ? null : { clientId: held.clientId, token: rotated }
    const [identity, refusal] = await verifyAndLimit(c, deps, accessToken)
    if (identity) {
      c.set('identity', identity)
      c.set('tokens', { accessToken, refreshToken })
      await next()
    }
    const { headers } = refusal ?? c.res
    const { failure } = c.var.trace
    if (failure && FINAL.has(failure.code)) takeBack(headers, deps, [held.cookie])
    else {
      const isRefreshed = identity !== null && !failure
      if (isRefreshed) setAccessCookie(headers, deps, accessToken, identity.expiresAt - Date.now() / 1000)
      // Rotation has made the old one worthless, whatever failed since.
      if (refreshToken) await replaceRefreshCookies(headers, deps, refreshToken, carried)
      else if (isRefreshed)
        takeBack(
          headers,
          deps,
          carried.slice(0, -1).map(({ cookie }) => cookie),
        )
    }
    return refusal ?? undefined
  })
