import { isOrigin } from '../env.ts'
import type { AppError } from '../result.ts'

/** The part of Hono's context that every kind of route has. */
interface OriginContext {
  req: { url: string; header: (name: string) => string | undefined }
}

/** The origins, other than the API's own, whose pages may call it. */
export interface AcceptedOrigins {
  corsOrigins: readonly string[]
  /** As in `https://*.chat.pages.dev`: their pages may not use cookies. */
  corsPatterns: readonly string[]
}

/** A client writes the header: no more of it than this goes into a problem or the log. */
const SHOWN_CHARACTERS = 200

/** As browsers write it: in lower case, other alphabets as `xn--…`. */
const LABEL = /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Whether a page of this very origin or of a configured one sent the request. Browsers send cookies along whoever asks,
 * so that this must hold before a cookie changes anything. Where there is no `Origin`, `Sec-Fetch-Site` must say so;
 * what sends neither is no browser, and has no business with cookies.
 */
export function isOwnPage(c: OriginContext, deps: AcceptedOrigins): boolean {
  const origin = c.req.header('Origin')
  if (origin === undefined) return c.req.header('Sec-Fetch-Site') === 'same-origin'
  return isSelf(c, origin) || admits(deps, origin) === 'cookies'
}

/** @returns the `Origin` of a page that cannot read the answer, shortened for the log; null where there is no such page */
export function refusedOrigin(c: OriginContext, deps: AcceptedOrigins): string | null {
  const origin = c.req.header('Origin')
  return origin === undefined || isSelf(c, origin) || admits(deps, origin) !== null ? null : shorten(origin)
}

/** @returns what pages of a configured origin may send: `cookies` as well, or a `bearer` token only; null for other origins */
export function admits({ corsOrigins, corsPatterns }: AcceptedOrigins, origin: string): 'cookies' | 'bearer' | null {
  if (corsOrigins.includes(origin)) return 'cookies'
  return corsPatterns.some((pattern) => fits(origin, pattern)) ? 'bearer' : null
}

/** The 403 for a request that {@link isOwnPage} refuses. It names the origin that came, and says what to do. */
export function originNotAllowed(c: OriginContext, deps: AcceptedOrigins): AppError {
  const origin = c.req.header('Origin')
  const shown = origin === undefined ? null : shorten(origin)
  const detail =
    origin !== undefined && admits(deps, origin) === 'bearer'
      ? `The page's origin "${shown}" fits a pattern in CORS_ORIGINS, which is good for bearer tokens only. Cookies need the origin itself there.`
      : explain(c, origin, shown)
  return { code: 'origin_not_allowed', detail, context: { origin: shown } }
}

/** @returns what to do when a browser drops the cookies of an answer without a word, to a page that may have them; or null */
export function whyCookiesAreDropped(c: OriginContext): string | null {
  const names = loopbackNames(c)
  return names === null ? null : adviseOneHost(names)
}

/** Methods that change nothing (RFC 9110 §9.2.1), as far as routes here have them. */
export const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

const isSelf = (c: OriginContext, origin: string): boolean => origin === new URL(c.req.url).origin

/** The star of a pattern stands for one label of a host, no more and no less. */
function fits(origin: string, pattern: string): boolean {
  const [before = '', after = ''] = pattern.split('*')
  if (!origin.startsWith(before) || !origin.endsWith(after)) return false
  return LABEL.test(origin.slice(before.length, -after.length))
}

function explain(c: OriginContext, origin: string | undefined, shown: string | null): string {
  if (origin === undefined) {
    return 'The request has no Origin header, and its Sec-Fetch-Site is not same-origin. Cookies are accepted only from pages of this origin or of one in CORS_ORIGINS.'
  }
  if (!isOrigin(origin)) return `The Origin header is "${shown}", which CORS_ORIGINS cannot name.`
  const refused = `The page's origin "${shown}" is neither the API's own nor in CORS_ORIGINS.`
  const names = loopbackNames(c)
  return names === null
    ? `${refused} If the page is yours, add its origin there.`
    : `${refused} ${adviseOneHost(names)} If their ports differ, add the page's origin to CORS_ORIGINS too.`
}

/** @returns the host names of page and API, where both are names of this machine and they differ */
function loopbackNames(c: OriginContext): [page: string, api: string] | null {
  const origin = c.req.header('Origin')
  if (origin === undefined || !isOrigin(origin)) return null
  const [page, api] = [new URL(origin).hostname, new URL(c.req.url).hostname]
  return page !== api && LOOPBACK_NAMES.has(page) && LOOPBACK_NAMES.has(api) ? [page, api] : null
}

const adviseOneHost = ([page, api]: readonly [string, string]): string =>
  `Use the same host name for the page and the API: browsers keep no cookies between ${page} and ${api}.`

function shorten(origin: string): string {
  const text = origin.length > SHOWN_CHARACTERS ? `${origin.slice(0, SHOWN_CHARACTERS)}…` : origin
  return text.toWellFormed()
}
