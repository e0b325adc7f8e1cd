// @module-tag slow
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asUser } from '../../../src/db/database.ts'
import { createConversationRepository } from '../../../src/features/conversations/repository.ts'
import { forkConversation } from '../../../src/features/conversations/sql/fork.ts'
import { previewPurge, purgeConversation } from '../../../src/features/conversations/sql/lifecycle.ts'
import { createMessageRepository } from '../../../src/features/messages/repository.ts'
import { createTrace } from '../../../src/trace.ts'
import { countReads, fetchedOf, user } from '../plans/explain.ts'
import { type Place, places } from '../plans/places.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const message = (id: string, text: string, more: object = {}) => ({
  id,
  role: 'user' as const,
  parts: [{ type: 'text' as const, text }],
  ...more,
})

const call = (state: string, more: object) => ({
  type: 'tool-x' as const,
  toolCallId: 'c1',
  state: state as 'input-available',
  input: {},
  ...more,
})

const OPTIONS = { states: null, mustExist: false, timeoutMinutes: 15 }

// PGlite has one connection: nothing waits there.
describe.each(places)('Chats that are saved at once, on $name:', ({ open, embedded }) => {
  let place: Place
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  let userId: string
  let id: string
  beforeAll(async () => {
    if (embedded) return
    place = await open()
    // Else Postgres would find a deadlock after a second, and the repetition would hide it.
    await place.asSuperuser((client) => client.query(`alter database ${place.name} set deadlock_timeout = '1min'`))
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
  })
  afterAll(async () => {
    await endpoint?.close()
    await place?.close()
  })
  beforeEach(async () => {
    if (embedded) return
    userId = randomUUID()
    id = `chat-${randomUUID()}`
    await query('insert into users (id) values ($1)', [userId])
  })

  const query = (text: string, values: unknown[] = [userId, id]) =>
    place.asSuperuser(async (client) => (await client.query<Record<string, unknown>>(text, values)).rows)
  const database = () =>
    asUser(
      { connectionString: connectionString('parley_app', place, endpoint.port), timeoutMs: 30_000 },
      createTrace('save-chat'),
      { userId, signInId: 'first', signedInAt: 1000 },
    )
  const messages = () => createMessageRepository(database(), userId, id)
  const save = async (...list: ReturnType<typeof message>[]) => {
    const [saved, error] = await messages().save(list, OPTIONS)
    return error ? error.code : saved.rows.map(({ result }) => result)
  }

  /** A tree without a gap, whose counters are right, and texts that are as much embedded as they should be. */
  async function expectWhole() {
    const [counts] = await query(
      `select c.last_seq, c.last_branch, c.message_count from conversations c where user_id = $1 and id = $2`,
    )
    const rows = await query(
      `select m.id, m.seq, m.parent_id, m.branch, m.depth, m.deleted_at is null as live, p.depth as above, p.branch as from_branch
       from messages m left join messages p on p.user_id = m.user_id and p.conversation_id = m.conversation_id and p.id = m.parent_id
       where m.user_id = $1 and m.conversation_id = $2 order by m.seq`,
    )
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, n) => n + 1))
    expect(rows.map(({ depth }) => depth)).toEqual(rows.map(({ above }) => Number(above ?? 0) + 1))
    expect(rows.filter((row) => row['parent_id'] !== null && row['above'] === null)).toEqual([])
    const branches = new Set(rows.map(({ branch }) => branch))
    expect(counts).toEqual({
      last_seq: rows.length,
      last_branch: branches.size,
      message_count: rows.filter(({ live }) => live).length,
    })
    const queued = await query(
      `select m.id from messages m left join embedding_jobs j on j.user_id = m.user_id and j.conversation_id = m.conversation_id
         and j.message_id = m.id
       where m.user_id = $1 and m.conversation_id = $2 and (j.id is not null) <> (m.deleted_at is null and m.status = 'complete')`,
    )
    expect(queued).toEqual([])
    return rows
  }

  it.skipIf(embedded)('a save reads the messages of its list and no others, however many there are', async () => {
    const all = Array.from({ length: 1500 }, (_, n) => message(`m${n}`, `This is ${n}`))
    await save(...all.slice(0, 1000))
    await save(...all.slice(900))
    await query('analyze messages, embedding_jobs', [])
    const list = all.slice(700, 900)
    const { value, reads } = await countReads(
      place,
      user(userId),
      ['messages', 'embedding_jobs', 'chat_vectors'],
      (db) => createMessageRepository(db, userId, id).save(list, OPTIONS),
    )
    expect(new Set(value.rows.map(({ result }) => result))).toEqual(new Set(['unchanged']))
    expect(fetchedOf(reads, 'messages')).toBe(list.length)
    expect([fetchedOf(reads, 'embedding_jobs'), fetchedOf(reads, 'chat_vectors')]).toEqual([0, 0])
    expect(reads.find(({ name }) => name === 'messages')).toBeUndefined()
  })

  it.skipIf(embedded)('the same new chat from many tabs is there once', async () => {
    const list = ['u1', 'b1', 'u2'].map((name) => message(name, name))
    const results = await Promise.all(Array.from({ length: 8 }, () => save(...list)))
    const created = results.filter((result) => result.includes('created'))
    expect(created).toEqual([['created', 'created', 'created']])
    expect(results.filter((result) => result.includes('unchanged'))).toHaveLength(7)
    expect(await expectWhole()).toHaveLength(3)
  })

  it.skipIf(embedded)('tabs that go on differently each have a branch, whatever ids they use', async () => {
    const first = message('u1', 'one')
    await save(first)
    const lists = Array.from({ length: 8 }, (_, n) => [first, message('b1', `answer ${n}`), message(`u-${n}`, 'next')])
    for (const result of await Promise.all(lists.map((list) => save(...list)))) {
      expect(result).toEqual(['unchanged', 'created', 'created'])
    }
    expect(await expectWhole()).toHaveLength(17)
    for (const list of lists) expect(await save(...list)).toEqual(['unchanged', 'unchanged', 'unchanged'])
    expect(
      await query(`select 1 from messages where user_id = $1 and conversation_id = $2 and id = 'b1'`),
    ).toHaveLength(1)
  })

  it.skipIf(embedded)('a chat that is saved sees what was appended while it waited', async () => {
    await save(message('u1', 'one'))
    await place.as('parley_app', async (client) => {
      await client.query('begin')
      await client.query(`select set_config('app.user_id', $1, true)`, [userId])
      await client.query('select from conversations where user_id = $1 and id = $2 for update', [userId, id])
      const saving = save(message('u1', 'one'), message('b1', 'two'))
      await waitsForLock()
      await client.query(
        `insert into messages (user_id, conversation_id, id, seq, parent_id, depth, role, content)
         values ($1, $2, 'b1', 2, 'u1', 2, 'user', 'two')`,
        [userId, id],
      )
      await client.query(`update conversations set last_seq = 2, message_count = 2 where user_id = $1 and id = $2`, [
        userId,
        id,
      ])
      await client.query('commit')
      expect(await saving).toEqual(['unchanged', 'unchanged'])
    })
  })

  it.skipIf(embedded)('a vector of the old text that was stored meanwhile does not stay', async () => {
    const waiting = message('b1', 'old', { parts: [{ type: 'text', text: 'old' }, call('input-available', {})] })
    await save(waiting)
    await place.as('parley_system', async (client) => {
      await client.query('begin')
      await client.query('delete from embedding_jobs where user_id = $1 and conversation_id = $2', [userId, id])
      await client.query(
        `insert into chat_vectors (user_id, id, conversation_id, message_id, model, embedding, sketch, content)
         select $1, gen_random_uuid(), $2, 'b1', 'test', array_fill(0.1, array[1536])::halfvec, repeat('1', 2048)::bit(2048), 'old'`,
        [userId, id],
      )
      const answered = [
        { type: 'text', text: 'old' },
        call('output-available', { output: 1 }),
        { type: 'text', text: 'new' },
      ]
      const saving = save(message('b1', 'new', { parts: answered }))
      await waitsForLock()
      await client.query('commit')
      expect(await saving).toEqual(['updated'])
    })
    expect(await query('select content from chat_vectors where user_id = $1 and conversation_id = $2')).toEqual([])
    await expectWhole()
  })

  it.skipIf(embedded)('chats are saved among everything else that happens to a conversation', async () => {
    const conversations = createConversationRepository(database(), userId)
    const base = [message('u1', 'one'), message('b1', 'two')]
    await save(...base)
    const codes: (string | undefined)[] = []
    const note = async (work: Promise<readonly [unknown, { code: string } | null]>) =>
      void codes.push((await work)[1]?.code)
    await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const mine = [...base, message('u2', `tab ${n % 3}`), message(`b-${n}`, 'mine', { status: 'in_progress' })]
        await note(messages().save(mine, OPTIONS))
        await note(messages().append([{ role: 'user', content: `append ${n}` }]))
        await note(messages().patch('b1', { metadata: { n } }, null))
        await note(messages().save([...mine.slice(0, -1), message(`b-${n}`, 'mine, finished')], OPTIONS))
        if (n === 2) await note(messages().remove('u1', null, 30))
        if (n === 3) await note(messages().restore('u1'))
        await note(forkConversation(database(), userId, id, {}, null))
        await note(conversations.patch(id, { archived: n % 2 === 0 }, null))
        await note(messages().save(mine.slice(0, 3), OPTIONS))
      }),
    )
    expect(codes.filter((code) => code !== undefined && code !== 'not_found')).toEqual([])
    await expectWhole()
    for (let n = 0; n < 6; n++) {
      const list = [...base, message('u2', `tab ${n % 3}`), message(`b-${n}`, 'mine, finished')]
      expect(await save(...list)).toEqual(list.map(() => 'unchanged'))
    }
  })

  it.skipIf(embedded)('a chat is there or gone for good while it is purged, and nothing hangs in between', async () => {
    for (let round = 0; round < 10; round++) {
      id = `chat-${randomUUID()}`
      const list = ['u1', 'b1'].map((name) => message(name, name))
      await save(...list)
      const [preview] = await previewPurge(database(), userId, id)
      const purge = purgeConversation(database(), userId, id, preview?.state ?? null)
      const results = await Promise.all([save(...list, message('u2', 'x')), purge, save(...list, message('u3', 'y'))])
      for (const result of [results[0], results[2]]) {
        expect(['not_found', 'created', 'unchanged', 'conflict']).toContain(
          typeof result === 'string' ? result : result[0],
        )
      }
      if ((await query('select 1 from conversations where user_id = $1 and id = $2')).length > 0) await expectWhole()
    }
  })

  it.skipIf(embedded)('a chat of an account that is being deleted is refused', async () => {
    await place.asSuperuser(async (client) => {
      await client.query('begin')
      await client.query(
        `update users set deleted_at = now(), purge_after = now(), not_valid_before = now() where id = $1`,
        [userId],
      )
      const saving = save(message('u1', 'one'))
      await waitsForLock()
      await client.query('commit')
      expect(await saving).toBe('account_deleted')
    })
  })

  /** Until some connection of this database waits for another one's row. */
  const waitsForLock = () =>
    expect
      .poll(() =>
        query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`, []),
      )
      .not.toEqual([])
})
