import { Hono } from 'hono'
import * as z from 'zod'
import { authenticate, bearerToken, openDatabase, userRoutes } from '../../auth/user-routes.ts'
import { asNewcomer } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { operation } from '../../http/openapi.ts'
import { cutPage, pageQuery } from '../../http/page.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { timed } from '../../trace.ts'
import { toUser } from '../users/routes.ts'
import { createSessionRepository } from './repository.ts'
import { sessionPage, sessionPath, type SessionRow, signInSchema } from './schemas.ts'

const USER_AGENT_LENGTH = 512
const tag = 'Session'
const cursorKey = z.tuple([z.iso.datetime(), z.guid()])

/** `/v1/session`: the sign-in that asks. */
export const sessionRoutes = (deps: Deps) =>
  new Hono<AppEnv>()
    .use(authenticate(deps))
    .post(
      '/',
      operation({
        operationId: 'signIn',
        tag,
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
        const [profile, refused] = await timed(trace, 'auth', () => deps.cognito.getUser(token, identity))
        if (refused) return problem(c, refused)

        const sessions = createSessionRepository(asNewcomer(deps.database, trace, identity), identity.userId)
        const userAgent = c.req.header('User-Agent')?.toWellFormed().slice(0, USER_AGENT_LENGTH) ?? null
        const [signedIn, error] = await sessions.signIn(identity, profile, userAgent)
        if (error) return problem(c, error)
        const body = { user: toUser(signedIn.user), session: toSession(signedIn.session) }
        return signedIn.isNew ? c.json(body, 201) : c.json(body, 200)
      },
    )
    .delete(
      '/',
      operation({
        operationId: 'signOut',
        tag,
        summary: 'Log out',
        description:
          'Ends this sign-in here: its tokens, refreshed ones included, are refused from the next request on.',
        responses: { 204: { description: 'Logged out', schema: null } },
      }),
      openDatabase(deps),
      async (c) => {
        const { identity, db } = c.var
        const [, error] = await createSessionRepository(db, identity.userId).signOut(identity)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )

/** `/v1/sessions`: all sign-ins of the user. */
export const sessionsRoutes = (deps: Deps) =>
  userRoutes(deps)
    .get(
      '/',
      operation({
        operationId: 'listSessions',
        tag,
        summary: 'List open sessions, the newest first',
        responses: { 200: { description: 'A page', schema: sessionPage } },
        errors: ['invalid_cursor'],
      }),
      validate('query', pageQuery),
      async (c) => {
        const { identity, db } = c.var
        const { limit, cursor } = c.req.valid('query')
        const scope = { list: 'sessions', userId: identity.userId }
        const [key, refused] = await decodeCursor(scope, cursor, cursorKey)
        if (refused) return problem(c, refused)

        const after = key && { createdAt: key[0], id: key[1] }
        const [rows, error] = await createSessionRepository(db, identity.userId).list(limit + 1, after)
        if (error) return problem(c, error)
        const { data, last } = cutPage(rows, limit)
        const nextCursor = last && (await encodeCursor(scope, [last.createdAt, last.id]))
        const isCurrent = (row: SessionRow) => row.signInId === identity.signInId
        return c.json({ data: data.map((row) => ({ ...toSession(row), current: isCurrent(row) })), nextCursor }, 200)
      },
    )
    .delete(
      '/',
      operation({
        operationId: 'revokeOtherSessions',
        tag,
        summary: 'Revoke all other sessions',
        description: 'Every one but that which asks; they are refused from their next request on.',
        responses: { 204: { description: 'Revoked', schema: null } },
      }),
      async (c) => {
        const { identity, db } = c.var
        const [, error] = await createSessionRepository(db, identity.userId).signOutOthers(identity)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
    .delete(
      '/:sessionId',
      operation({
        operationId: 'revokeSession',
        tag,
        summary: 'Revoke a session',
        description: 'It is refused from its next request on.',
        responses: { 204: { description: 'Revoked', schema: null } },
        errors: ['not_found'],
      }),
      validate('param', sessionPath),
      async (c) => {
        const { identity, db } = c.var
        const [, error] = await createSessionRepository(db, identity.userId).revoke(c.req.valid('param').sessionId)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )

function toSession({ userId: _user, signInId: _signIn, revokedAt: _revoked, ...session }: SessionRow) {
  return session
}
