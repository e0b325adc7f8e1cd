import type { Deps } from '../../deps.ts'
import { hashForLog } from '../../log.ts'
import { sweep } from '../../jobs/sweep.ts'
import { createAccountPurgeRepository } from './repository.ts'

const ACCOUNTS = 20

/** Purges the accounts whose grace time is over. */
export const purgeAccounts = (deps: Deps): Promise<void> =>
  sweep(deps, 'purge_failed', async ({ db, until, log, logFailure }) => {
    const purges = createAccountPurgeRepository(db)
    const [due, error] = await purges.due(ACCOUNTS)
    logFailure(error)
    for (const userId of due ?? []) {
      const [counts, failure] = await purges.purge(userId, until)
      const user = await hashForLog({ userId })
      logFailure(failure, { user })
      if (counts) log('info', 'account_purged', { user, counts })
    }
  })
