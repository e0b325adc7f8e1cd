import type { Client } from 'pg'
import { type LocalCognito, signInLocally } from '../cognito.ts'
import type { LocalDatabase } from '../database.ts'
import { call } from './client.ts'
import type { Findings } from './findings.ts'
import type { TestBed } from './test-bed.ts'

interface Job {
  name: string
  /** Statements that make the job's rows due now. */
  makeDue: string[]
  /** Selects the rows that the job removes or completes. */
  rows: string
}

/** The jobs of the cron trigger. Checked in the database, as their work is due after days and the API does not show it. */
const JOBS: Job[] = [
  {
    name: 'embeddings',
    makeDue: ['update embedding_jobs set run_at = now() where failed_at is null'],
    rows: 'select from embedding_jobs where failed_at is null',
  },
  {
    name: 'purge of accounts',
    makeDue: ['update users set purge_after = now() where purge_after is not null'],
    rows: 'select from users where purge_after is not null',
  },
  {
    name: 'trash',
    makeDue: ['conversations', 'documents', 'messages'].map(
      (table) => `update ${table} set purge_after = now() where purge_after is not null`,
    ),
    rows: `select from conversations where purge_after is not null union all select from documents where purge_after is not null
      union all select from messages where purge_after is not null`,
  },
  {
    name: 'idempotency keys',
    makeDue: ['update idempotency_keys set expires_at = now()'],
    rows: 'select from idempotency_keys where expires_at <= now()',
  },
]

export interface JobsOptions {
  url: string
  database: LocalDatabase
  testBed: TestBed
  findings: Findings
}

/** Creates work for each background job and runs the cron trigger. Returns the names of the jobs that completed their work. */
export async function runJobs({ url, database, testBed, findings }: JobsOptions): Promise<string[]> {
  const { cognito, provider, idle } = testBed
  provider.isDown = true
  await makeWork(url, cognito)
  await idle()
  provider.isDown = false
  const due = await database.asOwner(async (owner) => {
    await withAllRows(
      owner,
      JOBS.flatMap(({ makeDue }) => makeDue),
    )
    return countRows(owner)
  })
  await findings.expect('the cron trigger', url, { method: 'GET', path: '/cdn-cgi/handler/scheduled' })
  await idle()
  const left = await database.asOwner(countRows)
  return JOBS.flatMap(({ name }, i) => {
    if (due[i] === 0) findings.fault(`${name}: no row was due: create work for it in dev/upgrade/jobs.ts`)
    if (left[i] !== 0) findings.fault(`${name}: ${left[i]} of ${due[i]} due rows are left after the cron trigger`)
    return due[i] !== 0 && left[i] === 0 ? [name] : []
  })
}

/** Deletes an item of each kind that has a retention period, and an account, and writes a text while the provider is down. */
async function makeWork(url: string, cognito: LocalCognito): Promise<void> {
  const signUp = async (name: string) => {
    const { accessToken } = await signInLocally(cognito, `${name}-${crypto.randomUUID()}@example.com`)
    await call(url, accessToken, 'POST', '/v1/session', {})
    return accessToken
  }
  const keeper = await signUp('keeper')
  const create = (path: string, body: object) =>
    call<{ id: string }>(url, keeper, 'POST', path, body, { 'Idempotency-Key': crypto.randomUUID() })
  const remove = (path: string) => call(url, keeper, 'DELETE', path)

  const messages = [{ role: 'user', content: 'This text waits for the cron trigger.' }]
  const kept = await create('/v1/conversations', { messages })
  const gone = await create('/v1/conversations', { messages })
  await remove(`/v1/conversations/${gone.id}`)
  const thread = `/v1/conversations/${kept.id}/messages`
  const appended = await call<Appended>(url, keeper, 'POST', thread, { messages })
  await remove(`${thread}/${appended.data[0]?.id}`)
  const document = await create('/v1/documents', { title: 'Gone', content: 'Gone' })
  await remove(`/v1/documents/${document.id}`)

  await call(url, await signUp('leaver'), 'DELETE', '/v1/me')
}

interface Appended {
  data: { id: string }[]
}

async function countRows(owner: Client): Promise<number[]> {
  const counts = await withAllRows(
    owner,
    JOBS.map(({ rows }) => `select count(*)::int as count from (${rows}) rows`),
  )
  return counts.map((rows) => Number(rows[0]?.['count']))
}

/** Runs statements as the owner, without the row-level security that is forced on it. */
async function withAllRows(owner: Client, statements: readonly string[]): Promise<Record<string, unknown>[][]> {
  const force = async (verb: string) => {
    const { rows } = await owner.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relkind = 'r' and relrowsecurity and relnamespace = 'public'::regnamespace`,
    )
    for (const { name } of rows) await owner.query(`alter table ${name} ${verb} row level security`)
  }
  await owner.query('begin')
  await force('no force')
  const results: Record<string, unknown>[][] = []
  for (const statement of statements) results.push((await owner.query<Record<string, unknown>>(statement)).rows)
  await force('force')
  await owner.query('commit')
  return results
}
