import type { Client } from 'pg'
import { type LocalCognito, signInLocally } from '../cognito.ts'
import type { LocalDatabase } from '../database.ts'
import { call } from './client.ts'
import type { Findings } from './findings.ts'
import type { Stage } from './stage.ts'

interface Job {
  name: string
  /** Makes its rows due now. */
  hasten: string[]
  /** The rows that it has to deal with, or to remove. */
  rows: string
}

/** What the cron trigger does, seen from the database: most of it waits for days, and the API shows nothing of what is due. */
const JOBS: Job[] = [
  {
    name: 'embeddings',
    hasten: ['update embedding_jobs set run_at = now() where failed_at is null'],
    rows: 'select from embedding_jobs where failed_at is null',
  },
  {
    name: 'purge of accounts',
    hasten: ['update users set purge_after = now() where purge_after is not null'],
    rows: 'select from users where purge_after is not null',
  },
  {
    name: 'retention',
    hasten: ['conversations', 'documents', 'messages'].map(
      (table) => `update ${table} set purge_after = now() where purge_after is not null`,
    ),
    rows: `select from conversations where purge_after is not null union all select from documents where purge_after is not null
      union all select from messages where purge_after is not null`,
  },
  {
    name: 'idempotency keys',
    hasten: ['update idempotency_keys set expires_at = now()'],
    rows: 'select from idempotency_keys where expires_at <= now()',
  },
]

export interface JobsOptions {
  url: string
  database: LocalDatabase
  stage: Stage
  findings: Findings
}

/** Gives each background job something to do, and runs the cron trigger. @returns the names of the jobs that did it */
export async function runJobs({ url, database, stage, findings }: JobsOptions): Promise<string[]> {
  const { cognito, provider, quiet } = stage
  provider.outOfOrder = true
  await makeWork(url, cognito)
  await quiet()
  provider.outOfOrder = false
  const due = await database.asOwner(async (owner) => {
    await withAllRows(
      owner,
      JOBS.flatMap(({ hasten }) => hasten),
    )
    return countRows(owner)
  })
  await findings.expect('the cron trigger', url, { method: 'GET', path: '/cdn-cgi/handler/scheduled' })
  await quiet()
  const left = await database.asOwner(countRows)
  return JOBS.flatMap(({ name }, i) => {
    if (due[i] === 0) findings.fault(`${name}: nothing was due; dev/upgrade/jobs.ts has to make some work for it`)
    if (left[i] !== 0) findings.fault(`${name}: the cron trigger has left ${left[i]} of ${due[i]} rows`)
    return due[i] !== 0 && left[i] === 0 ? [name] : []
  })
}

/** Deletes one of each thing that is kept for a while, and writes a text that has to wait for its vector. */
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

/** Runs statements as the owner, whom row-level security otherwise shows no rows. */
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
