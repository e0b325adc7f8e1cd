import { asSystem } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { newId } from '../../id.ts'
import { logSlowQueries } from '../../log.ts'
import { createTrace } from '../../trace.ts'
import { createIdempotencyRepository } from './repository.ts'

/** For the cron trigger: well inside the minute after which it comes again. */
const SWEEP_MS = 40_000

/** Removes idempotency keys that have expired. What is not done in time, or goes wrong, is left to the next sweep. */
export async function sweepIdempotencyKeys(deps: Deps): Promise<void> {
  const requestId = newId()
  const trace = createTrace(requestId)
  const keys = createIdempotencyRepository(asSystem(deps.systemDatabase, trace))
  const [, error] = await keys.sweep(Date.now() + SWEEP_MS)
  if (error) deps.log('error', 'idempotency_sweep_failed', { requestId, code: error.code, ...error.context })
  logSlowQueries(deps, trace)
}
