import { sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { fail, ok, type Result } from '../../../result.ts'

/** Rows of one transaction. */
const BATCH = 2_000

/**
 * Gives up messages that are `in_progress` and that nothing has written to for so many minutes, for `parley_system`. They keep what they
 * have, and are not embedded: only finished ones are. Ends when nothing is left, or the time is up.
 *
 * @returns how many messages
 */
export async function settleTimedOut(db: Database, minutes: number, until: number): Promise<Result<number>> {
  let settled = 0
  for (let full = true; full && Date.now() < until;) {
    const [results, error] = await db.write('messages.settle', (q) => [
      // Locked ones are being written to.
      q.execute(sql`
        with due as materialized (
          select user_id, conversation_id, id from messages
          where status = 'in_progress' and updated_at <= now() - make_interval(mins => ${minutes}::int)
          order by updated_at limit ${BATCH}::int for update skip locked)
        update messages m set status = 'failed', updated_at = now(), version = m.version + 1
        from due where m.user_id = due.user_id and m.conversation_id = due.conversation_id and m.id = due.id
        returning 1`),
    ])
    if (error) return fail(error)
    const count = results[0].rows.length
    settled += count
    full = count === BATCH
  }
  return ok(settled)
}
