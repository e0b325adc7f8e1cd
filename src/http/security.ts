import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from './app-env.ts'

/** What every answer carries. No `includeSubDomains`: Parley cannot know who else lives under its host. */
const ALWAYS = {
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
}
const ALWAYS_ENTRIES = Object.entries(ALWAYS)

/** No answer of the API is a page: one that a browser shows all the same may load, run and embed nothing. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** The headers of an answer that is not to be kept, for those that are made without the app. */
export const securityHeaders = {
  ...ALWAYS,
  'Content-Security-Policy': API_POLICY,
  'Cache-Control': 'no-store',
}

/**
 * Around every request: headers that tell browsers what they may do with the answer. A handler's own
 * `Content-Security-Policy` and `Cache-Control` stand.
 */
export const secureAnswers: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next()
  // Not c.header(): see `traceRequests`.
  const { headers } = c.res
  for (const [name, value] of ALWAYS_ENTRIES) headers.set(name, value)
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', API_POLICY)
  // Also where there is a tag: it counts one row's writes, and a browser that two people share would have the first one's
  // copy of /v1/me confirmed to the second. Clients that want a 304 keep the copy themselves.
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}
