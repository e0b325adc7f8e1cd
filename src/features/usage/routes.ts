import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { profileTag } from '../users/schemas.ts'
import { usageSchema } from './schemas.ts'
import { createUsageService } from './service.ts'

/** `/v1/usage` */
export const usageRoutes = (deps: Deps) => {
  const usage = createUsageService(deps)
  return userRoutes(deps).get(
    '/',
    operation({
      operationId: 'getUsage',
      tag: profileTag,
      summary: 'Read what you have, and may have',
      description:
        'A write that would bring you beyond a limit is a 403 `quota_exceeded`, whose `quota` names it. `embeddedTokens` is the exception: writes succeed, and the texts get their vectors after it is reset.',
      responses: { 200: { description: 'All quotas', schema: usageSchema } },
    }),
    async (c) => {
      const [data, error] = await usage.get(c.var.caller)
      return error ? problem(c, error) : c.json({ data }, 200)
    },
  )
}
