import { Hono } from 'hono'
import * as z from 'zod'
import { asNobody } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { operation } from '../../http/openapi.ts'
import { problem } from '../../http/problem.ts'
import { databaseTime } from '../../trace.ts'
import { checkSchema } from './repository.ts'
import { NEWEST_MIGRATION } from './schema-version.ts'

const alive = z.object({ status: z.literal('ok') })
const ready = z.object({ status: z.literal('ready'), database: z.object({ latencyMs: z.number() }) })

export const healthRoutes = (deps: Deps) =>
  new Hono<AppEnv>()
    .get(
      '/healthz',
      operation({
        operationId: 'getHealth',
        tag: 'Health',
        summary: 'Is the Worker alive?',
        responses: { 200: { description: 'It is', schema: alive } },
        open: true,
      }),
      (c) => c.json({ status: 'ok' as const }, 200),
    )
    .get(
      '/readyz',
      operation({
        operationId: 'getReadiness',
        tag: 'Health',
        summary: 'Can the Worker serve requests?',
        description: 'It can when the database answers and has the schema that this version needs, or a newer one.',
        responses: { 200: { description: 'It can; the database answered after so many milliseconds', schema: ready } },
        errors: ['database_unavailable', 'database_timeout', 'schema_outdated'],
        open: true,
      }),
      async (c) => {
        const [, error] = await checkSchema(asNobody(deps.database, c.var.trace), NEWEST_MIGRATION)
        if (error) return problem(c, error)
        return c.json({ status: 'ready' as const, database: { latencyMs: databaseTime(c.var.trace) } }, 200)
      },
    )
