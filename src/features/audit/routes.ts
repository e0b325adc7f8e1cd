import * as z from 'zod'
import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { operation } from '../../http/openapi.ts'
import { cutPage, pageQuery } from '../../http/page.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { createAuditRepository } from './repository.ts'
import { auditEventPage } from './schemas.ts'

const cursorKey = z.tuple([z.guid()])

/** `/v1/audit-events` */
export const auditRoutes = (deps: Deps) =>
  userRoutes(deps).get(
    '/',
    operation({
      operationId: 'listAuditEvents',
      tag: 'Audit',
      summary: 'List what was done to your data, the newest first',
      description:
        'Each row that was created, changed, deleted, restored or purged: by whom, by which session and request, from which address. It holds no content.',
      responses: { 200: { description: 'A page', schema: auditEventPage } },
      errors: ['invalid_cursor'],
    }),
    validate('query', pageQuery),
    async (c) => {
      const { identity, db } = c.var
      const { limit, cursor } = c.req.valid('query')
      const scope = { list: 'audit-events', userId: identity.userId }
      const [key, refused] = await decodeCursor(scope, cursor, cursorKey)
      if (refused) return problem(c, refused)

      const [rows, error] = await createAuditRepository(db, identity.userId).list(limit + 1, key?.[0] ?? null)
      if (error) return problem(c, error)
      const { data, last } = cutPage(rows, limit)
      return c.json({ data, nextCursor: last && (await encodeCursor(scope, [last.id])) }, 200)
    },
  )
