import { signInLocally } from '../dev/cognito.ts'
import { type Stack, startStack } from '../dev/stack.ts'
import { openBenchDatabase } from './database.ts'
import { inTemporaryDirectory } from './files.ts'
import type { RunSize } from './part.ts'
import { median, ratio } from './stats.ts'
import { buildBatch, runBatch } from './write/batch.ts'
import { OPERATIONS } from './write/operations.ts'
import { assertCheck, countEvents, findSignIn, openSide, type Side, type SideSeed, SIDES } from './write/sides.ts'
import { REQUESTS, serve } from './write/through-worker.ts'

interface Load {
  seed: SideSeed
  warmUp: number
  requestRuns: number
  batchRuns: number
}

const SIZES: Record<RunSize, Load> = {
  full: {
    seed: { tenant: { conversations: 200, messages: 60, vectors: 200 }, others: 50 },
    warmUp: 30,
    requestRuns: 150,
    batchRuns: 400,
  },
  smoke: {
    seed: { tenant: { conversations: 25, messages: 10, vectors: 5 }, others: 2 },
    warmUp: 1,
    requestRuns: 3,
    batchRuns: 3,
  },
}

/**
 * What the audit triggers, the session check and the counting for quotas add to a write: the same batches on databases of one
 * server, one as migrated, three without one of them, one without any. In turns, in one run: for a client next to the database, and for
 * a client of the Worker. Afterwards each database must hold the audit events that it should.
 */
export function measureWrite(size: RunSize, serverUrl: string): Promise<void> {
  return inTemporaryDirectory((directory) => compare(SIZES[size], serverUrl, directory))
}

async function compare(load: Load, serverUrl: string, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const open = async () => cleanup.use(await openBenchDatabase(serverUrl))
  const database = await open()
  const stack = await startStack({ database: database.local, dataDir: directory })
  cleanup.defer(() => stack.close())
  const { accessToken, sub: userId } = await signInLocally(stack.cognito, 'bench@example.com')
  const sides: Side[] = []
  for (const [i, leave] of SIDES.entries()) {
    const side = await openSide({ ...load.seed, userId, database: i === 0 ? database : await open() }, leave)
    await assertCheck(side)
    sides.push(side)
  }

  console.log('Medians in milliseconds; what the audit adds, the session check, the counting, all:')
  const asClient = await measureRequests(sides, stack, accessToken, load)
  report(`a client of the Worker, ${load.requestRuns} times`, asClient)
  report(`the database alone, ${load.batchRuns} times`, await measureBatches(sides, userId, load))
}

/** What is measured, and how long it took on each side. */
interface Row {
  name: string
  samples: number[][]
}

/** Runs everything on all sides in turns, each time another one first; the first runs don't count. */
async function inTurns(
  names: readonly string[],
  { warmUp, runs }: { warmUp: number; runs: number },
  measure: (row: number, side: number, n: number) => Promise<number>,
): Promise<Row[]> {
  const rows = names.map((name): Row => ({ name, samples: SIDES.map(() => []) }))
  for (let n = 0; n < warmUp + runs; n++) {
    for (const [row, { samples }] of rows.entries()) {
      for (let turn = 0; turn < SIDES.length; turn++) {
        const side = (n + turn) % SIDES.length
        const milliseconds = await measure(row, side, n)
        if (n >= warmUp) samples[side]?.push(milliseconds)
      }
    }
  }
  return rows
}

async function measureRequests(
  sides: readonly Side[],
  stack: Stack,
  token: string,
  { warmUp, requestRuns: runs }: Load,
): Promise<Row[]> {
  await using served = await serve(sides, stack, token)
  const names = REQUESTS.map(({ name }) => name)
  // Awaited here: when this function returns, the Workers stop.
  return await inTurns(names, { warmUp, runs }, (row, side, n) => served.ask(side, row, n))
}

async function measureBatches(
  sides: readonly Side[],
  userId: string,
  { warmUp, batchRuns: runs }: Load,
): Promise<Row[]> {
  const lanes = await Promise.all(
    sides.map(async (side) => {
      return {
        ...side,
        client: await side.logIn(),
        asker: { userId, signInId: await findSignIn(side) },
        eventsBefore: await countEvents(side),
      }
    }),
  )
  const names = OPERATIONS.map(({ name }) => name)
  const rows = await inTurns(names, { warmUp, runs }, async (row, side, n) => {
    const [operation, lane] = [OPERATIONS[row], lanes[side]]
    const target = lane?.targets[n % lane.targets.length]
    if (!operation || !lane || !target) throw new Error('There is nothing to measure')
    return runBatch(lane.client, await buildBatch(lane.asker, (db) => operation.call(db, target, n)))
  })
  const events = OPERATIONS.reduce((sum, operation) => sum + operation.events * (warmUp + runs), 0)
  for (const lane of lanes) {
    const more = (await countEvents(lane)) - lane.eventsBefore
    if (more !== (lane.audit ? events : 0)) throw new Error(`${lane.name}: ${more} audit events`)
  }
  return rows
}

function report(title: string, rows: readonly Row[]): void {
  printRow([`For ${title}:`, ...SIDES.map(({ name }) => name), 'audit', 'check', 'count', 'all'])
  for (const { name, samples } of rows) {
    const [migrated = Number.NaN, ...without] = samples.map(median)
    const times = [migrated, ...without].map((value) => value.toFixed(2))
    printRow([`  ${name}`, ...times, ...without.map((value) => ratio(migrated, value))])
  }
}

const printRow = ([name = '', ...cells]: readonly string[]) =>
  console.log(name.padEnd(40) + cells.map((cell) => cell.padStart(12)).join(''))
