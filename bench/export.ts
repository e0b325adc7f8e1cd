import { signInLocally } from '../dev/cognito.ts'
import { startStack } from '../dev/stack.ts'
import { bundleWorker } from './bundle.ts'
import { openExportDatabase, seedMessages } from './export/database.ts'
import { type Cost, type Source, startSource } from './export/source.ts'
import { inTemporaryDirectory } from './files.ts'

const CONVERSATIONS = 100
const FEWEST = 1_000
const MOST = 100_000
const SIZES = [FEWEST, 10_000, MOST]
const SLOW_BYTES_PER_SECOND = 5_000_000

/**
 * V8 collects when it pleases. With 24 MB for what is old and 6 for what is new it must, and what it can't collect ends the
 * process.
 */
const HEAPS = [
  { heap: 'As much heap as V8 likes', v8Flags: [] },
  { heap: 'A heap of 30 MB at most', v8Flags: ['--max-old-space-size=24', '--max-semi-space-size=2'] },
]

/**
 * Downloads of everything that a user owns, from 1,000 to 100,000 messages, by a client that takes them as fast as it can
 * and by a slow one: memory and CPU of workerd, round trips to the database, lines a second. Each in a Worker of its own.
 * The fast client repeats the small downloads until it has 100,000 messages as well: memory that one large download takes
 * and as many small ones don't would be kept, not left to be collected. On the server of `DATABASE_URL`, else embedded.
 */
export async function measureExport(): Promise<void> {
  if (process.platform === 'linux') return inTemporaryDirectory(measure)
  console.error('export reads /proc, which only Linux has.')
  process.exitCode = 1
}

/** Somebody with so many messages. */
interface Owner {
  messages: number
  token: string
}

async function measure(directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const opened = await openExportDatabase(process.env.DATABASE_URL)
  cleanup.defer(() => opened.database.close())
  let trips = 0
  const stack = await startStack({ ...opened, dataDir: directory, onPost: () => void (trips += 1) })
  cleanup.defer(() => stack.close())
  const owners: Owner[] = []
  for (const messages of SIZES) {
    const { sub, accessToken } = await signInLocally(stack.cognito, `${messages}@example.com`)
    await opened.asSuperuser((superuser) =>
      seedMessages(superuser, { userId: sub, messages, conversations: CONVERSATIONS }),
    )
    owners.push({ messages, token: accessToken })
  }
  const { script } = await bundleWorker(directory)

  console.log(`The slow client takes ${megabytes(SLOW_BYTES_PER_SECOND)} MB a second. MB of memory: the whole process.`)
  for (const { heap, v8Flags } of HEAPS) {
    console.log(`${heap}:`)
    const start = ({ token }: Owner) =>
      startSource({ script, bindings: stack.bindings, v8Flags, token, roundTrips: () => trips })
    await measureAll(owners, start)
  }
}

async function measureAll(owners: readonly Owner[], start: (owner: Owner) => Promise<Source>): Promise<void> {
  printRow(HEAD)
  const peaks = new Map<number, { once: number; repeated: number }>()
  for (const owner of owners) {
    const { messages } = owner
    await using fast = await start(owner)
    const once = await fast.download(1)
    printRow(toRow(messages, 'fast', once))
    const times = MOST / messages
    const repeated = await fast.download(times)
    printRow(toRow(messages, times === 1 ? 'fast, again' : `fast, ${times} times`, repeated))
    peaks.set(messages, { once: once.peak, repeated: repeated.peak })
    await using slow = await start(owner)
    printRow(toRow(messages, 'slow', await slow.download(1, SLOW_BYTES_PER_SECOND)))
  }
  const most = peaks.get(MOST)?.once ?? Number.NaN
  const { once, repeated } = peaks.get(FEWEST) ?? { once: Number.NaN, repeated: Number.NaN }
  console.log(`  Peak of ${MOST} messages against that of ${FEWEST}: ${signed(most - once)} MB,`)
  console.log(`  against that of ${MOST / FEWEST} times ${FEWEST} on one Worker: ${signed(most - repeated)} MB.`)
}

const HEAD = ['messages', 'client', 'lines', 'MB', 'round trips', 'lines/s', 'CPU', 'MB before', 'MB at most']
const WIDTHS = [10, 18, 9, 8, 13, 9, 10, 11, 12]

const toRow = (messages: number, client: string, cost: Cost): string[] => [
  String(messages),
  client,
  String(cost.lines),
  megabytes(cost.bytes),
  String(cost.trips),
  (cost.lines / cost.seconds).toFixed(0),
  `${cost.cpuMs.toFixed(0)} ms`,
  megabytes(cost.before),
  megabytes(cost.peak),
]

const printRow = (cells: readonly string[]) =>
  console.log(cells.map((cell, column) => cell.padStart(WIDTHS[column] ?? 0)).join(''))

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
const signed = (bytes: number): string => `${bytes < 0 ? '' : '+'}${megabytes(bytes)}`
