import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { openScratch } from '../dev/database.ts'
import { startNeonEndpoint } from '../dev/neon/server.ts'
import { connectionString } from '../dev/stack.ts'
import { asUser } from '../src/db/database.ts'
import { createConversationRepository } from '../src/features/conversations/repository.ts'
import { createMessageRepository } from '../src/features/messages/repository.ts'
import { createTrace } from '../src/trace.ts'

const WRITERS = 64
const APPENDS = 100
const EACH = 10

/**
 * 64 writers append a thousand messages each, ten at a time, to one conversation at once, over Neon's protocol on a real
 * server. Then what is stored is counted: `seq` must run from 1 to 64,000 without a gap or a repetition, the messages of
 * one append must stand side by side in their order, and the conversation's counters must agree.
 */
export async function measureWriters(): Promise<void> {
  const serverUrl = process.env.DATABASE_URL
  if (!serverUrl) {
    console.error(
      'writers needs DATABASE_URL: a superuser of a Postgres 17 with pgvector. On one session nobody races.',
    )
    process.exitCode = 1
    return
  }
  await using cleanup = new AsyncDisposableStack()
  const database = await openScratch(serverUrl)
  cleanup.defer(() => database.close())
  const endpoint = await startNeonEndpoint({ upstream: database.upstream })
  cleanup.defer(() => endpoint.close())
  const url = new URL(serverUrl)
  url.pathname = `/${database.name}`
  const superuser = new Client({ connectionString: url.href })
  await superuser.connect()
  cleanup.defer(() => superuser.end())

  const userId = randomUUID()
  await superuser.query(`insert into users (id, email) values ($1::uuid, $1::text)`, [userId])
  const options = { connectionString: connectionString('parley_app', database, endpoint.port), timeoutMs: 60_000 }
  const db = () => asUser(options, createTrace(randomUUID()), { userId, signInId: 'bench' })
  const [conversation] = await createConversationRepository(db(), userId).create({})
  if (!conversation) throw new Error('There is no conversation')

  const started = performance.now()
  let refused = 0
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let n = 0; n < APPENDS; n++) {
        const news = Array.from({ length: EACH }, (_, i) => ({ role: 'user' as const, content: `${writer}.${n}.${i}` }))
        const [, error] = await createMessageRepository(db(), userId, conversation.id).append(news)
        if (error) refused += 1
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  const { rows } = await superuser.query<Record<string, string>>(
    `select count(*) as messages, count(*) - count(distinct seq) as duplicates, max(seq) - count(*) as gaps,
       (select count(*) from messages a join messages b on b.seq = a.seq + 1 and b.user_id = a.user_id
        where split_part(a.content, '.', 3)::int < ${EACH - 1} and b.content <> split_part(a.content, '.', 1) || '.'
          || split_part(a.content, '.', 2) || '.' || (split_part(a.content, '.', 3)::int + 1)) as torn,
       (select count(*) from messages m left join messages p on p.user_id = m.user_id and p.id = m.parent_id
        where m.depth <> coalesce(p.depth, 0) + 1 or m.branch <> 1) as misplaced,
       (select c.message_count = (select count(*) from messages) and c.last_seq = (select max(seq) from messages)
        from conversations c) as agrees
     from messages`,
  )
  console.log(`${WRITERS} writers × ${APPENDS * EACH} messages, ${EACH} at a time, in ${seconds.toFixed(0)} s:`)
  console.log({ refused, ...rows[0] })
}
