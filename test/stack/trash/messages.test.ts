// @module-tag slow
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asSystem, asUser, type Database } from '../../../src/db/database.ts'
import {
  previewPurge,
  purgeConversation,
  restoreConversation,
} from '../../../src/features/conversations/sql/lifecycle.ts'
import { createConversationRepository } from '../../../src/features/conversations/repository.ts'
import { createTrashRepository, type TrashRepository } from '../../../src/features/trash/repository.ts'
import { fail } from '../../../src/result.ts'
import { createTrace } from '../../../src/trace.ts'
import { type Place, places } from '../plans/places.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const NEVER = Number.POSITIVE_INFINITY

describe.each(places)('What was deleted, on $name', ({ open, embedded }) => {
  let place: Place
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  let trash: TrashRepository
  beforeAll(async () => {
    place = await open()
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
    trash = createTrashRepository(database())
  })
  afterAll(async () => {
    await endpoint.close()
    await place.close()
  })

  const optionsOf = (role: 'parley_app' | 'parley_system') => ({
    connectionString: connectionString(role, place, endpoint.port),
    timeoutMs: 30_000,
  })
  const database = () => asSystem(optionsOf('parley_system'), createTrace('retention-test'))
  const ownerOf = (userId: string) =>
    asUser(optionsOf('parley_app'), createTrace('retention-test'), { userId, signInId: 's' })
  const rows = <T extends object>(query: string, params: unknown[] = []) =>
    place.asSuperuser(async (client) => (await client.query<T>(query, params)).rows)
  const count = async (table: string, user: string): Promise<number> =>
    (await rows<{ count: number }>(`select count(*)::int from ${table} where user_id = $1`, [user]))[0]?.count ?? -1

  async function newUser(purgeAfter: string | null = null): Promise<string> {
    const user = crypto.randomUUID()
    await rows(
      `insert into users (id, email, deleted_at, purge_after)
       values ($1::uuid, $1::text, ${purgeAfter && 'now()'}, ${purgeAfter})`,
      [user],
    )
    return user
  }
  /** @param due when its time is over, in SQL; null for one that nobody deleted */
  async function newConversation(user: string, due: string | null, messages: number): Promise<string> {
    const id = crypto.randomUUID()
    await rows(
      `insert into conversations (user_id, id, message_count, last_seq, last_branch, deleted_at, purge_after)
       values ($1, $2, $3::int, $3::int, 1, ${due && 'now()'}, ${due})`,
      [user, id, messages],
    )
    await rows(
      `insert into messages (user_id, id, conversation_id, seq, depth, role, content)
       select $1, gen_random_uuid(), $2, n, n, 'user', 'Text' from generate_series(1, $3::int) n`,
      [user, id, messages],
    )
    return id
  }
  const events = (user: string, resource: string) =>
    rows<{ actor: string; action: string; count: number }>(
      `select actor, action, count(*)::int from audit_events
       where user_id = $1 and resource = $2 and action <> 'create' group by 1, 2`,
      [user, resource],
    )

  it('goes when its time is over, with all that hangs on it, and an event for each row', async () => {
    const user = await newUser()
    const kept = [
      await newConversation(user, null, 3),
      await newConversation(user, `now() + interval '1 minute'`, 3),
    ].toSorted()
    const small = await newConversation(user, 'now()', 2)
    await newConversation(user, `now() - interval '1 day'`, 4_500)
    await newConversation(user, 'now()', 0)
    await rows(
      `insert into embedding_jobs (user_id, conversation_id, message_id) select user_id, conversation_id, id from messages where conversation_id = $1`,
      [small],
    )
    await rows(
      `insert into chat_vectors (user_id, id, conversation_id, message_id, model, embedding)
       select user_id, gen_random_uuid(), conversation_id, id, 'custom', array_fill(1, array[1536])::vector::halfvec
       from messages where conversation_id = $1`,
      [small],
    )
    expect(await trash.purgeConversations(NEVER)).toEqual([{ conversations: 3, messages: 4_502 }, null])
    const left = await rows<{ id: string }>('select id from conversations where user_id = $1 order by id', [user])
    expect(left.map(({ id }) => id)).toEqual(kept)
    expect([
      await count('messages', user),
      await count('chat_vectors', user),
      await count('embedding_jobs', user),
    ]).toEqual([6, 0, 0])
    expect(await events(user, 'conversation')).toEqual([{ actor: 'system', action: 'purge', count: 3 }])
    expect(await events(user, 'message')).toEqual([{ actor: 'system', action: 'purge', count: 4_502 }])
    expect(await events(user, 'vector')).toEqual([{ actor: 'system', action: 'purge', count: 2 }])
    expect(await trash.purgeConversations(NEVER)).toEqual([{ conversations: 0, messages: 0 }, null])
  })

  it('cannot be restored any more once a part of it is gone', async () => {
    const user = await newUser()
    const id = await newConversation(user, 'now()', 4_500)
    let writes = 1
    const dying: Database = {
      ...database(),
      write: (...call) =>
        writes-- > 0 ? database().write(...call) : Promise.resolve(fail({ code: 'database_unavailable' })),
    }
    expect((await createTrashRepository(dying).purgeConversations(NEVER))[1]).toMatchObject({
      code: 'database_unavailable',
    })
    expect(await count('messages', user)).toBe(2_500)
    expect((await restoreConversation(ownerOf(user), user, id))[1]).toMatchObject({ code: 'not_found' })
    await trash.purgeConversations(NEVER)
    expect([await count('messages', user), await count('conversations', user)]).toEqual([0, 0])
  })

  it('is purged by the sweep where it is too much for one call, and gone from that call on', async () => {
    const user = await newUser()
    const big = await newConversation(user, null, 5_001)
    const small = await newConversation(user, `now() + interval '1 day'`, 5_000)
    const db = ownerOf(user)
    for (const id of [big, small]) {
      const [preview] = await previewPurge(db, user, id)
      expect(preview?.messageCount).toBe(id === big ? 5_001 : 5_000)
      expect(await purgeConversation(db, user, id, preview?.state ?? null)).toEqual([undefined, null])
      for (const answer of [
        await createConversationRepository(db, user).get(id),
        await restoreConversation(db, user, id),
        await previewPurge(db, user, id),
        await purgeConversation(db, user, id, preview?.state ?? null),
      ]) {
        expect(answer[1]).toMatchObject({ code: 'not_found' })
      }
    }
    expect([await count('messages', user), await count('conversations', user)]).toEqual([5_001, 1])
    await trash.purgeConversations(NEVER)
    expect([await count('messages', user), await count('conversations', user)]).toEqual([0, 0])
    expect((await events(user, 'message')).toSorted((a, b) => a.count - b.count)).toEqual([
      { actor: 'user', action: 'purge', count: 5_000 },
      { actor: 'system', action: 'purge', count: 5_001 },
    ])
  })

  it.skipIf(embedded)('can be removed by many at once', async () => {
    const user = await newUser()
    for (let i = 0; i < 8; i++) await newConversation(user, 'now()', 700)
    const all = await Promise.all(Array.from({ length: 5 }, () => trash.purgeConversations(NEVER)))
    expect(all.map(([, error]) => error)).toEqual(all.map(() => null))
    expect(all.reduce((sum, [removed]) => sum + (removed?.messages ?? 0), 0)).toBe(5_600)
    expect(await events(user, 'message')).toEqual([{ actor: 'system', action: 'purge', count: 5_600 }])
    // Who came first may have left the last ones to those who held them.
    await trash.purgeConversations(NEVER)
    expect(await count('conversations', user)).toBe(0)
  })

  it('is left to the purge of its account where that is due, too', async () => {
    const user = await newUser('now()')
    await newConversation(user, 'now()', 2)
    expect(await trash.purgeConversations(NEVER)).toEqual([{ conversations: 0, messages: 0 }, null])
    expect(await count('messages', user)).toBe(2)
  })

  it('loses its text where it is a single message, and keeps its place', async () => {
    const user = await newUser()
    const id = await newConversation(user, null, 2_100)
    await rows(
      `update messages set deleted_at = now(), parts = '[{"type":"text","text":"Text"}]', reasoning = 'Text',
         attachments = '[{"name":"Text"}]', metadata = '{"a":"Text"}',
         purge_after = case when seq = 1 then now() + interval '1 minute' else now() end
       where conversation_id = $1 and seq < 2100`,
      [id],
    )
    expect(await trash.wipeMessages(NEVER)).toEqual([2_098, null])
    expect(await trash.wipeMessages(NEVER)).toEqual([0, null])
    const saying = await rows<{ seq: number }>(
      `select seq from messages m where conversation_id = $1 and m::text like '%Text%' order by seq`,
      [id],
    )
    expect(saying).toEqual([{ seq: 1 }, { seq: 2_100 }])
    expect(await count('messages', user)).toBe(2_100)
    const wiped = (await events(user, 'message')).filter(({ actor }) => actor === 'system')
    expect(wiped).toEqual([{ actor: 'system', action: 'update', count: 2_098 }])
  })

  it('is all that parley_system can reach: the database itself holds it to what is due', async () => {
    const user = await newUser()
    await newConversation(user, `now() + interval '1 minute'`, 2)
    await newConversation(user, null, 2)
    await rows(
      `update messages set deleted_at = now(), purge_after = now() + interval '1 minute' where user_id = $1 and seq = 1`,
      [user],
    )
    for (const statement of [
      'delete from messages where user_id = $1',
      'delete from conversations where user_id = $1',
      'update conversations set purge_after = now() where user_id = $1',
      `update messages set content = '' where user_id = $1`,
    ]) {
      const { rowCount } = await place.as('parley_system', (client) => client.query(statement, [user]))
      expect([statement, rowCount]).toEqual([statement, 0])
    }
    await rows('update messages set purge_after = now() where user_id = $1 and seq = 1', [user])
    await expect(
      place.as('parley_system', (client) =>
        client.query(`update messages set content = 'Forged' where user_id = $1`, [user]),
      ),
    ).rejects.toThrow('write none')
    await rows('update messages set purge_after = null, deleted_at = null, search = null where user_id = $1', [user])
    for (const change of [
      `content = 'Forged', search = ''`,
      `search = '', parts = '[]'`,
      `search = '', content = ''`,
    ]) {
      await expect(
        place.as('parley_system', (client) => client.query(`update messages set ${change} where user_id = $1`, [user])),
      ).rejects.toThrow('write none')
    }
  })
})
