import { neonConfig } from '@neondatabase/serverless'
import type { Client } from 'pg'
import { type Principal, asUser, type Database } from '../../src/db/database.ts'
import { createTrace } from '../../src/trace.ts'

/** One request to Neon: statements in one transaction. */
export interface Batch {
  readOnly: boolean
  statements: { query: string; params: unknown[] }[]
}

/** What Neon answers when nothing can be made of a statement: nobody sends it a second time. */
const NOT_RUN = { status: 400, body: JSON.stringify({ message: 'only built, not run', code: 'XX000' }) }
const DATABASE = { connectionString: 'postgres://parley_app@localhost/none', timeoutMs: 1000 }

/** The batch that a repository's call sends to Neon as this user, with the statement that says who asks. It isn't run. */
export async function buildBatch(asker: Principal, call: (db: Database) => Promise<unknown>): Promise<Batch> {
  let built: Batch | undefined
  neonConfig.fetchFunction = (_url: string, { headers, body }: { headers: Record<string, string>; body: string }) => {
    const { queries } = JSON.parse(body) as { queries: Batch['statements'] }
    built = { readOnly: headers['Neon-Batch-Read-Only'] === 'true', statements: queries }
    return Promise.resolve(new Response(NOT_RUN.body, NOT_RUN))
  }
  await call(asUser(DATABASE, createTrace(crypto.randomUUID(), { address: '203.0.113.7', userAgent: 'bench' }), asker))
  neonConfig.fetchFunction = undefined
  if (!built) throw new Error('The call sent nothing')
  return built
}

/**
 * Runs the batch without prepared statements, values as text, as Neon's proxy does, but all at once: what the client and
 * the way between them take would only hide what the server does.
 *
 * @param client pipelines
 * @returns milliseconds from the first byte sent to the answer to the commit
 * @throws Error when no statement returns a row: then the batch has found nothing to work on
 */
export async function runBatch(client: Client, { readOnly, statements }: Batch): Promise<number> {
  const started = performance.now()
  const results = await Promise.all([
    client.query(readOnly ? 'start transaction read only' : 'start transaction'),
    ...statements.map(({ query, params }) => client.query({ text: query, values: params, rowMode: 'array' })),
    client.query('commit'),
  ])
  const milliseconds = performance.now() - started
  // The first statement says who asks, and always returns a row.
  if (results.slice(2).every(({ rows }) => rows.length === 0)) throw new Error(`Nothing found: ${statements[1]?.query}`)
  return milliseconds
}
