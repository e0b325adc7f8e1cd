import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { profileTag } from '../users/schemas.ts'
import { streamed } from '../../http/streamed.ts'
import { exportLine } from './schemas.ts'
import { createExportService } from './service.ts'

export const NDJSON = 'application/x-ndjson'

/** `/v1/me/export` */
export const exportRoutes = (deps: Deps) => {
  const exporter = createExportService(deps)
  return userRoutes(deps).get(
    '/',
    operation({
      operationId: 'exportMe',
      statementMs: 10_000,
      rateLimit: 'session',
      tag: profileTag,
      summary: 'Download everything',
      description:
        'All that the user owns, deleted things included, as newline-delimited JSON: each line has a `type`, and what a line refers to stands before it. The last line is `end`, with the number of lines of each type; without it the download broke off. Chunks of documents, and vectors that Parley made, are left out, as it can make them again.',
      responses: { 200: { description: 'One JSON object a line', schema: exportLine(), contentType: NDJSON } },
    }),
    async (c) => {
      const [stream, error] = await exporter.stream(c.var.caller)
      if (error) return problem(c, error)
      const name = `parley-export-${new Date().toISOString().slice(0, 10)}.ndjson`
      return c.body(streamed(c.var.trace, stream), 200, {
        'Content-Type': NDJSON,
        'Content-Disposition': `attachment; filename="${name}"`,
      })
    },
  )
}
