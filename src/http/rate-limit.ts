import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Deps } from '../deps.ts'
import type { LimitName } from '../env.ts'
import { type AppError, tryCatch } from '../result.ts'
import type { Trace } from '../trace.ts'
import type { AppEnv } from './app-env.ts'
import { problem } from './problem.ts'

export type LimitDeps = Pick<Deps, 'limiters' | 'log'>

/** Requests in so many seconds. `wrangler.toml` says the same to the bindings, which cannot be asked. */
export const QUOTAS: Readonly<Record<LimitName, { requests: number; seconds: number }>> = {
  user: { requests: 1200, seconds: 60 },
  search: { requests: 300, seconds: 60 },
  session: { requests: 60, seconds: 60 },
  address: { requests: 300, seconds: 60 },
}

/** What a signed-in user may ask less often than the rest. */
const TIGHTER: Readonly<Record<string, LimitName>> = {
  'POST /v1/search': 'search',
  'POST /v1/vectors/search': 'search',
  'POST /v1/session': 'session',
}

/** The part of Hono's context that every kind of route has. */
interface LimitContext {
  req: { method: string; path: string; raw: Request; header: (name: string) => string | undefined }
  json: Context['json']
  var: { trace: Trace }
}

/** Counts one request of a verified user. @returns the 429 for whoever has sent too many, else null */
export function limitUser(c: LimitContext, deps: LimitDeps, userId: string): Promise<Response | null> {
  return take(c, deps, TIGHTER[`${c.req.method} ${c.req.path}`] ?? 'user', userId)
}

/** Counts one request that was refused for want of a valid token. @returns the 429 to answer instead, else null */
export function limitRefused(c: LimitContext, deps: LimitDeps): Promise<Response | null> {
  const network = networkOf(c.req.raw)
  return network === null ? Promise.resolve(null) : take(c, deps, 'address', network)
}

/** For what costs something and needs no token: as often from one address as a user may ask. */
export const limitOpen = (deps: LimitDeps) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const network = networkOf(c.req.raw)
    const refusal = network === null ? null : await take(c, deps, 'user', network)
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

/** Who has an IPv6 address has its whole /64, so that this counts as one. Null where no edge says who it is. */
function networkOf(request: Request): string | null {
  const address = request.headers.get('CF-Connecting-IP')
  if (!address?.includes(':')) return address
  const [head, tail] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = tail ? Array<string>(Math.max(0, 8 - (head?.length ?? 0) - tail.length)).fill('0') : []
  return [...(head ?? []), ...zeros, ...(tail ?? [])].slice(0, 4).join(':')
}
