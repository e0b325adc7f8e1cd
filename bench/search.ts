import type { Client } from 'pg'
import { EXACT_LIMIT } from '../src/features/vectors/sql/nearest.ts'
import { openBenchDatabase, PIPELINED } from './database.ts'
import type { RunSize } from './part.ts'
import { measureIndexes } from './search/index-size.ts'
import { loadLibrary, type Owner } from './search/load.ts'
import { type Load, measureAll, measureFirst } from './search/measure.ts'
import { buildOrigin, DOOMED } from './search/origin.ts'
import { KINDS } from './search/questions.ts'
import { createRandom } from './search/random.ts'
import { printHead } from './search/report.ts'
import { clustered } from './search/vectors.ts'
import { withoutTriggers } from './seed.ts'

/** `vectors`: how many each user has, the three that are measured first. */
const SIZES: Record<RunSize, Load & { vectors: readonly number[] }> = {
  full: {
    // Fewer take less time and tell less.
    vectors: shareOut(Number(process.env.SIZE ?? 310_000)),
    questions: Number(process.env.QUESTIONS ?? 40),
    slowQuestions: 8,
    warmUp: 3,
    firsts: 15,
    exactLimit: EXACT_LIMIT,
  },
  smoke: {
    vectors: [600, 200, 100, 100, 100],
    questions: 1,
    slowQuestions: 1,
    warmUp: 0,
    firsts: 1,
    exactLimit: 500,
  },
}
const SEED = 20_261_123

/** What all sides share: what a search of one asker needs on a server of two cores. */
const SETTINGS = `set random_page_cost = 1.1; set jit = off; set work_mem = '64MB'; set max_parallel_workers_per_gather = 0`

/**
 * A user with 100,000 vectors, one with 10,000 and one with 100 among at least 300,000, their texts and documents. The same
 * questions to Parley's own batch, to its statement alone where no row-level security applies, to plain SQL written for that one
 * question, and to the design that Parley comes from: in turns, question by question, timed at the database. What is found is
 * compared with every row looked at.
 */
export async function measureSearch(size: RunSize, serverUrl: string): Promise<void> {
  const load = SIZES[size]
  await using database = await openBenchDatabase(serverUrl)
  const toParley = () => database.connect({ ...database.appLogin, ...PIPELINED })
  const toPlain = () => database.connect({ connectionString: database.url, ...PIPELINED })
  const superuser = await database.connect({ connectionString: database.url })
  const random = createRandom(SEED)
  const source = clustered(random)
  const started = performance.now()
  const owners = await loadLibrary(superuser, load.vectors, source, random)
  const total = load.vectors.reduce((sum, vectors) => sum + vectors, 0)
  console.log(`${total} vectors of ${owners.length} users, loaded in ${seconds(performance.now() - started)}.`)
  await measureIndexes(superuser)
  await superuser.query(DOOMED)
  console.log(`The origin's HNSW index took ${(await buildOrigin(superuser)).toFixed(0)} s.`)

  const clients = {
    parley: await toParley(),
    bare: await toPlain(),
    plain: await toPlain(),
    origin: await toPlain(),
    superuser,
  }
  for (const client of [clients.bare, clients.plain, clients.origin]) await client.query(SETTINGS)
  await superuser.query(`set max_parallel_workers_per_gather = 0; set work_mem = '256MB'; set jit = off`)
  console.log('Milliseconds at the database, p50 / p95, and recall@10 against every row looked at:')
  printHead()
  const asked = { load, clients, owners: owners.slice(0, 3), source, random }
  await measureAll({ ...asked, kinds: KINDS, afterDeleting: false })
  await measureFirst(asked, toParley, toPlain)
  await deleteSome(superuser, owners)
  console.log(`After 30 % of the conversations and documents were deleted, before any vacuum:`)
  await measureAll({ ...asked, kinds: ['semantic', 'middling word', 'hybrid'], afterDeleting: true })
}

/** Vectors go with what is deleted, those of chunks excepted: a restored document brings them back. */
async function deleteSome(superuser: Client, owners: readonly Owner[]): Promise<void> {
  const users = owners.slice(0, 3).map(({ userId }) => userId)
  await withoutTriggers(superuser, async () => {
    await superuser.query(
      `delete from chat_vectors v using messages m
     where v.user_id = any ($1) and m.user_id = v.user_id and m.conversation_id = v.conversation_id and m.id = v.message_id
       and app.is_doomed(m.conversation_id)`,
      [users],
    )
    for (const table of ['conversations', 'documents']) {
      await superuser.query(
        `update ${table} set deleted_at = now(), purge_after = now() + interval '30 days' where user_id = any ($1) and app.is_doomed(id::text)`,
        [users],
      )
    }
  })
}

/** How many vectors each user has: those of the three who are measured, and 500 each for the others. */
function shareOut(total: number): number[] {
  const measured = [Math.round(total / 3.1), Math.round(total / 31), 100]
  const rest = total - measured.reduce((sum, size) => sum + size, 0)
  return [...measured, ...Array.from({ length: Math.floor(rest / 500) }, () => 500)]
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(0)} s`
