import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { connected } from '../dev/database.ts'
import type { Database } from '../src/db/database.ts'
import { createConversationRepository } from '../src/features/conversations/repository.ts'
import { createMessageRepository } from '../src/features/messages/repository.ts'
import { openBenchDatabase, PIPELINED } from './database.ts'
import type { RunSize } from './part.ts'
import { fillConversations, withoutTriggers } from './seed.ts'
import { median, ratio } from './stats.ts'
import { buildBatch, runBatch } from './write/batch.ts'

/** Messages in the whole table, and in the conversation that is read and written. */
interface PlaceSize {
  table: number
  conversation: number
}

const SIZES: Record<RunSize, { places: readonly PlaceSize[]; warmUp: number; runs: number }> = {
  full: {
    places: [
      { table: 100, conversation: 10 },
      { table: 10_000, conversation: 10 },
      { table: 1_000_000, conversation: 10 },
      { table: 1_000_000, conversation: 10_000 },
    ],
    warmUp: 40,
    runs: 400,
  },
  smoke: {
    places: [
      { table: 100, conversation: 10 },
      { table: 1_000, conversation: 100 },
    ],
    warmUp: 1,
    runs: 3,
  },
}
const LIMIT = 21

interface Place {
  name: string
  client: Client
  userId: string
  conversationId: string
  /** In the middle of the conversation. */
  middle: { leafId: string; depth: number }
}

const messagesOf = (db: Database, { userId, conversationId }: Place) =>
  createMessageRepository(db, userId, conversationId)
const page = { limit: LIMIT, leafId: null, siblings: false } as const
const OPERATIONS: readonly { name: string; call: (db: Database, place: Place) => Promise<unknown> }[] = [
  {
    name: 'list 20 conversations',
    call: (db, { userId }) => createConversationRepository(db, userId).list(LIMIT, null),
  },
  {
    name: 'read the newest page',
    call: (db, place) => messagesOf(db, place).path({ ...page, order: 'desc', after: null }),
  },
  {
    name: 'read on from the middle',
    call: (db, place) =>
      messagesOf(db, place).path({ ...page, order: 'asc', after: { ...place.middle, goesOn: true } }),
  },
  {
    name: 'append a message',
    call: (db, place) => messagesOf(db, place).append([{ role: 'user', content: 'What one says in a chat.' }]),
  },
]

/**
 * What listing, reading and appending cost as the table and the conversation grow, in turns in one run. Each batch is the
 * one that the repository sends, timed at the database.
 */
export async function measureScale(size: RunSize, serverUrl: string): Promise<void> {
  const { places: placeSizes, warmUp, runs } = SIZES[size]
  await using cleanup = new AsyncDisposableStack()
  const places: Place[] = []
  for (const placeSize of placeSizes) {
    const database = cleanup.use(await openBenchDatabase(serverUrl))
    const seeded = await connected(database.url, (superuser) => seed(superuser, placeSize))
    const client = await database.connect({ ...database.appLogin, ...PIPELINED })
    places.push({ name: `${placeSize.table} / ${placeSize.conversation}`, client, ...seeded })
  }
  const samples = OPERATIONS.map(() => places.map((): number[] => []))
  for (let n = 0; n < warmUp + runs; n++) {
    for (const [row, { call }] of OPERATIONS.entries()) {
      for (const [column, place] of places.entries()) {
        const asker = { userId: place.userId, signInId: 'bench' }
        const milliseconds = await runBatch(place.client, await buildBatch(asker, (db) => call(db, place)))
        if (n >= warmUp) samples[row]?.[column]?.push(milliseconds)
      }
    }
  }
  console.log(`Medians of ${runs} in milliseconds, by messages in the table / in the conversation:`)
  printRow(['', ...places.map(({ name }) => name), 'last against first'])
  for (const [row, { name }] of OPERATIONS.entries()) {
    const medians = (samples[row] ?? []).map(median)
    const last = ratio(medians.at(-1) ?? Number.NaN, medians[0] ?? Number.NaN)
    printRow([name, ...medians.map((value) => value.toFixed(2)), last])
  }
}

const printRow = ([name = '', ...cells]: readonly string[]) =>
  console.log(`  ${name.padEnd(26)}${cells.map((cell) => cell.padStart(20)).join('')}`)

/** Fills the table with many users' messages, mixed, and returns one user's conversation of that length. */
async function seed(superuser: Client, size: PlaceSize) {
  const userId = randomUUID()
  await withoutTriggers(superuser, () => seedUsers(superuser, userId, size))
  await superuser.query('vacuum analyze')
  const { rows } = await superuser.query<{ conversationId: string; leafId: string; depth: number }>(
    `select id as "conversationId", active_leaf_id as "leafId", last_seq / 2 as depth from conversations
     where user_id = $1 order by last_activity_at desc limit 1`,
    [userId],
  )
  if (!rows[0]) throw new Error('Nothing was seeded')
  const { conversationId, leafId, depth } = rows[0]
  return { userId, conversationId, middle: { leafId, depth } }
}

/** 25 conversations each; the newest of `userId` has the length that is asked for. */
async function seedUsers(superuser: Client, userId: string, { table, conversation }: PlaceSize): Promise<void> {
  const others = Math.max(1, Math.floor(table / 500))
  await superuser.query(
    `insert into users (id, email) select id, id::text || '@example.com'
     from (select $1::uuid as id union all select gen_random_uuid() from generate_series(1, $2::int)) everybody`,
    [userId, others],
  )
  await superuser.query(
    `insert into conversations (user_id, id, title, last_activity_at, last_seq)
     select u.id, gen_random_uuid(), 'Conversation ' || n, now() - n * interval '1 minute', case
       when u.id = $1 then case when n = 1 then $2::int else 10 end
       else greatest(1, $3::int / ($4::int * 25)) end
     from users u, generate_series(1, 25) n`,
    [userId, conversation, table, others],
  )
  await fillConversations(superuser, `repeat('What one says in a chat. ', 4)`, 'random()')
}
