import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { operation } from '../../http/openapi.ts'
import { pageQuery } from '../../http/page.ts'
import { problem } from '../../http/problem.ts'
import { sessionTag } from './schemas.ts'
import { validate } from '../../http/validate.ts'
import { sessionPage, sessionPath, toSession } from './schemas.ts'
import { createSessionService } from './service.ts'

/** `/v1/sessions`: all sign-ins of the user. */
export const sessionListRoutes = (deps: Deps) => {
  const sessions = createSessionService(deps)
  return userRoutes(deps)
    .get(
      '/',
      operation({
        operationId: 'listSessions',
        tag: sessionTag,
        summary: 'List open sessions, the newest first',
        responses: { 200: { description: 'A page', schema: sessionPage } },
        errors: ['invalid_cursor'],
      }),
      validate('query', pageQuery),
      async (c) => {
        const [page, error] = await sessions.list(c.var.caller, c.req.valid('query'))
        if (error) return problem(c, error)
        const { signInId } = c.var.identity
        const data = page.data.map((row) => ({ ...toSession(row), current: row.signInId === signInId }))
        return c.json({ ...page, data }, 200)
      },
    )
    .delete(
      '/',
      operation({
        operationId: 'revokeOtherSessions',
        tag: sessionTag,
        summary: 'Revoke all other sessions',
        description: 'Every one but that which asks; they are refused from their next request on.',
        responses: { 204: { description: 'Revoked', schema: null } },
      }),
      async (c) => {
        const [, error] = await sessions.revokeOthers(c.var.caller)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
    .delete(
      '/:sessionId',
      operation({
        operationId: 'revokeSession',
        tag: sessionTag,
        summary: 'Revoke a session',
        description: 'It is refused from its next request on.',
        responses: { 204: { description: 'Revoked', schema: null } },
        errors: ['not_found'],
      }),
      validate('param', sessionPath),
      async (c) => {
        const [, error] = await sessions.revoke(c.var.caller, c.req.valid('param').sessionId)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
}
