import type { Client } from 'pg'
import { signInLocally } from '../dev/cognito.ts'
import { backgroundDone } from './background.ts'
import { openBenchDatabase } from './database.ts'
import { inTemporaryDirectory } from './files.ts'
import { type Latency, type Measurement, measureLatencies } from './origins/measure.ts'
import { operationsOn } from './origins/operations.ts'
import { startExpress, startParley } from './origins/sides.ts'
import type { RunSize } from './part.ts'
import { seedTenant } from './seed.ts'
import { milliseconds, ratio } from './stats.ts'

interface Load {
  tenant: { conversations: number; messages: number; vectors: number }
  others: number
  warmUp: number
  latencies: readonly Latency[]
}

const SIZES: Record<RunSize, Load> = {
  full: {
    tenant: { conversations: 200, messages: 60, vectors: 2000 },
    others: 20,
    warmUp: 20,
    latencies: [
      { added: 0, repetitions: 60 },
      { added: 20, repetitions: 30 },
      { added: 80, repetitions: 12 },
    ],
  },
  smoke: {
    // More than a page of conversations and more than the 50 messages of one read, so that pages are cut.
    tenant: { conversations: 25, messages: 60, vectors: 50 },
    others: 2,
    warmUp: 2,
    latencies: [
      { added: 0, repetitions: 2 },
      { added: 20, repetitions: 2 },
    ],
  },
}

/**
 * Five operations against the design that Parley comes from: Express, a node-postgres pool and Drizzle. The same
 * server, the same rows, one run, in turns, with latency added between each of them and the database.
 */
export function measureOrigins(size: RunSize, serverUrl: string): Promise<void> {
  return inTemporaryDirectory((directory) => compare(SIZES[size], serverUrl, directory))
}

async function compare(load: Load, serverUrl: string, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = cleanup.use(await openBenchDatabase(serverUrl))
  const superuser = await database.connect({ connectionString: database.url })
  const parley = await startParley(database.local, directory)
  cleanup.defer(() => parley.close())
  const express = await startExpress(database.url, parley.stack)
  cleanup.defer(() => express.close())

  const { accessToken: token, sub } = await signInLocally(parley.stack.cognito, 'bench@example.com')
  const operations = operationsOn(await seed(superuser, sub, load), randomEmbedding())
  const comparison = { parley, express, operations, token, settle: () => backgroundDone(superuser) }
  report(await measureLatencies(comparison, load), load.latencies)
}

/** @returns the conversation to work on */
async function seed(superuser: Client, userId: string, { tenant, others }: Load): Promise<string> {
  await seedTenant(superuser, { userId, ...tenant })
  for (let i = 0; i < others; i++) {
    await seedTenant(superuser, { userId: crypto.randomUUID(), conversations: 50, messages: 10, vectors: 50 })
  }
  await superuser.query('vacuum analyze')
  const first = 'select id from conversations where user_id = $1 order by last_activity_at desc limit 1'
  const { rows } = await superuser.query<{ id: string }>(first, [userId])
  return rows[0]?.id ?? ''
}

const randomEmbedding = () => Array.from({ length: 1536 }, () => Math.random() - 0.5)

function report(byLatency: Measurement[][], latencies: readonly Latency[]): void {
  console.log('Median latency, Parley / Express = ratio, by latency added per database round trip:')
  const head = ['', 'round trips', ...latencies.map(({ added }) => `${added} ms`)]
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
