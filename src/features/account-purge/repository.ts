import { lte, sql } from 'drizzle-orm'
import * as z from 'zod'
import { now } from '../../db/row-state.ts'
import type { Database } from '../../db/database.ts'
import { allRows } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { users } from '../users/table.ts'

/** A table of users' rows, and by which columns a batch of one user's is picked. */
const ownedTable = z.object({ name: z.string(), key: z.array(z.string()) })
type OwnedTable = z.output<typeof ownedTable>

/**
 * The tables that this role may delete a user's rows of, in the order in which they go: what refers to a row before the row, or it
 * would go uncounted, and last what refers to nothing, the events that tell of the others. The catalog knows them all, also those
 * of a newer release. Of equals the last name comes first: jobs before vectors, as a job that is done meanwhile makes a vector.
 */
const ownedTables = sql`
  with recursive owned as (
    select c.oid, c.relname::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and has_table_privilege(c.oid, 'delete')
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'user_id')
  ), referring as (
    select 'public.users'::regclass::oid as oid, 0 as depth
    union
    select f.conrelid, r.depth + 1 from referring r join pg_constraint f on f.confrelid = r.oid and f.contype = 'f'
    where f.conrelid <> r.oid and r.depth < 20
  )
  select o.name, array(
    select a.attname::text from pg_index i cross join unnest(i.indkey) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where i.indrelid = o.oid and i.indisprimary and a.attname <> 'user_id' order by k.place) as key
  from owned o left join referring r using (oid)
  group by o.oid, o.name order by max(r.depth) desc nulls last, o.name desc`

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
      const [found, unread] = await db.read('purges.tables', (q) => [q.execute(ownedTables)])
      if (unread) return fail(unread)
      const [tables, unfit] = allRows(found[0].rows, ownedTable)
      if (unfit) return fail(unfit)
      let begun = false
      for (const table of tables) {
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

async function purgeBatch(
  db: Database,
  userId: string,
  table: OwnedTable,
  begun: boolean,
): Promise<Result<number | null>> {
  const name = sql.identifier(table.name)
  const columns = table.key.map((column) => sql.identifier(column))
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
      set counts = jsonb_set(counts, array[${table.name}],
        to_jsonb(coalesce((counts ->> ${table.name})::int, 0) + (select count(*) from gone)))
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
