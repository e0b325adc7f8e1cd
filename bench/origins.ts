import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { signInLocally } from '../dev/cognito.ts'
import { openScratch } from '../dev/database.ts'
import { inTemporaryDirectory } from './files.ts'
import { LATENCIES, type Measurement, measureLatencies } from './origins/measure.ts'
import { operationsOn } from './origins/operations.ts'
import { startExpress, startParley } from './origins/sides.ts'
import { seedTenant } from './seed.ts'
import { milliseconds, ratio } from './stats.ts'

const OTHER_TENANTS = 20
const NO_SERVER =
  'origins needs DATABASE_URL: a superuser of a Postgres 17 with pgvector, where it makes a database of its own. ' +
  'The embedded Postgres has one connection; a pool and latencies mean something on a real server only.'

/**
 * Five operations against the design that Parley comes from: Express, a node-postgres pool and Drizzle. The same
 * server, the same rows, one run, in turns, with latency added between each of them and the database.
 */
export async function measureOrigins(): Promise<void> {
  const serverUrl = process.env.DATABASE_URL
  if (serverUrl) return inTemporaryDirectory((directory) => compare(serverUrl, directory))
  console.error(NO_SERVER)
  process.exitCode = 1
}

async function compare(serverUrl: string, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = await openScratch(serverUrl)
  cleanup.defer(() => database.close())
  const databaseUrl = new URL(serverUrl)
  databaseUrl.pathname = `/${database.name}`
  const superuser = new Client({ connectionString: databaseUrl.href })
  await superuser.connect()
  cleanup.defer(() => superuser.end())
  const parley = await startParley(database, directory)
  cleanup.defer(() => parley.close())
  const express = await startExpress(databaseUrl.href, parley.stack)
  cleanup.defer(() => express.close())

  const { accessToken: token, sub } = await signInLocally(parley.stack.cognito, 'bench@example.com')
  const operations = operationsOn(await seed(superuser, sub), randomEmbedding())
  report(await measureLatencies({ parley, express, operations, token, settle: () => backgroundDone(superuser) }))
}

/** @returns the conversation to work on */
async function seed(superuser: Client, userId: string): Promise<string> {
  await seedTenant(superuser, { userId, conversations: 200, messages: 60, vectors: 2000 })
  for (let i = 0; i < OTHER_TENANTS; i++) {
    await seedTenant(superuser, { userId: crypto.randomUUID(), conversations: 50, messages: 10, vectors: 50 })
  }
  await superuser.query('vacuum analyze')
  const first = 'select id from conversations where user_id = $1 order by last_activity_at desc limit 1'
  const { rows } = await superuser.query<{ id: string }>(first, [userId])
  return rows[0]?.id ?? ''
}

const randomEmbedding = () => Array.from({ length: 1536 }, () => Math.random() - 0.5)

/** Parley embeds an appended text after its answer: that must not run into what is measured next. */
async function backgroundDone(superuser: Client): Promise<void> {
  for (;;) {
    const { rows } = await superuser.query<{ left: number }>('select count(*)::int as left from embedding_jobs')
    if (rows[0]?.left === 0) return
    await delay(5)
  }
}

function report(byLatency: Measurement[][]): void {
  console.log('Median latency, Parley / Express = ratio, by latency added per database round trip:')
  const head = ['', 'round trips', ...LATENCIES.map(({ added }) => `${added} ms`)]
  const rows = (byLatency[0] ?? []).map(({ operation, trips }, index) => [
    operation,
    trips,
    ...byLatency.flatMap((measurements) => {
      const measured = measurements[index]
      return measured ? figures(measured.parley, measured.express) : []
    }),
  ])
  for (const row of [head, ...rows]) {
    console.log(row.map((cell, column) => cell.padEnd([22, 13][column] ?? 32)).join(''))
  }
}

const figures = (parley: number, express: number): string =>
  `${milliseconds(parley, 1)} / ${milliseconds(express, 1)} = ${ratio(parley, express)}`
