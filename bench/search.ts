import { Client } from 'pg'
import { openScratch } from '../dev/database.ts'
import { askPlainly } from './search/floor.ts'
import { loadLibrary, type Owner } from './search/load.ts'
import { askOrigin, buildOrigin, DOOMED } from './search/origin.ts'
import { type Answer, askParley, askUnprotected } from './search/ours.ts'
import { createQuestion, type Filter, FILTERS, type Kind, KINDS, type Question } from './search/questions.ts'
import { createRandom } from './search/random.ts'
import { printHead, printRow, type Samples } from './search/report.ts'
import { bruteForce, recallOf } from './search/truth.ts'
import { clustered, type VectorSource } from './search/vectors.ts'
import { median, ratio } from './stats.ts'

/** Vectors in all; fewer take less time and tell less. */
const SIZE = Number(process.env.SIZE ?? 310_000)
/** Questions of each kind; each side answers every one. */
const QUESTIONS = Number(process.env.QUESTIONS ?? 40)
/** The origin's search for words reads every text of the user. */
const SLOW_QUESTIONS = 8
const WARM_UP = 3
const FIRSTS = 15
const SEED = 20_261_123

/** What all sides share: what a search of one asker needs on a server of two cores. */
const SETTINGS = `set random_page_cost = 1.1; set jit = off; set work_mem = '64MB'; set max_parallel_workers_per_gather = 0`

/**
 * A user with 100,000 vectors, one with 10,000 and one with 100 among at least 300,000, their texts and documents. The same
 * questions to Parley's own batch, to its statement alone where no row-level security applies, to plain SQL written for that one
 * question, and to the design that Parley comes from: in turns, question by question, timed at the database. What is found is
 * compared with every row looked at.
 */
export async function measureSearch(): Promise<void> {
  const serverUrl = process.env.DATABASE_URL
  if (!serverUrl) {
    console.error(
      'search needs DATABASE_URL: a superuser of a Postgres 17 with pgvector, where it makes a database of its own.',
    )
    process.exitCode = 1
    return
  }
  await using cleanup = new AsyncDisposableStack()
  const database = await openScratch(serverUrl)
  cleanup.defer(() => database.close())
  const url = new URL(serverUrl)
  url.pathname = `/${database.name}`
  const connect = async (options: object) => {
    const client = new Client(options)
    await client.connect()
    cleanup.defer(() => client.end())
    return client
  }
  const superuser = await connect({ connectionString: url.href })
  const random = createRandom(SEED)
  const source = clustered(random)
  const started = performance.now()
  const owners = await loadLibrary(superuser, sizes(SIZE), source, random)
  console.log(`${SIZE} vectors of ${owners.length} users, loaded in ${seconds(performance.now() - started)}.`)
  await superuser.query(DOOMED)
  console.log(`The origin's HNSW index took ${(await buildOrigin(superuser)).toFixed(0)} s.`)

  const { host, port } = database.upstream
  const login = { host, port, database: database.name, user: 'parley_app', password: database.password ?? '' }
  const raw = { pipeline: true, types: { getTypeParser: () => (value: string) => value } }
  const clients = {
    parley: await connect({ ...login, ...raw }),
    bare: await connect({ connectionString: url.href, ...raw }),
    plain: await connect({ connectionString: url.href, ...raw }),
    origin: await connect({ connectionString: url.href, ...raw }),
    superuser,
  }
  for (const client of [clients.bare, clients.plain, clients.origin]) await client.query(SETTINGS)
  await superuser.query(`set max_parallel_workers_per_gather = 0; set work_mem = '256MB'; set jit = off`)
  console.log('Milliseconds at the database, p50 / p95, and recall@10 against every row looked at:')
  printHead()
  const asked = { clients, owners: owners.slice(0, 3), source, random }
  await measureAll({ ...asked, kinds: KINDS, afterDeleting: false })
  await measureFirst(
    asked,
    () => connect({ ...login, ...raw }),
    () => connect({ connectionString: url.href, ...raw }),
  )
  await deleteSome(superuser, owners)
  console.log(`After 30 % of the conversations and documents were deleted, before any vacuum:`)
  await measureAll({ ...asked, kinds: ['semantic', 'middling word', 'hybrid'], afterDeleting: true })
}

interface Run {
  clients: Record<keyof Samples | 'superuser', Client>
  owners: readonly Owner[]
  source: VectorSource
  random: () => number
  kinds: readonly Kind[]
  afterDeleting: boolean
}

async function measureAll(run: Run): Promise<void> {
  for (const owner of run.owners) {
    for (const kind of run.kinds) for (const filter of FILTERS) await measureOne(run, owner, kind, filter)
  }
}

async function measureOne(
  { clients, source, random, afterDeleting }: Run,
  owner: Owner,
  kind: Kind,
  filter: Filter,
): Promise<void> {
  const samples: Samples = { parley: [], bare: [], plain: [], origin: [] }
  const recall = { parley: 0, bare: 0, plain: 0, origin: 0 }
  const asked: { question: Question; answers: [keyof Samples, Answer][] }[] = []
  // All rows once, so that none is read from the disk while a side is timed.
  await bruteForce(clients.superuser, createQuestion({ owner, kind, filter, source, random }))
  for (let i = 0; i < WARM_UP + QUESTIONS; i++) {
    const question = createQuestion({ owner, kind, filter, source, random })
    const withOrigin = kind !== 'hybrid' && (kind === 'semantic' || i < WARM_UP + SLOW_QUESTIONS)
    const sides: [keyof Samples, () => Promise<Answer>][] = [
      ['parley', () => askParley(clients.parley, question)],
      ['bare', () => askUnprotected(clients.bare, question)],
      ['plain', () => askPlainly(clients.plain, question)],
    ]
    if (withOrigin) sides.push(['origin', () => askOrigin(clients.origin, question, afterDeleting)])
    const answers: [keyof Samples, Answer][] = []
    // Each is the first in its turn: who comes behind it may find the same pages in the processor's caches.
    for (let turn = 0; turn < sides.length; turn++) {
      const [side, ask] = sides[(i + turn) % sides.length] ?? []
      if (side && ask) answers.push([side, await ask()])
    }
    if (i >= WARM_UP) asked.push({ question, answers })
  }
  // Not in between: looking at all rows would leave nothing of what the next search needs in these caches.
  for (const { question, answers } of asked) {
    const truth = await bruteForce(clients.superuser, question)
    for (const [side, { ids, milliseconds }] of answers) {
      samples[side].push(milliseconds)
      recall[side] += recallOf(ids, truth) / QUESTIONS
    }
  }
  printRow({ vectors: owner.vectors, kind, filter, samples, recall })
}

type Connect = () => Promise<Client>

/** What a connection's first search takes, before it has any plan to keep. */
async function measureFirst(
  { owners, source, random }: Pick<Run, 'owners' | 'source' | 'random'>,
  toParley: Connect,
  toPlain: Connect,
): Promise<void> {
  const owner = owners.at(-1)
  if (!owner) return
  for (const kind of ['semantic', 'two words', 'hybrid'] as const) {
    const samples: Record<'parley' | 'plain', number[]> = { parley: [], plain: [] }
    for (let i = 0; i < FIRSTS; i++) {
      const question = createQuestion({ owner, kind, filter: 'none', source, random })
      const [parley, plain] = [await toParley(), await toPlain()]
      samples.parley.push((await askParley(parley, question)).milliseconds)
      samples.plain.push((await askPlainly(plain, question)).milliseconds)
      await Promise.all([parley.end(), plain.end()])
    }
    const [parley, plain] = [median(samples.parley), median(samples.plain)]
    console.log(
      `First on its connection, ${owner.vectors} vectors, ${kind}: ${parley.toFixed(1)}, plain ${plain.toFixed(1)} (${ratio(parley, plain)})`,
    )
  }
}

/** Vectors go with what is deleted, those of chunks excepted: a restored document brings them back. */
async function deleteSome(superuser: Client, owners: readonly Owner[]): Promise<void> {
  const users = owners.slice(0, 3).map(({ userId }) => userId)
  await superuser.query('set session_replication_role = replica')
  await superuser.query(
    `delete from chat_vectors v using messages m
     where v.user_id = any ($1) and m.user_id = v.user_id and m.id = v.message_id and app.is_doomed(m.conversation_id)`,
    [users],
  )
  for (const table of ['conversations', 'documents']) {
    await superuser.query(
      `update ${table} set deleted_at = now(), purge_after = now() + interval '30 days' where user_id = any ($1) and app.is_doomed(id)`,
      [users],
    )
  }
  await superuser.query('set session_replication_role = origin')
}

/** The three that are measured, and 500 each for the others. */
function sizes(total: number): number[] {
  const measured = [Math.round(total / 3.1), Math.round(total / 31), 100]
  const rest = total - measured.reduce((sum, size) => sum + size, 0)
  return [...measured, ...Array.from({ length: Math.floor(rest / 500) }, () => 500)]
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(0)} s`
