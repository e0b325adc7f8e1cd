import { asSystem } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { newId } from '../../id.ts'
import { logSlowQueries } from '../../log.ts'
import { createTrace } from '../../trace.ts'
import { createRetentionRepository } from './repository.ts'

/** For the cron trigger: well inside the minute after which it comes again. */
const SWEEP_MS = 40_000

/**
 * Removes for good what was deleted and can no longer be restored. What is not done in time, or goes wrong, is left to the
 * next sweep.
 */
export async function sweepDeleted(deps: Deps): Promise<void> {
  const requestId = newId()
  const trace = createTrace(requestId)
  const until = Date.now() + SWEEP_MS
  const retention = createRetentionRepository(asSystem(deps.systemDatabase, trace))
  const [removed, error] = await retention.purgeConversations(until)
  if (error) deps.log('error', 'retention_failed', { requestId, code: error.code, ...error.context })
  const [wiped, failure] = await retention.wipeMessages(until)
  if (failure) deps.log('error', 'retention_failed', { requestId, code: failure.code, ...failure.context })
  const conversations = removed?.conversations ?? 0
  if (conversations + (wiped ?? 0) > 0) deps.log('info', 'retention', { requestId, ...removed, wiped: wiped ?? 0 })
  logSlowQueries(deps, trace)
}
