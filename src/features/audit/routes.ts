import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { operation } from '../../http/openapi.ts'
import { pageQuery } from '../../http/page.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { auditEventPage } from './schemas.ts'
import { createAuditService } from './service.ts'

/** `/v1/audit-events` */
export const auditRoutes = (deps: Deps) => {
  const audit = createAuditService()
  return userRoutes(deps).get(
    '/',
    operation({
      operationId: 'listAuditEvents',
      tag: { name: 'Audit', description: 'What was done to a user’s data.' },
      summary: 'List what was done to your data, the newest first',
      description:
        'Each row that was created, changed, deleted, restored or purged: by whom, by which session and request, from which address. It holds no content.',
      responses: { 200: { description: 'A page', schema: auditEventPage } },
      errors: ['invalid_cursor'],
    }),
    validate('query', pageQuery),
    async (c) => {
      const [page, error] = await audit.list(c.var.caller, c.req.valid('query'))
      return error ? problem(c, error) : c.json(page, 200)
    },
  )
}
