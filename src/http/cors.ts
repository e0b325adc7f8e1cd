import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './app-env.ts'
import { type AcceptedOrigins, admits } from './origin.ts'

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  // The last four are what tracing SDKs (OpenTelemetry, Sentry) add to each request of a page.
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-Id, traceparent, tracestate, sentry-trace, baggage',
  // Two hours, the most that Chromium keeps.
  'Access-Control-Max-Age': '7200',
}
const EXPOSED =
  'ETag, Location, Idempotency-Replayed, X-Request-Id, Server-Timing, Retry-After, RateLimit, RateLimit-Policy'

/**
 * Lets the pages of configured origins call the API, by bearer token and, unless it is a pattern that lets them in, with cookies
 * (Fetch standard, CORS protocol). Others get no CORS header at all, and are named in the request's line of the log (`refusedOrigin`). hono/cors would
 * copy each answer to say that it varies.
 */
export const allowOrigins = (deps: AcceptedOrigins) =>
  createMiddleware<AppEnv>(async (c, next) => {
    if (deps.corsOrigins.length + deps.corsPatterns.length === 0) return next()
    const request = c.req.raw.headers
    const origin = request.get('Origin')
    const may = origin === null ? null : admits(deps, origin)
    const isPreflight = c.req.method === 'OPTIONS' && request.has('Access-Control-Request-Method')

    if (may !== null && isPreflight) c.res = new Response(null, { status: 204, headers: PREFLIGHT })
    else await next()

    const { headers } = c.res
    headers.append('Vary', 'Origin')
    if (origin === null || may === null) return
    headers.set('Access-Control-Allow-Origin', origin)
    // Without it browsers show a page no answer to a request that carried cookies.
    if (may === 'cookies') headers.set('Access-Control-Allow-Credentials', 'true')
    headers.set('Access-Control-Expose-Headers', EXPOSED)
  })
