import type { Deps } from '../../deps.ts'
import { sweep } from '../../jobs/sweep.ts'
import { createIdempotencyRepository } from './repository.ts'

/** Removes idempotency keys that have expired. */
export const sweepIdempotencyKeys = (deps: Deps): Promise<void> =>
  sweep(deps, 'idempotency_sweep_failed', async ({ db, until, logFailure }) => {
    const [, error] = await createIdempotencyRepository(db).sweep(until)
    logFailure(error)
  })
