import { parse, serialize } from 'hono/utils/cookie'

/** `__Host-`: a browser takes them only from this host, over TLS, for the whole host; no other host can set them. */
export const ACCESS_COOKIE = '__Host-parley-access'
/** Each refresh token has a cookie with a name of its own, so that an answer can take back one and leave a newer one. */
export const REFRESH_COOKIE = '__Host-parley-refresh'
const NAME_CHARACTERS = 8
/** A browser has one refresh cookie, or a few after refreshing in several tabs at once. */
const MOST_REFRESH_COOKIES = 20
/** Without a suffix it is of release 0.2.0. */
const REFRESH_NAME = new RegExp(`^${REFRESH_COOKIE}(-[\\w-]{${NAME_CHARACTERS}})?$`)

const ATTRIBUTES = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' } as const

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
export const readAccessCookie = (c: CookieContext): string | null =>
  parse(cookieHeader(c), ACCESS_COOKIE)[ACCESS_COOKIE] ?? null

/** @returns what the newest 20 refresh cookies say, the oldest first, as browsers send them (RFC 6265 §5.4) */
export const readRefreshCookies = (c: CookieContext): HeldToken[] =>
  Object.entries(parse(cookieHeader(c)))
    .filter(([cookie]) => REFRESH_NAME.test(cookie))
    .slice(-MOST_REFRESH_COOKIES)
    .map(([cookie, value]) => {
      const [clientId = ''] = value.split('.', 1)
      return { cookie, clientId, token: value.slice(clientId.length + 1) }
    })

const cookieHeader = (c: CookieContext): string => c.req.header('Cookie') ?? ''

/** @param seconds how long the token is still good */
export function setAccessCookie(headers: Headers, token: string, seconds: number): void {
  const maxAge = Math.max(0, Math.floor(seconds))
  headers.append('Set-Cookie', serialize(ACCESS_COOKIE, token, { ...ATTRIBUTES, maxAge }))
}

/** Sets the cookie of a refresh token, and takes back the others that the request carried. */
export async function replaceRefreshCookies(
  headers: Headers,
  token: RefreshToken,
  { days, carried }: { days: number; carried: readonly HeldToken[] },
): Promise<void> {
  const name = await refreshCookieName(token)
  headers.append('Set-Cookie', serialize(name, refreshValue(token), { ...ATTRIBUTES, maxAge: days * 86_400 }))
  takeBack(
    headers,
    carried.map(({ cookie }) => cookie).filter((cookie) => cookie !== name),
  )
}

/** Tells the browser to drop the cookies of these names. */
export function takeBack(headers: Headers, names: readonly string[]): void {
  for (const name of names) headers.append('Set-Cookie', serialize(name, '', { ...ATTRIBUTES, maxAge: 0 }))
}

async function refreshCookieName({ token }: RefreshToken): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)))
  return `${REFRESH_COOKIE}-${digest.toBase64({ alphabet: 'base64url' }).slice(0, NAME_CHARACTERS)}`
}

/** Whether browsers would keep the token in its cookie. */
export const fitsAccessCookie = (token: string): boolean => fits(ACCESS_COOKIE.length, token)
export const fitsRefreshCookie = (token: RefreshToken): boolean =>
  fits(REFRESH_COOKIE.length + 1 + NAME_CHARACTERS, refreshValue(token))

const fits = (nameLength: number, value: string) => nameLength + encodeURIComponent(value).length <= MAX_BYTES

const refreshValue = ({ clientId, token }: RefreshToken): string => `${clientId}.${token}`
