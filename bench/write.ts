import { signInLocally } from '../dev/cognito.ts'
import { openScratch } from '../dev/database.ts'
import { type Stack, startStack } from '../dev/stack.ts'
import { inTemporaryDirectory } from './files.ts'
import { median, ratio } from './stats.ts'
import { buildBatch, runBatch } from './write/batch.ts'
import { OPERATIONS } from './write/operations.ts'
import { assertCheck, countEvents, findSignIn, openSide, type Side, SIDES } from './write/sides.ts'
import { REQUESTS, serve } from './write/through-worker.ts'

const BATCH_RUNS = 400
const REQUEST_RUNS = 150
const WARM_UP = 30
const NO_SERVER =
  'write needs DATABASE_URL: a superuser of a Postgres 17 with pgvector, where it makes databases of its own. ' +
  'The embedded Postgres waits for no disk at a commit, which is part of what a write costs.'

/**
 * What the audit triggers and the session check add to a write: the same batches on four databases of one server, one as
 * migrated, two without one of them, one without either. In turns, in one run: for a client next to the database, and for
 * a client of the Worker. Afterwards each database must hold the audit events that it should.
 */
export async function measureWrite(): Promise<void> {
  const serverUrl = process.env.DATABASE_URL
  if (serverUrl) return inTemporaryDirectory((directory) => compare(serverUrl, directory))
  console.error(NO_SERVER)
  process.exitCode = 1
}

async function compare(serverUrl: string, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const open = async () => {
    const database = await openScratch(serverUrl)
    cleanup.defer(() => database.close())
    return database
  }
  const database = await open()
  const stack = await startStack({ database, dataDir: directory })
  cleanup.defer(() => stack.close())
  const { accessToken, sub: userId } = await signInLocally(stack.cognito, 'bench@example.com')
  const sides: Side[] = []
  for (const [i, leave] of SIDES.entries()) {
    const side = await openSide({ serverUrl, userId, database: i === 0 ? database : await open() }, leave)
    cleanup.defer(() => side.close())
    await assertCheck(side)
    sides.push(side)
  }

  console.log('Medians in milliseconds; what the audit adds, the session check, both:')
  const asClient = await measureRequests(sides, stack, { directory, token: accessToken })
  report(`a client of the Worker, ${REQUEST_RUNS} times`, asClient)
  report(`the database alone, ${BATCH_RUNS} times`, await measureBatches(sides, userId))
}

/** What is measured, and how long it took on each side. */
interface Row {
  name: string
  samples: number[][]
}

/** Runs everything on all sides in turns, each time another one first; the first runs don't count. */
async function inTurns(
  names: readonly string[],
  runs: number,
  measure: (row: number, side: number, n: number) => Promise<number>,
): Promise<Row[]> {
  const rows = names.map((name): Row => ({ name, samples: SIDES.map(() => []) }))
  for (let n = 0; n < WARM_UP + runs; n++) {
    for (const [row, { samples }] of rows.entries()) {
      for (let turn = 0; turn < SIDES.length; turn++) {
        const side = (n + turn) % SIDES.length
        const milliseconds = await measure(row, side, n)
        if (n >= WARM_UP) samples[side]?.push(milliseconds)
      }
    }
  }
  return rows
}

async function measureRequests(
  sides: readonly Side[],
  stack: Stack,
  { directory, token }: { directory: string; token: string },
): Promise<Row[]> {
  await using served = await serve(sides, stack, directory, token)
  const names = REQUESTS.map(({ name }) => name)
  // Awaited here: when this function returns, the Workers stop.
  return await inTurns(names, REQUEST_RUNS, (row, side, n) => served.ask(side, row, n))
}

async function measureBatches(sides: readonly Side[], userId: string): Promise<Row[]> {
  await using cleanup = new AsyncDisposableStack()
  const lanes = await Promise.all(
    sides.map(async (side) => {
      const client = await side.logIn()
      cleanup.defer(() => client.end())
      return {
        ...side,
        client,
        asker: { userId, signInId: await findSignIn(side) },
        eventsBefore: await countEvents(side),
      }
    }),
  )
  const names = OPERATIONS.map(({ name }) => name)
  const rows = await inTurns(names, BATCH_RUNS, async (row, side, n) => {
    const [operation, lane] = [OPERATIONS[row], lanes[side]]
    const target = lane?.targets[n % lane.targets.length]
    if (!operation || !lane || !target) throw new Error('There is nothing to measure')
    return runBatch(lane.client, await buildBatch(lane.asker, (db) => operation.call(db, target, n)))
  })
  const events = OPERATIONS.reduce((sum, operation) => sum + operation.events * (WARM_UP + BATCH_RUNS), 0)
  for (const lane of lanes) {
    const more = (await countEvents(lane)) - lane.eventsBefore
    if (more !== (lane.audit ? events : 0)) throw new Error(`${lane.name}: ${more} audit events`)
  }
  return rows
}

function report(title: string, rows: readonly Row[]): void {
  printRow([`For ${title}:`, ...SIDES.map(({ name }) => name), 'audit', 'check', 'both'])
  for (const { name, samples } of rows) {
    const [both = Number.NaN, ...without] = samples.map(median)
    const times = [both, ...without].map((value) => value.toFixed(2))
    printRow([`  ${name}`, ...times, ...without.map((value) => ratio(both, value))])
  }
}

const printRow = ([name = '', ...cells]: readonly string[]) =>
  console.log(name.padEnd(40) + cells.map((cell) => cell.padStart(12)).join(''))
