import { signInLocally } from '../dev/cognito.ts'
import { connected } from '../dev/database.ts'
import { startStack } from '../dev/stack.ts'
import { bundleParley } from './bundle.ts'
import { openBenchDatabase } from './database.ts'
import { type Cost, type Source, startSource } from './export/source.ts'
import { inTemporaryDirectory } from './files.ts'
import type { RunSize } from './part.ts'
import { seedTenant, withoutTriggers } from './seed.ts'

/** How many conversations each owner has, and how many messages the one and the other. */
const SIZES: Record<RunSize, { conversations: number; messages: readonly number[] }> = {
  full: { conversations: 100, messages: [1_000, 10_000, 100_000] },
  smoke: { conversations: 10, messages: [100, 1_000] },
}
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
export function measureExport(size: RunSize, serverUrl: string | undefined): Promise<void> {
  return inTemporaryDirectory((directory) => measure(SIZES[size], serverUrl, directory))
}

/** Somebody with so many messages. */
interface Owner {
  messages: number
  token: string
}

async function measure(load: (typeof SIZES)[RunSize], serverUrl: string | undefined, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = cleanup.use(await openBenchDatabase(serverUrl))
  let trips = 0
  const stack = await startStack({ database: database.local, dataDir: directory, onPost: () => void (trips += 1) })
  cleanup.defer(() => stack.close())
  const owners: Owner[] = []
  for (const messages of load.messages) {
    const { sub: userId, accessToken } = await signInLocally(stack.cognito, `${messages}@example.com`)
    const { conversations } = load
    const tenant = { userId, conversations, messages: messages / conversations, vectors: 0 }
    await connected(database.url, async (superuser) => {
      // Audit events would be exported, too.
      await withoutTriggers(superuser, () => seedTenant(superuser, tenant))
      await superuser.query('vacuum analyze')
    })
    owners.push({ messages, token: accessToken })
  }
  const { script } = await bundleParley()

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
  const counts = owners.map(({ messages }) => messages)
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)]
  const peaks = new Map<number, { once: number; repeated: number }>()
  for (const owner of owners) {
    const { messages } = owner
    await using fast = await start(owner)
    const once = whole(await fast.download(1), messages)
    printRow(toRow(messages, 'fast', once))
    const times = most / messages
    const repeated = whole(await fast.download(times), messages * times)
    printRow(toRow(messages, times === 1 ? 'fast, again' : `fast, ${times} times`, repeated))
    peaks.set(messages, { once: once.peak, repeated: repeated.peak })
    await using slow = await start(owner)
    printRow(toRow(messages, 'slow', whole(await slow.download(1, SLOW_BYTES_PER_SECOND), messages)))
  }
  const large = peaks.get(most)?.once ?? Number.NaN
  const { once, repeated } = peaks.get(fewest) ?? { once: Number.NaN, repeated: Number.NaN }
  console.log(`  Peak of ${most} messages against that of ${fewest}: ${signed(large - once)} MB,`)
  console.log(`  against that of ${most / fewest} times ${fewest} on one Worker: ${signed(large - repeated)} MB.`)
}

/** @throws Error unless there is a line for each message */
function whole(cost: Cost, messages: number): Cost {
  if (cost.lines > messages) return cost
  throw new Error(`An export of ${messages} messages has only ${cost.lines} lines`)
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
