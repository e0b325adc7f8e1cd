import type { Deps } from '../deps.ts'
import {
  clearCookies,
  readAccessCookie,
  readRefreshCookie,
  setAccessCookie,
  setRefreshCookie,
  type RefreshToken,
} from '../http/cookies.ts'
import { timed } from '../trace.ts'
import type { AdmissionContext } from './admission.ts'
import type { Identity } from './identity.ts'

type CookieDeps = Pick<Deps, 'cognito' | 'clientIds' | 'refreshCookieDays' | 'log'>

export interface CookieTokens {
  accessToken: string
  /** Null where the cookie that is there stays good. */
  refreshToken: RefreshToken | null
}

/** Puts tokens into cookies; the access cookie lives no longer than its token. */
export function giveCookies(
  headers: Headers,
  { refreshCookieDays }: Pick<Deps, 'refreshCookieDays'>,
  { expiresAt }: Identity,
  { accessToken, refreshToken }: CookieTokens,
): void {
  setAccessCookie(headers, accessToken, expiresAt - Date.now() / 1000)
  if (refreshToken) setRefreshCookie(headers, refreshToken, refreshCookieDays)
}

/** Whether the request stands on cookies: it has some, and no `Authorization` header, which would win. */
export const isByCookie = (c: AdmissionContext): boolean =>
  c.req.header('Authorization') === undefined && (readAccessCookie(c) ?? readRefreshCookie(c)) !== null

/**
 * Ends what cookies carry, for a request that came with them: has Cognito revoke the refresh token, and tells the
 * browser to drop both. Without cookies, or beside an `Authorization` header, it does nothing. Where Cognito cannot be
 * reached there is a warning in the log, and the cookies go all the same.
 *
 * @param headers of the answer
 */
export async function forgetCookies(c: AdmissionContext, deps: CookieDeps, headers: Headers): Promise<void> {
  if (!isByCookie(c)) return
  const held = readRefreshCookie(c)
  if (held && deps.clientIds.includes(held.clientId)) {
    const { trace } = c.var
    const [, failure] = await timed(trace, 'auth', () => deps.cognito.revoke(held.token, held.clientId))
    // A token that Cognito refuses is good for nothing any more: that is what was wanted.
    if (failure && failure.code !== 'unauthenticated') {
      deps.log('warn', 'refresh_token_not_revoked', { requestId: trace.requestId, cause: failure.context })
    }
  }
  clearCookies(headers)
}
