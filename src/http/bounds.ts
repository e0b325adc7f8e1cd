import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './app-env.ts'
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

export const MIB = 1024 * 1024
/** By their size, as routes ask for them. */
const bodyLimits = new Map<number, MiddlewareHandler<AppEnv>>()

const tooLarge = (c: Context<AppEnv>) => problem(c, { code: 'payload_too_large' })

function limitBody(maxSize: number): MiddlewareHandler<AppEnv> {
  const limit = bodyLimits.get(maxSize) ?? bodyLimit({ maxSize, onError: tooLarge })
  bodyLimits.set(maxSize, limit)
  return limit
}

/**
 * 414 for a request target, 431 for a header, that is longer than anything honest, before anybody takes it apart; 413 for a body
 * that is longer than its route takes.
 */
export const boundRequests = createMiddleware<AppEnv>(async (c, next) => {
  const { url, headers } = c.req.raw
  const target = url.length - url.indexOf('/', url.indexOf('//') + 2)
  if (target > MAX_TARGET) return problem(c, { code: 'uri_too_long' })
  for (const [name, max] of MAX_HEADERS) {
    if ((headers.get(name)?.length ?? 0) <= max) continue
    const detail = `The header ${name} is longer than the ${max} characters that are allowed.`
    return problem(c, { code: 'headers_too_large', detail })
  }
  const operation = operationOf(c)
  c.set('operation', operation)
  // Where there is no route, nobody reads the body.
  const { maxBody = MIB } = operation ?? { maxBody: null }
  return maxBody === null ? next() : limitBody(maxBody)(c, next)
})
