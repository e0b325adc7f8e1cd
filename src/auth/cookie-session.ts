import type { Deps } from '../deps.ts'
import { type CookieDeps, type HeldToken, readAccessCookie, readRefreshCookies, takeBack } from '../http/cookies.ts'
import { timed } from '../trace.ts'
import type { AdmissionContext } from './admission.ts'

type ForgetDeps = Pick<Deps, 'cognito' | 'clientIds' | 'log' | 'cookies'>

/** The newest ones: each is a call to Cognito. */
const MOST_REVOKED = 5

/** Whether the request stands on cookies: it has some, and no `Authorization` header, which would win. */
export const isByCookie = (c: AdmissionContext, deps: CookieDeps): boolean =>
  c.req.header('Authorization') === undefined &&
  (readAccessCookie(c, deps) !== null || readRefreshCookies(c, deps).length > 0)

/**
 * Ends what cookies carry, for a request that came with them: has Cognito revoke the refresh tokens, and tells the
 * browser to drop all of them. Without cookies, or beside an `Authorization` header, it does nothing. Where Cognito cannot be
 * reached there is a warning in the log, and the cookies go all the same.
 *
 * @param headers of the answer
 */
export async function forgetCookies(c: AdmissionContext, deps: ForgetDeps, headers: Headers): Promise<void> {
  if (!isByCookie(c, deps)) return
  const carried = readRefreshCookies(c, deps)
  const known = carried.filter(({ clientId }) => deps.clientIds.includes(clientId)).slice(-MOST_REVOKED)
  await Promise.all(known.map((held) => revoke(c, deps, held)))
  takeBack(headers, deps, [deps.cookies.access, ...carried.map(({ cookie }) => cookie)])
}

async function revoke(c: AdmissionContext, deps: ForgetDeps, { token, clientId }: HeldToken): Promise<void> {
  const { trace } = c.var
  const [, failure] = await timed(trace, 'auth', () => deps.cognito.revoke(token, clientId))
  // A token that Cognito refuses is good for nothing any more: that is what was wanted.
  if (failure && failure.code !== 'unauthenticated') {
    deps.log('warn', 'refresh_token_not_revoked', { requestId: trace.requestId, cause: failure.context })
  }
}
