import { parse, serialize } from 'hono/utils/cookie'

/** `__Host-`: a browser takes them only from this host, over TLS, for the whole host; no other host can set them. */
export const ACCESS_COOKIE = '__Host-parley-access'
export const REFRESH_COOKIE = '__Host-parley-refresh'

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

/** @returns the access token in its cookie, unchecked, or null */
export const readAccessCookie = (c: CookieContext): string | null => read(c, ACCESS_COOKIE)

/** @returns what the refresh cookie says, unchecked; null where there is none */
export function readRefreshCookie(c: CookieContext): RefreshToken | null {
  const value = read(c, REFRESH_COOKIE)
  if (value === null) return null
  const [clientId = ''] = value.split('.', 1)
  return { clientId, token: value.slice(clientId.length + 1) }
}

const read = (c: CookieContext, name: string): string | null => parse(c.req.header('Cookie') ?? '', name)[name] ?? null

/** @param seconds how long the token is still good */
export function setAccessCookie(headers: Headers, token: string, seconds: number): void {
  const maxAge = Math.max(0, Math.floor(seconds))
  headers.append('Set-Cookie', serialize(ACCESS_COOKIE, token, { ...ATTRIBUTES, maxAge }))
}

export function setRefreshCookie(headers: Headers, token: RefreshToken, days: number): void {
  headers.append('Set-Cookie', serialize(REFRESH_COOKIE, refreshValue(token), { ...ATTRIBUTES, maxAge: days * 86_400 }))
}

export function clearCookies(headers: Headers): void {
  for (const name of [ACCESS_COOKIE, REFRESH_COOKIE]) {
    headers.append('Set-Cookie', serialize(name, '', { ...ATTRIBUTES, maxAge: 0 }))
  }
}

/** Whether browsers would keep the token in its cookie. */
export const fitsAccessCookie = (token: string): boolean => fits(ACCESS_COOKIE, token)
export const fitsRefreshCookie = (token: RefreshToken): boolean => fits(REFRESH_COOKIE, refreshValue(token))

const fits = (name: string, value: string) => name.length + encodeURIComponent(value).length <= MAX_BYTES

const refreshValue = ({ clientId, token }: RefreshToken): string => `${clientId}.${token}`
