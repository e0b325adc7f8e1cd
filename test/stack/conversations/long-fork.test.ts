import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asUser } from '../../../src/db/database.ts'
import { forkConversation } from '../../../src/features/conversations/sql/fork.ts'
import { createTrace } from '../../../src/trace.ts'
import { type Place, places } from '../plans/places.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const LENGTH = 2_000
const LIMIT = 10_000
const TOO_LONG = 36_000
/** A new branch after so many messages. */
const STRETCH = 50
/** As a deployment has it unless it says otherwise. */
const TIMEOUT_MS = 10_000

const TOO_LONG_ERROR = {
  code: 'invalid_request',
  errors: [{ path: 'messageId', message: expect.stringContaining(`at most ${LIMIT} messages`) }],
}

// The embedded Postgres has no statement time-out, and an index of vectors takes it long to fill.
const server = places.find(({ embedded }) => !embedded)

describe.skipIf(!server)('A long fork on a server', () => {
  const user = crypto.randomUUID()
  const original = crypto.randomUUID()
  let place: Place
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  beforeAll(async () => {
    if (!server) throw new Error('There is no server')
    place = await server.open()
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
    await place.asSuperuser(async (client) => {
      await client.query(`insert into users (id, email) values ($1::uuid, $1::text)`, [user])
      await client.query(
        `insert into conversations (user_id, id, message_count, last_seq, last_branch, active_leaf_id)
         values ($1, $2, $3::int, $3::int, $4::int, md5($3::text)::uuid::text)`,
        [user, original, LENGTH, LENGTH / STRETCH],
      )
      await client.query(
        `insert into messages (user_id, id, conversation_id, seq, depth, branch, parent_id, role, content)
         select $1, md5(n::text)::uuid, $2, n, n, 1 + (n - 1) / $4::int,
           case when n > 1 then md5((n - 1)::text)::uuid end, 'user', repeat('Text ', 200) || n
         from generate_series(1, $3::int) n`,
        [user, original, LENGTH, STRETCH],
      )
      // One in ten has no vector yet.
      await client.query(
        `insert into chat_vectors (user_id, id, conversation_id, message_id, model, embedding)
         select user_id, gen_random_uuid(), conversation_id, id, 'lexical', (
           select array_agg(sin(seq * n * 12.9898)::float4) from generate_series(1, 1536) n)::vector::halfvec
         from messages where user_id = $1 and seq % 10 <> 0`,
        [user],
      )
      await client.query(
        `insert into conversations (user_id, id, message_count, last_seq, last_branch, active_leaf_id)
         values ($1, 'endless', $2::int, $2::int, 1, $2::text)`,
        [user, TOO_LONG],
      )
      await client.query(
        `insert into messages (user_id, id, conversation_id, seq, depth, branch, parent_id, role, content)
         select $1, n::text, 'endless', n, n, 1, case when n > 1 then (n - 1)::text end, 'user', 'Text ' || n
         from generate_series(1, $2::int) n`,
        [user, TOO_LONG],
      )
      await client.query('analyze')
    })
  })
  afterAll(async () => {
    await endpoint.close()
    await place.close()
  })

  const ask = () => {
    const trace = createTrace('fork-test')
    const options = { connectionString: connectionString('parley_app', place, endpoint.port), timeoutMs: TIMEOUT_MS }
    return { db: asUser(options, trace, { userId: user, signInId: 's' }), trace }
  }

  it(`of ${LENGTH} messages through ${LENGTH / STRETCH} branches is whole, and made in time`, async () => {
    const { db, trace } = ask()
    const [forked, error] = await forkConversation(db, user, original, {}, null)
    expect(error).toBeNull()
    expect(trace.calls).toMatchObject([{ name: 'conversations.fork', failed: false }])
    expect(forked?.conversation.messageCount).toBe(LENGTH)

    const found = await place.asSuperuser(async (client) => {
      const { rows } = await client.query<Record<string, unknown>>(
        `select count(*)::int as count, min(c.seq) as first, max(c.seq) as last,
           count(*) filter (where c.content = o.content and c.depth = c.seq and c.branch = 1)::int as same,
           count(*) filter (where c.parent_id = p.id or c.seq = 1)::int as chained,
           count(*) filter (where v.embedding = w.embedding and v.id <> w.id)::int as vectors,
           count(j)::int as jobs
         from messages c
         join messages o on o.user_id = c.user_id and o.conversation_id = $2 and o.seq = c.seq
         left join messages p on p.user_id = c.user_id and p.conversation_id = c.conversation_id and p.seq = c.seq - 1
         left join chat_vectors v on v.user_id = c.user_id and v.conversation_id = c.conversation_id and v.message_id = c.id
         left join chat_vectors w on w.user_id = o.user_id and w.conversation_id = o.conversation_id and w.message_id = o.id
         left join embedding_jobs j on j.user_id = c.user_id and j.conversation_id = c.conversation_id and j.message_id = c.id
         where c.user_id = $1 and c.conversation_id = $3`,
        [user, original, forked?.conversation.id],
      )
      return rows
    })
    const all = { count: LENGTH, first: 1, last: LENGTH, same: LENGTH, chained: LENGTH }
    expect(found).toEqual([{ ...all, vectors: LENGTH * 0.9, jobs: LENGTH * 0.1 }])
  })

  it(`of ${LIMIT} messages is made, and of one more it is refused before anything is written`, async () => {
    const [forked, error] = await forkConversation(ask().db, user, 'endless', { messageId: String(LIMIT) }, null)
    expect(error).toBeNull()
    expect(forked?.conversation.messageCount).toBe(LIMIT)
    expect(forked?.queued).toHaveLength(100)

    const { db, trace } = ask()
    const more = { id: 'too-long', messageId: String(LIMIT + 1) }
    expect((await forkConversation(db, user, 'endless', more, null))[1]).toMatchObject(TOO_LONG_ERROR)
    expect((await forkConversation(db, user, 'endless', { id: 'too-long' }, null))[1]).toMatchObject(TOO_LONG_ERROR)
    expect(trace.calls.every(({ milliseconds }) => milliseconds < TIMEOUT_MS / 4)).toBe(true)
    const left = `select from conversations where user_id = $1 and id = 'too-long'`
    expect((await place.asSuperuser((client) => client.query(left, [user]))).rowCount).toBe(0)
  })
})
