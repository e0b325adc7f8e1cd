import { lte, sql } from 'drizzle-orm'
import * as z from 'zod'
import { now } from '../../db/changes.ts'
import type { Database } from '../../db/database.ts'
import { allRows } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { users } from '../users/table.ts'

/**
 * All that a user owns, in the order in which it goes: what hangs on a row before the row, or it would go uncounted.
 * `users` is the last.
 */
const PURGED_TABLES = [
  'embedding_jobs',
  'chat_vectors',
  'messages',
  'conversations',
  'document_chunks',
  'documents',
  'sessions',
  'audit_events',
  'idempotency_keys',
] as const

/** By what a batch is picked, where that is not `id`. */
const KEYS: Record<string, readonly string[]> = { idempotency_keys: ['key'], messages: ['conversation_id', 'id'] }

/** Rows of one transaction: well inside its time-out even where each has an entry in the vectors' index. */
const BATCH = 2_000

/** Rows that went, by table. */
export type PurgeCounts = Record<string, number>

/** Accounts whose grace time is over, for `parley_system`. */
export interface AccountPurgeRepository {
  /** Up to `limit` of them, the longest overdue first. */
  due(limit: number): Promise<Result<string[]>>
  /**
   * Removes all that the user owns and the user, batch by batch, and counts it in the receipt in the same transactions:
   * wherever it stops, the next call goes on.
   *
   * @returns the receipt's counts, or null where somebody else is at it, or the time is up
   */
  purge(userId: string, until: number): Promise<Result<PurgeCounts | null>>
}

export function createAccountPurgeRepository(db: Database): AccountPurgeRepository {
  return {
    async due(limit) {
      const [results, error] = await db.read('purges.due', (q) => [
        q.select({ id: users.id }).from(users).where(lte(users.purgeAfter, now)).orderBy(users.purgeAfter).limit(limit),
      ])
      return error ? fail(error) : ok(results[0].map(({ id }) => id))
    },

    async purge(userId, until) {
      let begun = false
      for (const table of PURGED_TABLES) {
        for (let full = true; full;) {
          if (Date.now() >= until) return ok(null)
          const [deleted, error] = await purgeBatch(db, userId, table, begun)
          if (error) return fail(error)
          if (deleted === null) return ok(null)
          begun = true
          full = deleted === BATCH
        }
      }
      return finish(db, userId)
    },
  }
}

/**
 * Locks the account, so that neither a second purge nor a sign-in that began before can come between. Whoever has begun waits for
 * a second one: giving way to each other, none of many would ever come to the end.
 */
const lockAccount = (userId: string, begun: boolean) => sql`
  with locked as materialized (
    select id, deleted_at from users where id = ${userId} and purge_after <= now()
    for update ${sql.raw(begun ? '' : 'skip locked')})
  select set_config('app.purging', id::text, true) from locked`
const lockedAccount = sql`nullif(current_setting('app.purging', true), '')::uuid`
const receipt = sql`user_id = ${lockedAccount} and deleted_at = (select deleted_at from users where id = ${lockedAccount})`

const counted = z.object({ deleted: z.int() })

async function purgeBatch(db: Database, userId: string, table: string, begun: boolean): Promise<Result<number | null>> {
  const name = sql.identifier(table)
  const columns = (KEYS[table] ?? ['id']).map((column) => sql.identifier(column))
  const key = sql.join(columns, sql`, `)
  const [results, error] = await db.write('purges.batch', (q) => [
    q.execute(lockAccount(userId, begun)),
    q.execute(sql`insert into purge_receipts (user_id, deleted_at)
      select id, deleted_at from users where id = ${lockedAccount} on conflict do nothing`),
    q.execute(sql`
      with gone as (
        delete from ${name} where user_id = ${lockedAccount} and (${key}) in (
          select ${key} from ${name} where user_id = ${lockedAccount} order by ${key} limit ${BATCH})
        returning user_id)
      update purge_receipts
      set counts = jsonb_set(counts, array[${table}],
        to_jsonb(coalesce((counts ->> ${table})::int, 0) + (select count(*) from gone)))
      where ${receipt}
      returning (select count(*) from gone)::int as deleted`),
  ])
  if (error) return fail(error)
  const [rows, unfit] = allRows(results[2].rows, counted)
  return unfit ? fail(unfit) : ok(rows[0]?.deleted ?? null)
}

const finished = z.object({ counts: z.record(z.string(), z.int()) })

async function finish(db: Database, userId: string): Promise<Result<PurgeCounts | null>> {
  const [results, error] = await db.write('purges.finish', (q) => [
    q.execute(lockAccount(userId, true)),
    q.execute(sql`
      update purge_receipts set counts = counts || '{"users": 1}', finished_at = now() where ${receipt} returning counts`),
    q.execute(sql`delete from users where id = ${lockedAccount}`),
  ])
  if (error) return fail(error)
  const [rows, unfit] = allRows(results[1].rows, finished)
  return unfit ? fail(unfit) : ok(rows[0]?.counts ?? null)
}
