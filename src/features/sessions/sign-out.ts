import { createMiddleware } from 'hono/factory'
import { forgetCookies, isByCookie } from '../../auth/cookie-session.ts'
import type { Deps } from '../../deps.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { readRefreshCookies } from '../../http/cookies.ts'
import { isOwnPage, originNotAllowed } from '../../http/origin.ts'
import { problem } from '../../http/problem.ts'

/**
 * Around signing out, where it is asked for by cookie: once the sign-in is ended here, its refresh token is revoked at
 * Cognito and the cookies go. Who has no good access token any more, but a refresh token, may give that up all the same.
 */
export const endCookies = (deps: Deps) =>
  createMiddleware<AppEnv>(async (c, next) => {
    if (!isByCookie(c, deps)) return next()
    if (!isOwnPage(c, deps)) return problem(c, originNotAllowed(c, deps))
    await next()
    const { status } = c.res
    const isRefused = status === 401 || status === 403
    if (status !== 204 && !isRefused) return
    if (isRefused && readRefreshCookies(c, deps).length > 0) {
      // Emptied first: Hono would keep the headers of the answer that is replaced.
      c.res = undefined
      c.res = new Response(null, { status: 204 })
      delete c.var.trace.failure
    }
    await forgetCookies(c, deps, c.res.headers)
  })
