import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import { newId } from '../id.ts'
import { hashForLog, type Logger, logSlowQueries } from '../log.ts'
import { createTrace, databaseTime, type Trace } from '../trace.ts'
import { addressOf, userAgentOf } from './address.ts'
import type { AppEnv } from './app-env.ts'
import { type AcceptedOrigins, refusedOrigin, whyCookiesAreDropped } from './origin.ts'

const WELL_FORMED = /^[\w.:-]{1,128}$/

/** The client's request id where it is well-formed, else a new one. */
export function requestIdOf(request: Request): string {
  const sent = request.headers.get('X-Request-Id')
  return sent !== null && WELL_FORMED.test(sent) ? sent : newId()
}

/** What every answer carries. */
export const traceHeaders = (trace: Trace) => ({
  'X-Request-Id': trace.requestId,
  'Server-Timing': `auth;dur=${trace.auth}, db;dur=${databaseTime(trace)}, embed;dur=${trace.embed}`,
})

interface RequestDeps extends AcceptedOrigins {
  log: Logger
  slowQueryMs: number
}

/**
 * Around every request: its id, its trace, `Server-Timing` with what is known at the first byte, and one line in the log, which
 * waits until the body has ended.
 */
export const traceRequests = (deps: RequestDeps) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const started = Date.now()
    const trace = createTrace(requestIdOf(c.req.raw), {
      address: addressOf(c.req.raw),
      userAgent: userAgentOf(c.req.raw),
    })
    c.set('trace', trace)
    await next()
    // Not c.header(): once there is an answer, that copies it for each header.
    for (const [name, value] of Object.entries(traceHeaders(trace))) c.res.headers.set(name, value)
    // The answer to a HEAD has no body that anybody could read to its end.
    if (trace.bodyEnd && c.req.method === 'HEAD') await c.res.body?.cancel()
    c.executionCtx.waitUntil(logRequest(c, deps, started))
  })

async function logRequest(c: Context<AppEnv>, deps: RequestDeps, started: number) {
  const { log, slowQueryMs } = deps
  const { trace } = c.var
  const bodyEnd = await trace.bodyEnd
  const total = Date.now() - started
  const { requestId, failure, identity } = trace
  // Middleware is registered for all methods, a handler for one: its pattern names the route, with no id in it.
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? null
  // A browser's console doesn't say why it withholds an answer from a page.
  const origin = refusedOrigin(c, deps)
  const level = c.res.status >= 500 || bodyEnd === 'broken_off' ? 'error' : 'info'
  log(level, 'request', {
    requestId,
    method: c.req.method,
    route,
    status: c.res.status,
    durationMs: total,
    authMs: trace.auth,
    dbMs: databaseTime(trace),
    dbTrips: trace.calls.length,
    embedMs: trace.embed,
    ...(bodyEnd ? { body: bodyEnd } : {}),
    ...(identity ? { user: await hashForLog(identity) } : {}),
    ...(origin === null ? {} : { refusedOrigin: origin }),
    ...(failure ? { error: failure.code, cause: failure.context } : {}),
  })
  const advice = c.res.headers.has('Set-Cookie') ? whyCookiesAreDropped(c) : null
  if (advice !== null) log('warn', 'cookies_dropped', { requestId, route, advice })
  logSlowQueries({ log, slowQueryMs }, trace, { route })
}
