import * as z from 'zod'
import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { operation } from '../../http/openapi.ts'
import { cutPage, pageQuery } from '../../http/page.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { createSessionRepository } from './repository.ts'
import { sessionPage, sessionPath, type SessionRow, toSession } from './schemas.ts'

const tag = 'Session'
const cursorKey = z.tuple([z.iso.datetime(), z.guid()])

/** `/v1/sessions`: all sign-ins of the user. */
export const sessionListRoutes = (deps: Deps) =>
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
