import { parse, serialize } from 'hono/utils/cookie'

/** How cookies are named, and whether browsers take them over TLS only. */
export interface CookieKind {
  access: string
  /** Each refresh token has a cookie with a name of its own, so that an answer can take back one and leave a newer one. */
  refresh: string
  secure: boolean
}

/** The cookies of a deployment. Only one kind is read: what bears the names of the other is never looked at. */
export interface CookieDeps {
  cookies: CookieKind
}

/** `__Host-`: a browser takes them only from this host, over TLS, for the whole host; no other host can set them. */
export const HOST_COOKIES: CookieKind = {
  access: '__Host-parley-access',
  refresh: '__Host-parley-refresh',
  secure: true,
}
/** For `npm run dev`: Safari drops `Secure` cookies on plain HTTP, also on loopback. */
export const DEVELOPMENT_COOKIES: CookieKind = {
  access: 'parley-dev-access',
  refresh: 'parley-dev-refresh',
  secure: false,
}

const NAME_CHARACTERS = 8
/** A browser has one refresh cookie, or a few after refreshing in several tabs at once. */
const MOST_REFRESH_COOKIES = 20
/** What follows the name of a refresh cookie. Without it, it is of release 0.2.0. */
const SUFFIX = new RegExp(`^(-[\\w-]{${NAME_CHARACTERS}})?$`)

const attributesOf = ({ secure }: CookieKind) => ({ path: '/', httpOnly: true, secure, sameSite: 'Strict' }) as const

/** What browsers keep of one cookie, name and value together (RFC 6265bis §5.7). */
const MAX_BYTES = 4096

/** The part of Hono's context that every kind of route has. */
interface CookieContext {
  req: { header: (name: string) => string | undefined }
}

/** A refresh token and the app client that it belongs to: Cognito wants to know both. */
export interface RefreshToken {
  clientId: string
  token: string
}

/** A refresh token in the cookie of this name, unchecked. */
export interface HeldToken extends RefreshToken {
  cookie: string
}

/** @returns the access token in its cookie, unchecked, or null */
export const readAccessCookie = (c: CookieContext, { cookies: { access } }: CookieDeps): string | null =>
  parse(cookieHeader(c), access)[access] ?? null

/** @returns what the newest 20 refresh cookies say, the oldest first, as browsers send them (RFC 6265 §5.4) */
export const readRefreshCookies = (c: CookieContext, { cookies: { refresh } }: CookieDeps): HeldToken[] =>
  Object.entries(parse(cookieHeader(c)))
    .filter(([cookie]) => cookie.startsWith(refresh) && SUFFIX.test(cookie.slice(refresh.length)))
    .slice(-MOST_REFRESH_COOKIES)
    .map(([cookie, value]) => {
      const [clientId = ''] = value.split('.', 1)
      return { cookie, clientId, token: value.slice(clientId.length + 1) }
    })

const cookieHeader = (c: CookieContext): string => c.req.header('Cookie') ?? ''

/** @param seconds how long the token is still good */
export function setAccessCookie(headers: Headers, { cookies }: CookieDeps, token: string, seconds: number): void {
  const maxAge = Math.max(0, Math.floor(seconds))
  headers.append('Set-Cookie', serialize(cookies.access, token, { ...attributesOf(cookies), maxAge }))
}

/** Sets the cookie of a refresh token, and takes back the others that the request carried. */
export async function replaceRefreshCookies(
  headers: Headers,
  deps: CookieDeps & { refreshCookieDays: number },
  token: RefreshToken,
  carried: readonly HeldToken[],
): Promise<void> {
  const { cookies, refreshCookieDays } = deps
  const name = await refreshCookieName(cookies, token)
  const maxAge = refreshCookieDays * 86_400
  headers.append('Set-Cookie', serialize(name, refreshValue(token), { ...attributesOf(cookies), maxAge }))
  takeBack(
    headers,
    deps,
    carried.map(({ cookie }) => cookie).filter((cookie) => cookie !== name),
  )
}

/** Tells the browser to drop the cookies of these names. */
export function takeBack(headers: Headers, { cookies }: CookieDeps, names: readonly string[]): void {
  for (const name of names) headers.append('Set-Cookie', serialize(name, '', { ...attributesOf(cookies), maxAge: 0 }))
}

async function refreshCookieName({ refresh }: CookieKind, { token }: RefreshToken): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)))
  return `${refresh}-${digest.toBase64({ alphabet: 'base64url' }).slice(0, NAME_CHARACTERS)}`
}

/** Whether browsers would keep the token in its cookie, under the longer name in any case. */
export const fitsAccessCookie = (token: string): boolean => fits(HOST_COOKIES.access.length, token)
export const fitsRefreshCookie = (token: RefreshToken): boolean =>
  fits(HOST_COOKIES.refresh.length + 1 + NAME_CHARACTERS, refreshValue(token))

const fits = (nameLength: number, value: string) => nameLength + encodeURIComponent(value).length <= MAX_BYTES

const refreshValue = ({ clientId, token }: RefreshToken): string => `${clientId}.${token}`
