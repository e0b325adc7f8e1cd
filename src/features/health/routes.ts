import { Hono } from 'hono'
import * as z from 'zod'
import type { Deps } from '../../deps.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { operation } from '../../http/openapi.ts'
import { limitOpen } from '../../http/rate-limit.ts'
import { problem } from '../../http/problem.ts'
import { createHealthService } from './service.ts'

const tag = { name: 'Health', description: 'For monitors.' }
const alive = z.object({ status: z.literal('ok') })
const ready = z.object({ status: z.literal('ready'), database: z.object({ latencyMs: z.number() }) })

export const healthRoutes = (deps: Deps) => {
  const health = createHealthService(deps)
  return new Hono<AppEnv>()
    .get(
      '/healthz',
      operation({
        operationId: 'getHealth',
        tag,
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
        tag,
        summary: 'Can the Worker serve requests?',
        description: 'It can when the database answers and has the schema that this version needs, or a newer one.',
        responses: { 200: { description: 'It can; the database answered after so many milliseconds', schema: ready } },
        errors: ['database_unavailable', 'database_timeout', 'schema_outdated'],
        open: true,
      }),
      // It asks the database without a token.
      limitOpen(deps),
      async (c) => {
        const [database, error] = await health.readiness(c.var.trace)
        return error ? problem(c, error) : c.json({ status: 'ready' as const, database }, 200)
      },
    )
}
