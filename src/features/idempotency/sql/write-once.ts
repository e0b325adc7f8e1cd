import { getTableColumns, getTableName, is, SQL, sql, type Table } from 'drizzle-orm'
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { PgTable } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import type { ConstraintErrors, Database } from '../../../db/database.ts'
import { oneRow } from '../../../db/rows.ts'
import { type StorableSelect, type StoredRows, storedRows } from '../../../db/stored-rows.ts'
import type { RequestKey } from '../../../request-key.ts'
import { type AppError, fail, ok, type Result } from '../../../result.ts'

type Queries = readonly [BatchItem<'pg'>, ...BatchItem<'pg'>[]]

/** A write that creates something, for a request that may come twice. */
export interface IdempotentWrite<T extends Queries> {
  userId: string
  /** Null for a request without `Idempotency-Key`: then `write` is sent as it is, and nothing beside it. */
  requestKey: RequestKey | null
  /** Whatever of it changes a row does so only where `isFirst` holds. */
  write: (q: NeonHttpDatabase, isFirst: SQL) => T
  /** The rows that the answer is made of. None where nothing was made: {@link writtenHere} keeps older ones out. */
  answer: (q: NeonHttpDatabase) => StorableSelect
  /** What the answer shows, of its first row: see the column. By default a conversation, or a vector of a message. */
  resource?: (row: SQL) => SQL
  constraints?: ConstraintErrors
  /** Of the call; by default the deployment's. */
  timeoutMs?: number
}

export interface IdempotentResult<T extends Queries> {
  /** What the statements of `write` returned; of no use where there is a `replay`. */
  results: BatchResponse<T>
  /** The rows of `answer` as they were when the key was first used; null where that is now. */
  replay: unknown[] | null
}

/** True in the transaction that has claimed the key, and in no other. */
const isFirst = sql`current_setting('app.claimed_key', true) = 'on'`

/** Rows that this transaction has inserted or changed. Not those of a subtransaction. */
export const writtenHere = (table: Table): SQL =>
  sql`${sql.identifier(getTableName(table))}.xmin = pg_current_xact_id()::xid`

/**
 * Runs the write and keeps its answer, or finds the answer of the request that came before with this key, in one batch.
 * Where nothing was made, or the write failed, the key stays free. See docs/decisions/021-idempotency.md.
 *
 * @returns `idempotency_key_reused` where the key was used for another request; `not_found` where what it made was purged
 */
export async function writeOnce<T extends Queries>(
  db: Database,
  name: string,
  { userId, requestKey, write, answer, resource = resourceOf, constraints, ...options }: IdempotentWrite<T>,
): Promise<Result<IdempotentResult<T>>> {
  if (!requestKey) {
    const [results, error] = await db.write(name, (q) => write(q, sql`true`), constraints, options)
    return error ? fail(error) : ok({ results, replay: null })
  }

  const kept: { rows?: StoredRows } = {}
  const [results, error] = await db.write(
    name,
    (q) => {
      kept.rows = storedRows(answer(q))
      const last = q.execute(keep(userId, requestKey, kept.rows, resource))
      return [q.execute(claim(userId, requestKey)), ...write(q, isFirst), last]
    },
    constraints,
    { ...options, repeatable: true },
  )
  if (error) return fail(error)
  const [claimed, ...others] = results as unknown as { rows: unknown[] }[]
  const written = others.slice(0, -1) as unknown as BatchResponse<T>
  if (claimed?.rows.length === 1) return ok({ results: written, replay: null })

  const [found, missing] = oneRow(others.at(-1)?.rows ?? [], keptAnswer)
  if (missing) return fail({ code: 'internal', context: { reason: 'a claimed key has no answer' } })
  if (found.responseRows === null) return fail({ code: 'idempotency_key_reused' })
  if (found.responseRows.rows.length === 0) return fail(PURGED)
  requestKey.replayed = found.responseRows.by !== requestKey.by
  return ok({ results: written, replay: kept.rows?.restore(found.responseRows.rows) ?? [] })
}

/** The answer of what was purged is emptied (`app.forget_answers`). */
const PURGED: AppError = { code: 'not_found', detail: 'What was created with this Idempotency-Key has been purged.' }

const keptAnswer = z.object({
  responseRows: z.object({ by: z.string(), rows: z.array(z.record(z.string(), z.unknown())) }).nullable(),
})

/** Waits for whoever holds the key. A key that has expired is as good as new. Returns a row to the first one. */
const claim = (userId: string, { key, digest }: RequestKey) => sql`
  insert into idempotency_keys as mine (user_id, key, digest) select ${userId}::uuid, ${key}, ${digest}
  on conflict (user_id, key) do update set digest = excluded.digest, response_rows = null, resource = null, created_at = excluded.created_at,
    expires_at = excluded.expires_at
  where mine.expires_at <= now()
  returning set_config('app.claimed_key', 'on', true)`

/** For the first one: keeps the rows, or gives the key back where there are none. For all others: what was kept. */
function keep(
  userId: string,
  { key, digest, by }: RequestKey,
  { names, query }: StoredRows,
  resource: (row: SQL) => SQL,
) {
  const ofKey = sql`k.user_id = ${userId} and k.key = ${key}`
  return sql`
    with answer (${names}) as (${query}),
    found as (select jsonb_agg(to_jsonb(answer)) as rows from answer),
    kept as (
      update idempotency_keys k
      set response_rows = jsonb_build_object('by', ${by}::text, 'rows', found.rows), resource = ${resource(sql`found.rows -> 0`)}
      from found
      where ${ofKey} and ${isFirst} and found.rows is not null),
    freed as (delete from idempotency_keys k where ${ofKey} and ${isFirst} and not exists (select from answer))
    select case when k.digest = ${digest} then k.response_rows end as "responseRows" from idempotency_keys k
    where ${ofKey} and (${isFirst}) is not true`
}

const resourceOf = (row: SQL) =>
  sql`coalesce(${row} ->> 'conversationId' || coalesce('/' || (${row} ->> 'messageId'), ''), ${row} ->> 'id')`

const list = (parts: SQL[]) => sql.join(parts, sql`, `)

/** `insert … values` of one row, where the condition holds. */
export function insertWhere<T extends PgTable>(table: T, row: T['$inferInsert'], condition: SQL): SQL {
  const columns = getTableColumns(table)
  const given = Object.entries(columns).flatMap(([name, column]) => {
    const value = (row as Record<string, unknown>)[name]
    return value === undefined ? [] : [{ column, value: is(value, SQL) ? value : sql`${sql.param(value, column)}` }]
  })
  return sql`insert into ${table} (${list(given.map(({ column }) => sql`${sql.identifier(column.name)}`))})
    select ${list(given.map(({ value }) => value))} where ${condition}`
}
