import type { Client } from 'pg'
import { signInLocally } from '../dev/cognito.ts'
import { startStack } from '../dev/stack.ts'
import { LEXICAL_MODEL } from '../src/embeddings/lexical.ts'
import { createContextRepository } from '../src/features/context/repository.ts'
import { readingFor } from '../src/features/context/service.ts'
import { bundleParley } from './bundle.ts'
import { openBenchDatabase, PIPELINED } from './database.ts'
import { inTemporaryDirectory } from './files.ts'
import type { RunSize } from './part.ts'
import { loadLibrary, type Owner } from './search/load.ts'
import { createQuestion } from './search/questions.ts'
import { createRandom } from './search/random.ts'
import { percentile } from './search/report.ts'
import { clustered, type VectorSource } from './search/vectors.ts'
import { median, ratio } from './stats.ts'
import { startWorker } from './workerd.ts'
import { buildBatch, runBatch } from './write/batch.ts'

interface Load {
  /** Of each user, all with vectors; half as many chunks of documents beside. */
  messages: readonly number[]
  warmUp: number
  times: number
}

const SIZES: Record<RunSize, Load> = {
  full: { messages: [100, 10_000, 100_000], warmUp: 10, times: Number(process.env.QUESTIONS ?? 100) },
  smoke: { messages: [100, 300], warmUp: 1, times: 2 },
}
const SEED = 20_261_130
const BUDGET = 4_000

/** Somebody who asks, in a conversation of half of their messages. */
interface Asker {
  owner: Owner
  messages: number
  token: string
}

/** What one asks in a turn. */
interface Kind {
  name: string
  path: string
  body: (asker: Asker, question: string) => object
}

const KINDS: readonly Kind[] = [
  { name: 'search alone', path: '/v1/search', body: (_, query) => ({ query, limit: 20 }) },
  {
    name: 'context, with the question',
    path: '/v1/context',
    body: ({ owner }, content) => ({
      conversationId: owner.conversations[0],
      turns: [{ role: 'user', content }],
      budgetTokens: BUDGET,
    }),
  },
  {
    name: 'context, of a conversation',
    path: '/v1/context',
    body: ({ owner }) => ({ conversationId: owner.conversations[0], budgetTokens: BUDGET }),
  },
]

/**
 * What a context takes users with 100 to 100,000 messages, half of them in the conversation that it is for: the whole call, as a client
 * of the Worker sees it, in turns in one run, beside a search for the same question.
 */
export function measureContext(size: RunSize, serverUrl: string): Promise<void> {
  return inTemporaryDirectory((directory) => measure(SIZES[size], serverUrl, directory))
}

async function measure(load: Load, serverUrl: string, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = cleanup.use(await openBenchDatabase(serverUrl))
  const stack = await startStack({ database: database.local, dataDir: directory })
  cleanup.defer(() => stack.close())
  const superuser = await database.connect({ connectionString: database.url })
  const random = createRandom(SEED)
  const source = clustered(random)
  const tokens = await Promise.all(load.messages.map((count) => signInLocally(stack.cognito, `${count}@example.com`)))
  const owners = await loadLibrary(
    superuser,
    load.messages.map((count) => count * 1.5),
    source,
    random,
    { userIds: tokens.map(({ sub }) => sub), model: LEXICAL_MODEL, perConversation: (count) => Math.ceil(count / 2) },
  )
  await openPaths(superuser)
  const { script } = await bundleParley()
  const worker = await startWorker(script, stack.bindings)
  cleanup.defer(() => worker.stop())
  const askers = owners.map((owner, i) => ({
    owner,
    messages: load.messages[i] ?? 0,
    token: tokens[i]?.accessToken ?? '',
  }))
  for (const { token } of askers) await ask(worker.url, '/v1/session', token, {})

  const samples = KINDS.map(() => askers.map((): number[] => []))
  for (let n = 0; n < load.warmUp + load.times; n++) {
    for (const [column, asker] of askers.entries()) {
      const question = questionOf(asker, source, random)
      for (const [row, { path, body }] of KINDS.entries()) {
        const milliseconds = await ask(worker.url, path, asker.token, body(asker, question))
        if (n >= load.warmUp) samples[row]?.[column]?.push(milliseconds)
      }
    }
  }
  const client = await database.connect({ ...database.appLogin, ...PIPELINED })
  const turns = await measureTurns(client, askers, load)
  report(load, [...KINDS.map(({ name }) => name), TURNS], [...samples, turns])
}

const TURNS = 'its turns, in the database'

/** What reading the recent turns takes at the database: all that a context does beside its search. */
async function measureTurns(client: Client, askers: readonly Asker[], { warmUp, times }: Load): Promise<number[][]> {
  const samples = askers.map((): number[] => [])
  for (let n = 0; n < warmUp + times; n++) {
    for (const [column, { owner }] of askers.entries()) {
      const { userId, conversations } = owner
      const query = { conversationId: conversations[0] ?? '', leafId: null, ...readingFor(BUDGET) }
      const batch = await buildBatch({ userId, signInId: 'bench' }, (db) =>
        createContextRepository(db, userId).recent(query),
      )
      const milliseconds = await runBatch(client, batch)
      if (n >= warmUp) samples[column]?.push(milliseconds)
    }
  }
  return samples
}

/** A library's messages have their places on a path, but no conversation says which is the last. */
async function openPaths(superuser: Client): Promise<void> {
  await superuser.query(
    `update conversations c set active_leaf_id = m.id, last_seq = m.seq, last_branch = 1 from messages m
     where m.user_id = c.user_id and m.conversation_id = c.id and m.seq = c.message_count`,
  )
  await superuser.query('vacuum analyze conversations')
}

const questionOf = ({ owner }: Asker, source: VectorSource, random: () => number): string =>
  createQuestion({ owner, kind: 'hybrid', filter: 'none', source, random }).words.join(' ')

/** @returns milliseconds until the answer is read */
async function ask(url: string, path: string, token: string, body: object): Promise<number> {
  const started = performance.now()
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`)
  return performance.now() - started
}

function report({ messages, times }: Load, names: readonly string[], samples: readonly number[][][]): void {
  console.log(`Milliseconds of the whole call, p50 / p95 of ${times}, by messages of the user:`)
  printRow(['', ...messages.map(String), 'p95, last against first'])
  for (const [row, name] of names.entries()) {
    const columns = samples[row] ?? []
    const p95 = columns.map((values) => percentile(values, 95))
    const cells = columns.map((values, i) => `${median(values).toFixed(1)} / ${(p95[i] ?? 0).toFixed(1)}`)
    printRow([name, ...cells, ratio(p95.at(-1) ?? Number.NaN, p95[0] ?? Number.NaN)])
  }
}

const printRow = ([name = '', ...cells]: readonly string[]) =>
  console.log(`  ${name.padEnd(28)}${cells.map((cell) => cell.padStart(24)).join('')}`)
