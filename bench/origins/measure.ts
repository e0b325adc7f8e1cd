import { deepStrictEqual } from 'node:assert'
import { median } from '../stats.ts'
import { type Operation, perform } from './operations.ts'
import type { Side } from './sides.ts'

/** Added latency per database round trip in milliseconds, and how often each operation is then measured. */
export interface Latency {
  added: number
  repetitions: number
}

export interface Comparison {
  parley: Side
  express: Side
  operations: Operation[]
  token: string
  /** Waits until nothing of the last request is under way any more. */
  settle: () => Promise<void>
}

/** What one operation took at one latency: medians in milliseconds. */
export interface Measurement {
  operation: string
  parley: number
  express: number
  /** Round trips to the database, of Parley and of Express: `1 / 4`. */
  trips: string
}

/** Warms both up, makes sure that they answer the same, and measures all operations at each latency. */
export async function measureLatencies(
  comparison: Comparison,
  { warmUp, latencies }: { warmUp: number; latencies: readonly Latency[] },
): Promise<Measurement[][]> {
  await inTurns(comparison, warmUp)
  await assertSameAnswers(comparison)
  const byLatency: Measurement[][] = []
  for (const { added, repetitions } of latencies) {
    comparison.parley.setDelay(added)
    comparison.express.setDelay(added)
    byLatency.push(await inTurns(comparison, repetitions))
  }
  return byLatency
}

async function inTurns({ parley, express, operations, token, settle }: Comparison, repetitions: number) {
  const samples = operations.map((operation) => ({
    operation,
    parley: [] as number[],
    express: [] as number[],
    trips: new Set<string>(),
  }))
  for (let i = 0; i < repetitions; i++) {
    for (const sample of samples) {
      const [ours, theirs] = [parley.roundTrips(), express.roundTrips()]
      sample.parley.push((await perform(parley.url, sample.operation, token)).milliseconds)
      await settle()
      sample.express.push((await perform(express.url, sample.operation, token)).milliseconds)
      sample.trips.add(`${parley.roundTrips() - ours} / ${express.roundTrips() - theirs}`)
    }
  }
  return samples.map(({ operation, parley, express, trips }): Measurement => ({
    operation: operation.name,
    parley: median(parley),
    express: median(express),
    trips: [...trips].join(', '),
  }))
}

async function assertSameAnswers({ parley, express, operations, token }: Comparison): Promise<void> {
  for (const operation of operations.filter(({ compare }) => compare)) {
    const ours = await perform(parley.url, operation, token)
    const theirs = await perform(express.url, operation, token)
    const expected = rowsOf(theirs.answer)
    const actual = rowsOf(ours.answer).map((row, i) => pick(row, Object.keys(expected[i] ?? {})))
    deepStrictEqual(actual, expected, `${operation.name}: the answers differ`)
  }
}

type Row = Record<string, unknown>

/** The rows of a page, or the only row. */
function rowsOf(answer: unknown): Row[] {
  const { data = [answer] } = answer as { data?: unknown[] }
  return data as Row[]
}

const pick = (row: Row, names: readonly string[]): Row => Object.fromEntries(names.map((name) => [name, row[name]]))
