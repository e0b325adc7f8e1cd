import type { NeonQueryFunction } from '@neondatabase/serverless'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/neon-http'
import { type Client, type CustomTypesConfig, types } from 'pg'
import type { Database } from '../../../src/db/database.ts'
import { ok, type Result } from '../../../src/result.ts'
import type { Place, WorkerRole } from './places.ts'
import type { PlanNode } from './plan.ts'

/** Who asks: as which role, and how the transaction begins. As `asUser` and `asSystem` of `src/db/database.ts` do. */
export interface Principal {
  role: WorkerRole
  preamble: ReturnType<typeof sql>
}

export const user = (id: string): Principal => ({
  role: 'parley_app',
  preamble: sql`select app.admit_request(${id}::uuid, ${'explain'}, null, now(), null, ${'explain'}, null, false, false, 10000, '')`,
})

export const system: Principal = {
  role: 'parley_system',
  preamble: sql`select set_config('app.request_id', ${'explain'}, true)`,
}

/** A statement of a repository, on its way from Drizzle's driver to Neon's. */
interface Statement {
  text: string
  values: unknown[]
  arrayMode: boolean
}

/**
 * Runs a repository's call and returns what it answered with the plans of its statements, in order. The statements are
 * those that Drizzle would have sent to Neon, after the same preamble, in one transaction; what they wrote is undone.
 *
 * @throws Error when the call fails
 */
export async function explain<T>(
  place: Place,
  asker: Principal,
  call: (db: Database) => Promise<Result<T>>,
): Promise<{ value: T; plans: PlanNode[] }> {
  const plans: PlanNode[] = []
  const each = async (client: Client, statement: Statement) => {
    plans.push(await planOf(client, statement))
    return run(client, statement)
  }
  const [value, error] = await place.as(asker.role, (client) => call(databaseOver(client, asker, each)))
  if (error) throw new Error(`The call failed: ${JSON.stringify(error)}`)
  return { value, plans }
}

/** What has been read of an index, or of a table, by the server's own count. */
export interface Reads {
  name: string
  /** The index's, or itself. */
  table: string
  /** Of a table, those in order. */
  scans: number
  /** Entries that the index gave, or rows that scans of the table in order gave. */
  entries: number
  /** Rows of the table that the index led to; of a table, those that a bitmap led to. */
  fetched: number
}

/** How many rows of a table indexes led to. */
export const fetchedOf = (reads: readonly Reads[], table: string): number =>
  reads.filter((read) => read.table === table).reduce((sum, { fetched }) => sum + fetched, 0)

const COUNT = `
  select c.oid::regclass::text as name, coalesce(i.indrelid, c.oid)::regclass::text as table,
    pg_stat_get_xact_numscans(c.oid)::int as scans, pg_stat_get_xact_tuples_returned(c.oid)::int as entries,
    pg_stat_get_xact_tuples_fetched(c.oid)::int as fetched
  from pg_class c left join pg_index i on i.indexrelid = c.oid
  where coalesce(i.indrelid, c.oid) = any ($1::regclass[])
  order by name`

/**
 * Runs a repository's call and returns what it answered with what its statements read of these tables and their indexes:
 * no plan shows what a function does inside.
 *
 * @throws Error when the call fails
 */
export async function countReads<T>(
  place: Place,
  asker: Principal,
  tables: readonly string[],
  call: (db: Database) => Promise<Result<T>>,
): Promise<{ value: T; reads: Reads[] }> {
  const reads = new Map<string, Reads>()
  const count = async (client: Client) => (await client.query<Reads>(COUNT, [tables])).rows
  const each = async (client: Client, statement: Statement) => {
    // The embedded session's own count goes on from the transaction before.
    const before = new Map((await count(client)).map((row) => [row.name, row]))
    const result = await run(client, statement)
    for (const { name, table, scans, entries, fetched } of await count(client)) {
      const [was, sum] = [before.get(name), reads.get(name)]
      reads.set(name, {
        name,
        table,
        scans: scans - (was?.scans ?? 0) + (sum?.scans ?? 0),
        entries: entries - (was?.entries ?? 0) + (sum?.entries ?? 0),
        fetched: fetched - (was?.fetched ?? 0) + (sum?.fetched ?? 0),
      })
    }
    return result
  }
  const [value, error] = await place.as(asker.role, (client) => call(databaseOver(client, asker, each)))
  if (error) throw new Error(`The call failed: ${JSON.stringify(error)}`)
  return { value, reads: [...reads.values()].filter(({ scans, fetched }) => scans + fetched > 0) }
}

type RunEach = (client: Client, statement: Statement) => Promise<unknown>

/** The statements behind the preamble are run by `each`; what they wrote is undone. */
function databaseOver(client: Client, { preamble }: Principal, each: RunEach): Database {
  const runAll = async (build: Parameters<Database['read']>[1], readOnly: boolean) => {
    await client.query(readOnly ? 'begin read only' : 'begin')
    try {
      const db = drizzle({ client: neonOver(client, each) })
      const [, ...rows] = await db.batch([db.execute(preamble), ...build(db)])
      return ok(rows as never)
    } finally {
      await client.query('rollback')
    }
  }
  return { read: (_name, build) => runAll(build, true), write: (_name, build) => runAll(build, false) }
}

const statement = (text: string, values: unknown[], { arrayMode }: { arrayMode: boolean }): Statement => ({
  text,
  values,
  arrayMode,
})

/** Neon's client as Drizzle's batches use it, over a socket. */
function neonOver(client: Client, each: RunEach): NeonQueryFunction<boolean, boolean> {
  const transaction = async (statements: Statement[]) => {
    const results: unknown[] = []
    for (const [i, statement] of statements.entries()) {
      results.push(await (i > 0 ? each : run)(client, statement))
    }
    return results
  }
  return { query: statement, transaction } as unknown as NeonQueryFunction<boolean, boolean>
}

/** EXPLAIN ANALYZE executes the statement: what it wrote must be gone before the statement runs for its rows. */
async function planOf(client: Client, { text, values }: Statement): Promise<PlanNode> {
  await client.query('savepoint before_explain')
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (analyze, buffers, format json) ${text}`,
    values,
  )
  await client.query('rollback to savepoint before_explain')
  const [row] = rows
  if (!row) throw new Error('EXPLAIN answered nothing')
  return row['QUERY PLAN'][0].Plan
}

const asText = (text: string) => text
/** Drizzle reads timestamps itself, from Postgres' text. */
const parsers: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === types.builtins.TIMESTAMPTZ ? asText : types.getTypeParser(oid, format)),
}

const run = (client: Client, { text, values, arrayMode }: Statement) =>
  client.query({ text, values, types: parsers, ...(arrayMode && { rowMode: 'array' }) })
