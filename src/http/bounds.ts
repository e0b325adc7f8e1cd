import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './app-env.ts'
import { hasLength, MIB, tooLarge } from './body.ts'
import { type CookieDeps, readRefreshCookies, takeBack } from './cookies.ts'
import { operationOf } from './openapi.ts'
import { problem } from './problem.ts'

/** Path and query, in characters. */
const MAX_TARGET = 8192

/** Headers that Parley takes apart, and how long each may be. The verifier bounds `Authorization` itself. */
const MAX_HEADERS = Object.entries({
  Cookie: 16_384,
  'If-Match': 1024,
  'If-None-Match': 1024,
  'Idempotency-Key': 1024,
  Origin: 1024,
})

/** Whether the request says that its body is longer than its route takes. One that doesn't tell its length is bounded when it is read. */
const isTooLong = ({ raw }: Context<AppEnv>['req'], maxSize: number): boolean =>
  raw.body !== null && hasLength(raw) && Number(raw.headers.get('Content-Length')) > maxSize

const oldRefreshCookies = (c: Context<AppEnv>, deps: CookieDeps) =>
  readRefreshCookies(c, deps)
    .slice(0, -1)
    .map(({ cookie }) => cookie)

/**
 * 414 for a request target, 431 for a header, that is longer than anything honest, before anybody takes it apart; 413 for a body
 * that is longer than its route takes.
 */
export const boundRequests = (deps: CookieDeps) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const operation = operationOf(c)
    c.set('operation', operation)
    const { url, headers } = c.req.raw
    const target = url.length - url.indexOf('/', url.indexOf('//') + 2)
    if (target > MAX_TARGET) return problem(c, { code: 'uri_too_long' })
    for (const [name, max] of MAX_HEADERS) {
      if ((headers.get(name)?.length ?? 0) <= max) continue
      const detail = `The header ${name} is longer than the ${max} characters that are allowed.`
      const response = problem(c, { code: 'headers_too_large', detail })
      // Many tabs that refresh at once leave a cookie each. With the newest alone the next request gets through.
      if (name === 'Cookie') takeBack(response.headers, deps, oldRefreshCookies(c, deps))
      return response
    }
    // Where there is no route, nobody reads the body.
    const { maxBody = MIB } = operation ?? { maxBody: null }
    return maxBody !== null && isTooLong(c.req, maxBody) ? problem(c, tooLarge(maxBody)) : next()
  })
