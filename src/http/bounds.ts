import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './app-env.ts'
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

/** 414 for a request target, 431 for a header, that is longer than anything honest, before anybody takes it apart. */
export const boundRequests = createMiddleware<AppEnv>((c, next) => {
  const { url, headers } = c.req.raw
  const target = url.length - url.indexOf('/', url.indexOf('//') + 2)
  if (target > MAX_TARGET) return Promise.resolve(problem(c, { code: 'uri_too_long' }))
  for (const [name, max] of MAX_HEADERS) {
    if ((headers.get(name)?.length ?? 0) <= max) continue
    const detail = `The header ${name} is longer than the ${max} characters that are allowed.`
    return Promise.resolve(problem(c, { code: 'headers_too_large', detail }))
  }
  return next()
})
