import type { Context, Next } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './app-env.ts'
import { readRefreshCookies, takeBack } from './cookies.ts'
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

/** 413 for a longer body. One that doesn't tell its length is read into memory. */
async function limitBody(c: Context<AppEnv>, maxSize: number, next: Next): Promise<Response | void> {
  const { raw } = c.req
  if (!raw.body) return next()
  const length = raw.headers.get('Content-Length')
  if (length !== null && !raw.headers.has('Transfer-Encoding')) return Number(length) <= maxSize ? next() : tooLarge(c)
  const body = await readWithin(raw.body, maxSize)
  if (body === null) return tooLarge(c)
  c.req.raw = new Request(raw, { method: raw.method, body })
  return next()
}

const tooLarge = (c: Context<AppEnv>) => problem(c, { code: 'payload_too_large' })

/** @returns all of the stream, or null where it is longer; then the rest can still be read */
async function readWithin(stream: ReadableStream<Uint8Array>, maxSize: number): Promise<Uint8Array | null> {
  let size = 0
  let buffer = new Uint8Array(0)
  const reader = stream.getReader()
  try {
    for (;;) {
      const { value } = await reader.read()
      if (value === undefined) return buffer.subarray(0, size)
      const offset = size
      size += value.length
      if (size > maxSize) return null
      if (size > buffer.length) {
        const grown = new Uint8Array(Math.min(maxSize, Math.max(size, buffer.length * 2)))
        grown.set(buffer.subarray(0, offset))
        buffer = grown
      }
      buffer.set(value, offset)
    }
  } finally {
    reader.releaseLock()
  }
}

const oldRefreshCookies = (c: Context<AppEnv>) =>
  readRefreshCookies(c)
    .slice(0, -1)
    .map(({ cookie }) => cookie)

/**
 * 414 for a request target, 431 for a header, that is longer than anything honest, before anybody takes it apart; 413 for a body
 * that is longer than its route takes.
 */
export const boundRequests = createMiddleware<AppEnv>(async (c, next) => {
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
    if (name === 'Cookie') takeBack(response.headers, oldRefreshCookies(c))
    return response
  }
  // Where there is no route, nobody reads the body.
  const { maxBody = MIB } = operation ?? { maxBody: null }
  return maxBody === null ? next() : limitBody(c, maxBody, next)
})
