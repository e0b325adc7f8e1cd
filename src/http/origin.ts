import type { Deps } from '../deps.ts'

/** The part of Hono's context that every kind of route has. */
interface OriginContext {
  req: { url: string; header: (name: string) => string | undefined }
}

/**
 * Whether a page of this very origin or of a configured one sent the request. Browsers send cookies along whoever asks,
 * so that this must hold before a cookie changes anything. Where there is no `Origin`, `Sec-Fetch-Site` must say so;
 * what sends neither is no browser, and has no business with cookies.
 */
export function isOwnPage(c: OriginContext, { corsOrigins }: Pick<Deps, 'corsOrigins'>): boolean {
  const origin = c.req.header('Origin')
  if (origin === undefined) return c.req.header('Sec-Fetch-Site') === 'same-origin'
  return origin === new URL(c.req.url).origin || corsOrigins.includes(origin)
}

/** Methods that change nothing (RFC 9110 §9.2.1), as far as routes here have them. */
export const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
