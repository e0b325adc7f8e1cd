import { deepStrictEqual } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { startNeonEndpoint } from '../dev/neon/server.ts'
import { connectionString } from '../dev/stack.ts'
import { asUser } from '../src/db/database.ts'
import { createConversationRepository } from '../src/features/conversations/repository.ts'
import { createMessageRepository } from '../src/features/messages/repository.ts'
import { createTrace } from '../src/trace.ts'
import { openBenchDatabase } from './database.ts'
import type { RunSize } from './part.ts'

const SIZES = {
  full: { writers: 64, appends: 100, each: 10 },
  smoke: { writers: 8, appends: 5, each: 10 },
}

/**
 * 64 writers append a thousand messages each, ten at a time, to one conversation at once, over Neon's protocol on a real
 * server. Then what is stored is counted: `seq` must run from 1 to 64,000 without a gap or a repetition, the messages of
 * one append must stand side by side in their order, and the conversation's counters must agree; else it rejects.
 */
export async function measureWriters(size: RunSize, serverUrl: string): Promise<void> {
  const { writers, appends, each } = SIZES[size]
  await using cleanup = new AsyncDisposableStack()
  const database = cleanup.use(await openBenchDatabase(serverUrl))
  const endpoint = await startNeonEndpoint({ upstream: database.local.upstream })
  cleanup.defer(() => endpoint.close())
  const superuser = await database.connect({ connectionString: database.url })

  const userId = randomUUID()
  await superuser.query(`insert into users (id, email) values ($1::uuid, $1::text)`, [userId])
  const options = { connectionString: connectionString('parley_app', database.local, endpoint.port), timeoutMs: 60_000 }
  const db = () => asUser(options, createTrace(randomUUID()), { userId, signInId: 'bench' })
  const [conversation] = await createConversationRepository(db(), userId).create({})
  if (!conversation) throw new Error('There is no conversation')

  const started = performance.now()
  let refused = 0
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let n = 0; n < appends; n++) {
        const news = Array.from({ length: each }, (_, i) => ({ role: 'user' as const, content: `${writer}.${n}.${i}` }))
        const [, error] = await createMessageRepository(db(), userId, conversation.id).append(news)
        if (error) refused += 1
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  const { rows } = await superuser.query<Stored>(
    `select count(*)::int as messages, (count(*) - count(distinct seq))::int as duplicates, (max(seq) - count(*))::int as gaps,
       (select count(*)::int from messages a join messages b on b.seq = a.seq + 1 and b.user_id = a.user_id
        where split_part(a.content, '.', 3)::int < ${each - 1} and b.content <> split_part(a.content, '.', 1) || '.'
          || split_part(a.content, '.', 2) || '.' || (split_part(a.content, '.', 3)::int + 1)) as torn,
       (select count(*)::int from messages m left join messages p on p.user_id = m.user_id and p.id = m.parent_id
        where m.depth <> coalesce(p.depth, 0) + 1 or m.branch <> 1) as misplaced,
       (select c.message_count = (select count(*) from messages) and c.last_seq = (select max(seq) from messages)
        from conversations c) as agrees
     from messages`,
  )
  console.log(`${writers} writers × ${appends * each} messages, ${each} at a time, in ${seconds.toFixed(0)} s:`)
  const [stored] = rows
  console.log({ refused, ...stored })
  const expected: Stored = {
    messages: writers * appends * each,
    duplicates: 0,
    gaps: 0,
    torn: 0,
    misplaced: 0,
    agrees: true,
  }
  deepStrictEqual({ refused, ...stored }, { refused: 0, ...expected })
}

/** What the writers have left behind. */
interface Stored {
  messages: number
  duplicates: number
  gaps: number
  /** Messages of one append that do not follow one another. */
  torn: number
  /** Messages beside the one branch that there should be. */
  misplaced: number
  /** Whether the conversation's counters are right. */
  agrees: boolean
}
