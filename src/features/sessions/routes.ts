import { Hono } from 'hono'
import { authenticate, bearerToken } from '../../auth/user-routes.ts'
import { asNewcomer } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { timed } from '../../trace.ts'
import { toUser } from '../users/routes.ts'
import { createSessionRepository } from './repository.ts'
import { type SessionRow, signInSchema } from './schemas.ts'

const USER_AGENT_LENGTH = 512

export const sessionRoutes = (deps: Deps) =>
  new Hono<AppEnv>().use(authenticate(deps)).post(
    '/',
    operation({
      operationId: 'signIn',
      tag: 'Session',
      summary: 'Register or log in',
      description:
        'Send the Cognito access token as bearer token; no body. The profile comes from Cognito. A new user is a 201, a known one a 200.',
      responses: {
        200: { description: 'Logged in', schema: signInSchema },
        201: { description: 'Registered', schema: signInSchema },
      },
      errors: ['email_taken', 'identity_provider_unavailable'],
    }),
    async (c) => {
      const { identity, trace } = c.var
      const token = bearerToken(c.req.header('Authorization')) ?? ''
      const [profile, refused] = await timed(trace, 'auth', () =>
        deps.cognito.getUser(token, { userId: identity.userId }),
      )
      if (refused) return problem(c, refused)

      const sessions = createSessionRepository(asNewcomer(deps.database, trace, identity.userId))
      const userAgent = c.req.header('User-Agent')?.toWellFormed().slice(0, USER_AGENT_LENGTH) ?? null
      const [signedIn, error] = await sessions.signIn(identity, profile, userAgent)
      if (error) return problem(c, error)
      const body = { user: toUser(signedIn.user), session: toSession(signedIn.session) }
      return signedIn.isNew ? c.json(body, 201) : c.json(body, 200)
    },
  )

function toSession({ userId: _user, signInId: _signIn, revokedAt: _revoked, ...session }: SessionRow) {
  return session
}
