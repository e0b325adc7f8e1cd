import type { NeonQueryFunction } from '@neondatabase/serverless'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/neon-http'
import { type Client, type CustomTypesConfig, types } from 'pg'
import type { Database } from '../../../src/db/database.ts'
import { ok, type Result } from '../../../src/result.ts'
import type { Place, WorkerRole } from './places.ts'
import type { PlanNode } from './plan.ts'

/** Who asks: as which role, and how the transaction begins. As `asUser` and `asSystem` of `src/db/database.ts` do. */
export interface Asker {
  role: WorkerRole
  preamble: ReturnType<typeof sql>
}

export const user = (id: string): Asker => ({
  role: 'parley_app',
  preamble: sql`select app.begin_request(${id}::uuid, ${'explain'}, ${'explain'}, null, false)`,
})

export const system: Asker = {
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
  asker: Asker,
  call: (db: Database) => Promise<Result<T>>,
): Promise<{ value: T; plans: PlanNode[] }> {
  const plans: PlanNode[] = []
  const [value, error] = await place.as(asker.role, (client) => call(explaining(client, asker, plans)))
  if (error) throw new Error(`The call failed: ${JSON.stringify(error)}`)
  return { value, plans }
}

function explaining(client: Client, { preamble }: Asker, plans: PlanNode[]): Database {
  const run = async (build: Parameters<Database['read']>[1], readOnly: boolean) => {
    await client.query(readOnly ? 'begin read only' : 'begin')
    try {
      const db = drizzle({ client: neonOver(client, plans) })
      const [, ...rows] = await db.batch([db.execute(preamble), ...build(db)])
      return ok(rows as never)
    } finally {
      await client.query('rollback')
    }
  }
  return { read: (_name, build) => run(build, true), write: (_name, build) => run(build, false) }
}

const statement = (text: string, values: unknown[], { arrayMode }: { arrayMode: boolean }): Statement => ({
  text,
  values,
  arrayMode,
})

/** Neon's client as Drizzle's batches use it, over a socket: explains every statement but the first, then runs it. */
function neonOver(client: Client, plans: PlanNode[]): NeonQueryFunction<boolean, boolean> {
  const transaction = async (statements: Statement[]) => {
    const results: unknown[] = []
    for (const [i, each] of statements.entries()) {
      if (i > 0) plans.push(await planOf(client, each))
      results.push(await run(client, each))
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
