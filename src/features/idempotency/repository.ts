import { sql } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'
import { fail, ok, type Result } from '../../result.ts'

/** Rows of one transaction. */
const BATCH = 2_000

/** The keys of all users, for `parley_system`. */
export interface IdempotencyRepository {
  /**
   * Removes keys that have expired, batch by batch, the oldest first, until there are no more or the time is up.
   *
   * @returns how many went
   */
  sweep(until: number): Promise<Result<number>>
}

export function createIdempotencyRepository(db: Database): IdempotencyRepository {
  return {
    async sweep(until) {
      let swept = 0
      for (let full = true; full && Date.now() < until;) {
        const [results, error] = await db.write('idempotency.sweep', (q) => [q.execute(deleteExpired)])
        if (error) return fail(error)
        const count = results[0].rows.length
        swept += count
        full = count === BATCH
      }
      return ok(swept)
    },
  }
}

/** The time is asked twice: whoever claims an expired key meanwhile has given it a new one. */
const deleteExpired = sql`
  delete from idempotency_keys where expires_at <= now() and (user_id, key) in (
    select user_id, key from idempotency_keys where expires_at <= now() order by expires_at limit ${BATCH})
  returning 1`
