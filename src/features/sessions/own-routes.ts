import { Hono } from 'hono'
import { PROFILE_SCOPE, requireAccess } from '../../auth/access.ts'
import { asCaller, requireIdentity } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { readRefreshCookies, replaceRefreshCookies, setAccessCookie } from '../../http/cookies.ts'
import { operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { sessionTag } from './schemas.ts'
import { toUser } from '../users/schemas.ts'
import { refreshByCookie } from './refresh.ts'
import { refreshSchema, signInSchema, toSession } from './schemas.ts'
import { createSessionService } from './service.ts'
import { bodyIfAny, takeTokens } from './sign-in.ts'
import { endCookies } from './sign-out.ts'

/** `/v1/session`: the sign-in that asks. */
export const ownSessionRoutes = (deps: Deps) => {
  const sessions = createSessionService(deps)
  return new Hono<AppEnv>()
    .post(
      '/',
      operation({
        operationId: 'signIn',
        // It is read before anybody knows who asks.
        maxBody: 32 * 1024,
        rateLimit: 'session',
        limitsRefusals: true,
        tag: sessionTag,
        summary: 'Register or log in',
        description:
          'Send the Cognito access token as bearer token, with no body or with `{}`. The profile comes from Cognito. A new user is a 201, a known one a 200. While Cognito cannot be asked, a known user is signed in with the stored profile (`profileStale`); a new one gets a 503 with `Retry-After`.\n\nA page that keeps its tokens in cookies sends them in the body instead, once. They come back as cookies that no script can read, and from then on the access cookie stands in for the bearer token.',
        optionalBody: true,
        examples: {
          bearer: { summary: 'With the bearer token alone', value: {} },
          cookie: {
            summary: 'Tokens that are to become cookies, from a page',
            value: { transport: 'cookie', accessToken: 'ACCESS_TOKEN', refreshToken: 'REFRESH_TOKEN' },
            fromPage: true,
          },
        },
        responses: {
          200: { description: 'Logged in', schema: signInSchema },
          201: { description: 'Registered', schema: signInSchema },
        },
        errors: ['origin_not_allowed', 'insufficient_scope', 'account_deleted', 'identity_provider_unavailable'],
      }),
      bodyIfAny(deps),
      takeTokens(deps),
      requireAccess({ scopes: [PROFILE_SCOPE] }),
      async (c) => {
        const { identity, tokens, trace } = c.var
        const [signedIn, error] = await sessions.signIn({ identity, trace }, tokens.accessToken)
        if (error) return problem(c, error)
        const { user, session, profileStale, isNew } = signedIn
        const body = { user: toUser(user), session: toSession(session), profileStale }
        const response = isNew ? c.json(body, 201) : c.json(body, 200)
        const { accessToken, refreshToken } = tokens
        if (refreshToken) {
          setAccessCookie(response.headers, deps, accessToken, identity.expiresAt - Date.now() / 1000)
          await replaceRefreshCookies(response.headers, deps, refreshToken, readRefreshCookies(c, deps))
        }
        return response
      },
    )
    .post(
      '/refresh',
      operation({
        operationId: 'refreshSession',
        rateLimit: 'session',
        limitsRefusals: true,
        tag: sessionTag,
        summary: 'Refresh the access cookie',
        description:
          'For sign-ins by cookie: Cognito gives a new access token for the refresh cookie. No body. Once Cognito refuses, or the session is revoked here, the refresh cookie that was used is taken back.',
        open: true,
        scheme: 'refreshCookie',
        responses: { 200: { description: 'The access cookie is set anew', schema: refreshSchema } },
        errors: [
          'unauthenticated',
          'session_revoked',
          'origin_not_allowed',
          'not_registered',
          'account_deleted',
          'identity_provider_unavailable',
          'database_unavailable',
          'database_timeout',
          'outcome_unknown',
        ],
      }),
      refreshByCookie(deps),
      asCaller(deps),
      async (c) => {
        const [session, error] = await sessions.renew(c.var.caller)
        return error ? problem(c, error) : c.json({ session: toSession(session) }, 200)
      },
    )
    .delete(
      '/',
      operation({
        operationId: 'signOut',
        tag: sessionTag,
        summary: 'Log out',
        description:
          'Ends this sign-in here: its tokens, refreshed ones included, are refused from the next request on. By cookie, the refresh token is revoked at Cognito as well and the cookies are taken back; the refresh cookie alone is enough for that.',
        responses: { 204: { description: 'Logged out', schema: null } },
      }),
      endCookies(deps),
      requireIdentity(deps),
      asCaller(deps),
      async (c) => {
        const [, error] = await sessions.signOut(c.var.caller)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
}
