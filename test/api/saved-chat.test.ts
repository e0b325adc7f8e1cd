import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bot, type Chat, newChat, type Saved, type Sent, user } from './chat-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { type Conversation, expectProblem, expectRefused, type Page, read } from './helpers.ts'

const api = createApi()
let ada: TestUser
let chat: Chat

beforeAll(async () => {
  ada = await api.newUser()
})
beforeEach(() => {
  chat = newChat(ada)
})

const long = (letter: string, length: number) =>
  Array.from({ length: 36 }, (_, n) => bot(`m${n}`, letter.repeat(length)))

describe('A saved chat', () => {
  it('takes a state that was asked for, and tells the new one', async () => {
    const said = [user('u1', 'one')]
    const first = await ada.put(chat.path, { messages: said })
    const old = first.headers.get('ETag') ?? ''
    expect(old).toBe((await ada.get(`/v1/conversations/${chat.id}`)).headers.get('ETag'))
    const second = await ada.put(chat.path, { messages: [...said, bot('b1', 'two')] }, { 'If-Match': old })
    expect(second.status).toBe(200)
    const now = second.headers.get('ETag') ?? ''
    expect(now).not.toBe(old)
    const before = await chat.state()
    await expectProblem(
      await ada.put(chat.path, { messages: [...said, bot('b2', 'x')] }, { 'If-Match': old }),
      412,
      'precondition_failed',
    )
    expect(await chat.state()).toEqual(before)
    const same = await ada.put(chat.path, { messages: said }, { 'If-Match': now })
    expect([same.status, same.headers.get('ETag')]).toEqual([200, now])
    const nowhere = `/v1/conversations/${crypto.randomUUID()}/messages`
    for (const tag of [now, '*', '"1"', 'W/"1-a"', '"99999999999999999999-a"']) {
      const there = tag === '*' || tag === now ? 200 : 412
      expect([tag, (await ada.put(chat.path, { messages: said }, { 'If-Match': tag })).status]).toEqual([tag, there])
      await expectProblem(await ada.put(nowhere, { messages: said }, { 'If-Match': tag }), 404, 'not_found')
    }
    await expectProblem(await ada.get(nowhere), 404, 'not_found')
  })

  it('does not bring back a deleted conversation', async () => {
    await chat.save([user('u1', 'one')], 201)
    await ada.delete(`/v1/conversations/${chat.id}`)
    await expectProblem(await ada.put(chat.path, { messages: [user('u1', 'one')] }), 404, 'not_found')
  })

  it("has nothing to do with another user's conversation of the same id", async () => {
    await chat.save([user('u1', 'one')], 201)
    const before = await chat.state()
    const eve = await api.newUser()
    const { data } = await read<Saved>(eve.put(chat.path, { messages: [user('u1', 'hers')] }), 201)
    expect(data).toEqual([{ sentId: 'u1', id: 'u1', result: 'created' }])
    expect(await chat.state()).toEqual(before)
  })

  it('refuses an id twice, no id, no parts, too many, and leaves no conversation behind', async () => {
    const refuse = async (messages: unknown, ...paths: string[]) =>
      expectRefused(await ada.put(chat.path, { messages }), ...paths)
    await refuse([user('u1', 'one'), bot('u1', 'two')], 'messages.1.id')
    await refuse([{ role: 'user', parts: [] }], 'messages.0.id')
    await refuse([{ id: 'u1', role: 'user', content: 'one' }], 'messages.0.parts')
    await refuse([], 'messages')
    await refuse(
      Array.from({ length: 1001 }, (_, n) => user(`u${n}`, 'x')),
      'messages',
    )
    await expectProblem(await ada.get(`/v1/conversations/${chat.id}`), 404, 'not_found')
    await expectRefused(await ada.put('/v1/conversations/a%20b/messages', { messages: [] }), 'conversationId')
  })

  it('saves a thousand messages in one request to the database', { tags: 'slow' }, async () => {
    const said = Array.from({ length: 1000 }, (_, n) => (n % 2 ? bot : user)(`m${n}`, `This is number ${n}`))
    const posts = await api.posts()
    expect(new Set(await chat.results(said, 201))).toEqual(new Set(['created']))
    expect(await api.posts()).toBe(posts + 1)
    expect(await chat.conversation()).toMatchObject({ messageCount: 1000, activeLeafId: 'm999' })
    expect(new Set(await chat.results(said))).toEqual(new Set(['unchanged']))
    const rows = await chat.list('&order=desc&view=tree')
    expect(rows[0]).toMatchObject({ id: 'm999', seq: 1000, parentId: 'm998' })
  })

  it('takes 7 MiB, unless the database could not be told', { tags: 'slow' }, async () => {
    expect(new Set(await chat.results(long('x', 200_000), 201))).toEqual(new Set(['created']))
    expect((await chat.list())[0]?.content).toHaveLength(200_000)
    // Each quote takes four bytes as JSON within JSON.
    const { detail } = await expectProblem(
      await ada.put(chat.path, { messages: long('"', 100_000) }),
      413,
      'payload_too_large',
    )
    expect(detail).toContain('Send less at once')
  })

  it('goes on in a fork, whose copies have new ids', async () => {
    const said = [user('u1', 'one'), bot('b1', 'two'), user('u1b', 'three')]
    await chat.save(said, 201)
    await chat.save([said[0] as Sent, bot('b1', 'two anew')])
    const copy = await read<Conversation>(ada.post(`/v1/conversations/${chat.id}/fork`, { messageId: 'u1b' }), 201)
    chat = newChat(ada, copy.id)
    expect((await chat.list()).map(({ sentId }) => sentId)).toEqual(['u1', 'b1', 'u1b'])
    expect(await chat.results([...said, bot('b2', 'four')])).toEqual(['unchanged', 'unchanged', 'unchanged', 'created'])
  })

  it('survives export and import with its sent ids', async () => {
    const eve = await api.newUser()
    const said = [user('u1', 'one'), bot('b1', 'two')]
    const edited = [user('u1', 'one'), bot('b1', 'two, edited')]
    await eve.put(chat.path, { messages: said })
    const { data } = await read<Saved>(eve.put(chat.path, { messages: edited }))
    const file = await (await eve.get('/v1/me/export')).text()
    const bob = await api.newUser()
    const imported = await api.call('POST', '/v1/import', {
      body: file,
      headers: { 'Content-Type': 'application/x-ndjson', Authorization: `Bearer ${bob.accessToken}` },
    })
    expect(await read(imported)).toMatchObject({ refused: {} })
    expect(await read<Saved>(bob.put(chat.path, { messages: edited }))).toEqual({
      data: data.map((row) => ({ ...row, result: 'unchanged' })),
    })
  })

  it('counts for quotas as appended messages do', async () => {
    const small = createApi({ QUOTA_MESSAGES: '3' })
    const eve = await small.newUser()
    await read(eve.put(chat.path, { messages: [user('u1', 'one'), bot('b1', 'two')] }), 201)
    const more = [user('u1', 'one'), bot('b1', 'two'), user('u2', 'x'), bot('b2', 'y')]
    await expectProblem(await eve.put(chat.path, { messages: more }), 403, 'quota_exceeded')
    expect(await read(eve.put(chat.path, { messages: more.slice(0, 3) }))).toMatchObject({
      data: [{}, {}, { result: 'created' }],
    })
  })

  it('tells what happened in the audit trail as appends and patches do', async () => {
    await chat.save([user('u1', 'one'), bot('b1', 'tw', { status: 'in_progress' })], 201)
    await chat.save([user('u1', 'one'), bot('b1', 'two')])
    const { data } = await read<Page<Record<string, unknown>>>(ada.get('/v1/audit-events?limit=10'))
    const events = data.filter(({ resource }) => resource !== 'vector').slice(0, 4)
    expect(events.map(({ action, resource, resourceId }) => [action, resource, resourceId])).toEqual([
      ['update', 'message', 'b1'],
      ['create', 'message', expect.stringMatching(/^[bu]1$/)],
      ['create', 'message', expect.stringMatching(/^[bu]1$/)],
      ['create', 'conversation', chat.id],
    ])
    expect(events[0]?.['changed']).toEqual(['content', 'parts', 'status'])
  })
})
