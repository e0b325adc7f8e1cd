import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Limiters, LimitName } from '../env.ts'
import type { Logger } from '../log.ts'
import { type AppError, tryCatch } from '../result.ts'
import { networkOf } from './address.ts'
import type { AppEnv } from './app-env.ts'
import { problem } from './problem.ts'

export interface LimitDeps {
  limiters: Limiters
  log: Logger
}

/** Requests in so many seconds. `wrangler.toml` says the same to the bindings, which cannot be asked. */
export const QUOTAS: Readonly<Record<LimitName, { requests: number; seconds: number }>> = {
  user: { requests: 1200, seconds: 60 },
  search: { requests: 300, seconds: 60 },
  session: { requests: 60, seconds: 60 },
  address: { requests: 300, seconds: 60 },
}

/** The part of Hono's context that every kind of route has. */
interface LimitContext {
  req: { header: (name: string) => string | undefined }
  json: Context['json']
  var: Pick<AppEnv['Variables'], 'trace' | 'operation'>
}

/** Counts one request of a verified user. @returns the 429 for whoever has sent too many, else null */
export function limitUser(c: LimitContext, deps: LimitDeps, userId: string): Promise<Response | null> {
  return take(c, deps, c.var.operation?.rateLimit ?? 'user', userId)
}

/** Counts a refused request against its address, once. @returns the 429 to answer instead, else null */
export function limitRefused(c: LimitContext, deps: LimitDeps): Promise<Response | null> {
  const { trace } = c.var
  if (trace.address === null || trace.isCounted) return Promise.resolve(null)
  trace.isCounted = true
  return take(c, deps, 'address', networkOf(trace.address))
}

/** Around all that may refuse: for operations with `limitsRefusals`, every 4xx counts against the address that it goes to. */
export const limitRefusals = (deps: LimitDeps) =>
  createMiddleware<AppEnv>(async (c, next) => {
    await next()
    const { status } = c.res
    const isRefused = status >= 400 && status < 500 && status !== 429
    if (!isRefused || !c.var.operation?.limitsRefusals) return
    const limited = await limitRefused(c, deps)
    if (limited === null) return
    // Emptied first: Hono would keep the headers of the answer that is replaced.
    c.res = undefined
    c.res = limited
  })

/** For what costs something and needs no token: as often from one address as a user may ask. */
export const limitOpen = (deps: LimitDeps) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const { address } = c.var.trace
    const refusal = address === null ? null : await take(c, deps, 'user', networkOf(address))
    return refusal ?? next()
  })

async function take(c: LimitContext, deps: LimitDeps, name: LimitName, key: string): Promise<Response | null> {
  const limiter = deps.limiters[name]
  if (limiter === undefined) return null
  const [outcome, failure] = await tryCatch(() => limiter.limit({ key }), toFailure)
  // The limits protect the service; they must not be what takes it down.
  if (failure) deps.log('warn', 'rate_limit_failed', { requestId: c.var.trace.requestId, limit: name })
  return outcome === null || outcome.success ? null : tooMany(c, name)
}

const toFailure = (): AppError => ({ code: 'internal' })

/**
 * 429 with `Retry-After` and the fields of draft-ietf-httpapi-ratelimit-headers-11. The binding does not tell when it
 * counts anew, so that both say a whole period: by then it surely has.
 */
function tooMany(c: LimitContext, name: LimitName): Response {
  const { requests, seconds } = QUOTAS[name]
  const response = problem(c, { code: 'rate_limited', context: { limit: name } })
  response.headers.set('Retry-After', String(seconds))
  response.headers.set('RateLimit', `"${name}";r=0;t=${seconds}`)
  response.headers.set('RateLimit-Policy', `"${name}";q=${requests};w=${seconds}`)
  return response
}
