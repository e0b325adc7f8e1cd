import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { openScratch } from '../dev/database.ts'
import type { Database } from '../src/db/database.ts'
import { createConversationRepository } from '../src/features/conversations/repository.ts'
import { createMessageRepository } from '../src/features/messages/repository.ts'
import { median, ratio } from './stats.ts'
import { buildBatch, runBatch } from './write/batch.ts'

/** Messages in the whole table, and in the conversation that is read and written. */
const PLACES = [
  { table: 100, conversation: 10 },
  { table: 10_000, conversation: 10 },
  { table: 1_000_000, conversation: 10 },
  { table: 1_000_000, conversation: 10_000 },
]
const RUNS = 400
const WARM_UP = 40
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
export async function measureScale(): Promise<void> {
  const serverUrl = process.env.DATABASE_URL
  if (!serverUrl) {
    console.error(
      'scale needs DATABASE_URL: a superuser of a Postgres 17 with pgvector, where it makes a database of its own.',
    )
    process.exitCode = 1
    return
  }
  await using cleanup = new AsyncDisposableStack()
  const places: Place[] = []
  for (const size of PLACES) {
    const database = await openScratch(serverUrl)
    cleanup.defer(() => database.close())
    const url = new URL(serverUrl)
    url.pathname = `/${database.name}`
    const superuser = new Client({ connectionString: url.href })
    await superuser.connect()
    const seeded = await seed(superuser, size)
    await superuser.end()
    const { host, port } = database.upstream
    const login = { host, port, database: database.name, user: 'parley_app', password: database.password ?? '' }
    const client = new Client({ ...login, pipeline: true, types: { getTypeParser: () => (value: string) => value } })
    await client.connect()
    cleanup.defer(() => client.end())
    places.push({ name: `${size.table} / ${size.conversation}`, client, ...seeded })
  }
  const samples = OPERATIONS.map(() => places.map((): number[] => []))
  for (let n = 0; n < WARM_UP + RUNS; n++) {
    for (const [row, { call }] of OPERATIONS.entries()) {
      for (const [column, place] of places.entries()) {
        const asker = { userId: place.userId, signInId: 'bench' }
        const milliseconds = await runBatch(place.client, await buildBatch(asker, (db) => call(db, place)))
        if (n >= WARM_UP) samples[row]?.[column]?.push(milliseconds)
      }
    }
  }
  console.log(`Medians of ${RUNS} in milliseconds, by messages in the table / in the conversation:`)
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
async function seed(superuser: Client, { table, conversation }: (typeof PLACES)[number]) {
  const userId = randomUUID()
  // What is seeded needs no audit trail.
  await superuser.query(`set session_replication_role = replica`)
  const others = Math.max(1, Math.floor(table / 500))
  await superuser.query(
    `insert into users (id, email) select id, id::text || '@example.com'
     from (select $1::uuid as id union all select gen_random_uuid() from generate_series(1, $2::int)) everybody`,
    [userId, others],
  )
  await superuser.query(
    `insert into conversations (user_id, id, title, last_activity_at)
     select u.id, gen_random_uuid(), 'Conversation ' || n, now() - n * interval '1 minute'
     from users u, generate_series(1, 25) n`,
  )
  await superuser.query(
    `insert into messages (user_id, id, conversation_id, seq, depth, role, content)
     select user_id, gen_random_uuid(), id, seq, seq, 'user', repeat('What one says in a chat. ', 4)
     from (select *, row_number() over (partition by user_id order by last_activity_at desc) as place from conversations) c,
       generate_series(1, case
         when c.user_id = $1 then case when place = 1 then $2::int else 10 end
         else greatest(1, $3::int / ($4::int * 25)) end) seq
     order by random()`,
    [userId, conversation, table, others],
  )
  await superuser.query(
    `update messages m set parent_id = before.id from messages before
     where m.user_id = $1 and before.user_id = m.user_id and before.conversation_id = m.conversation_id
       and before.depth = m.depth - 1`,
    [userId],
  )
  await superuser.query(
    `update conversations c set last_branch = 1, last_seq = last.seq, message_count = last.seq, active_leaf_id = last.id
     from (select distinct on (conversation_id) conversation_id, id, seq from messages order by conversation_id, seq desc) last
     where last.conversation_id = c.id`,
  )
  await superuser.query('set session_replication_role = origin')
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
