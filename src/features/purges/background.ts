import { asSystem } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { newId } from '../../id.ts'
import { hashForLog, logSlowQueries } from '../../log.ts'
import { createTrace } from '../../trace.ts'
import { createPurgeRepository } from './repository.ts'

/** For the cron trigger: well inside the minute after which it comes again. */
const SWEEP_MS = 40_000
const ACCOUNTS = 20

/** Purges the accounts whose grace time is over. What is not done in time, or goes wrong, is left to the next sweep. */
export async function purgeAccounts(deps: Deps): Promise<void> {
  const requestId = newId()
  const trace = createTrace(requestId)
  const until = Date.now() + SWEEP_MS
  const purges = createPurgeRepository(asSystem(deps.systemDatabase, trace))
  const [due, error] = await purges.due(ACCOUNTS)
  if (error) deps.log('error', 'purge_failed', { requestId, code: error.code, ...error.context })
  for (const userId of due ?? []) {
    const [counts, failure] = await purges.purge(userId, until)
    const user = await hashForLog({ userId })
    if (failure) deps.log('error', 'purge_failed', { requestId, user, code: failure.code, ...failure.context })
    else if (counts) deps.log('info', 'account_purged', { requestId, user, counts })
  }
  logSlowQueries(deps, trace)
}
