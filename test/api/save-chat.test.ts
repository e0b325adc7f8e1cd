import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bot, type Chat, newChat, type Saved, type Sent, text, tool, user } from './chat-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { idsOf, type Message, openConversation, queryAsSuperuser, read, search } from './helpers.ts'

const api = createApi()
let ada: TestUser
let chat: Chat

beforeAll(async () => {
  ada = await api.newUser()
})
beforeEach(() => {
  chat = newChat(ada)
})

const asked = (more: Sent) => [{ id: 'b1', role: 'assistant', parts: [tool('input-available')], ...more }]

describe('Saving a chat', () => {
  it('creates the conversation with its messages, and writes nothing the second time', async () => {
    const said = [user('msg-1', 'When do apples ripen?'), bot('msg-2', 'In autumn.', { metadata: { model: 'x' } })]
    const response = await ada.put(chat.path, { messages: said })
    expect(response.headers.get('Location')).toBe(`/v1/conversations/${chat.id}`)
    expect(await read<Saved>(response, 201)).toEqual({
      data: [
        { sentId: 'msg-1', id: 'msg-1', result: 'created' },
        { sentId: 'msg-2', id: 'msg-2', result: 'created' },
      ],
    })
    const stored = await chat.conversation()
    expect(stored).toMatchObject({ title: 'When do apples ripen?', messageCount: 2, activeLeafId: 'msg-2' })
    const rows = await chat.list()
    expect(rows.map(({ id, seq, parentId, role, status }) => [id, seq, parentId, role, status])).toEqual([
      ['msg-1', 1, null, 'user', 'complete'],
      ['msg-2', 2, 'msg-1', 'assistant', 'complete'],
    ])
    expect(rows[1]).toMatchObject({ parts: [text('In autumn.')], metadata: { model: 'x' } })
    expect(rows[0]).not.toHaveProperty('sentId')
    await chat.expectUnchanged(said)
  })

  it('adds what is new behind what is there, and makes it searchable', async () => {
    const said = [user('u1', 'one'), bot('b1', 'two')]
    await chat.save(said, 201)
    const word = `zebra${crypto.randomUUID().slice(0, 8)}`
    expect(await chat.results([...said, user('u2', `A ${word} crosses the road`)])).toEqual([
      'unchanged',
      'unchanged',
      'created',
    ])
    expect((await chat.list()).map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(idsOf((await search(ada, { query: word, mode: 'keyword' })).data)).toEqual(['u2'])
    expect((await search(ada, { query: `A ${word} crosses the road`, mode: 'semantic' })).data[0]?.id).toBe('u2')
  })

  it('takes up where messages were appended', async () => {
    await openConversation(ada, { id: chat.id })
    await chat.append({ id: 'u1', role: 'user', content: 'one' })
    await chat.append({ id: 'empty', role: 'assistant', content: '' })
    await chat.expectUnchanged([user('u1', 'one'), { id: 'empty', role: 'assistant', parts: [] }])
    expect(
      await chat.results([user('u1', 'one'), { id: 'empty', role: 'assistant', parts: [] }, user('u2', 'two')]),
    ).toEqual(['unchanged', 'unchanged', 'created'])
    await chat.append({ id: 'b2', role: 'assistant', content: 'three' })
    expect(await chat.shown()).toBe('one  two three')
  })

  it('extends a message that is in progress, and finishes it', async () => {
    const question = user('u1', 'Tell me')
    await chat.save([question, bot('b1', 'Once', { status: 'in_progress' })], 201)
    const half = [question, bot('b1', 'Once upon', { status: 'in_progress', metadata: { n: 1 } })]
    expect(await chat.results(half)).toEqual(['unchanged', 'updated'])
    expect((await chat.list())[1]).toMatchObject({ content: 'Once upon', status: 'in_progress', metadata: { n: 1 } })
    await chat.expectUnchanged(half)
    // The same text without a status: the stream has ended.
    expect(await chat.results([question, bot('b1', 'Once upon')])).toEqual(['unchanged', 'updated'])
    const [, finished] = await chat.list()
    expect(finished).toMatchObject({ content: 'Once upon', status: 'complete', metadata: { n: 1 } })
    expect((await chat.conversation()).messageCount).toBe(2)
    expect((await search(ada, { query: 'Once upon', mode: 'semantic' })).data.map(({ id }) => id)).toContain('b1')
    await chat.expectUnchanged([question, bot('b1', 'Once upon')])
  })

  it.each([
    ['input-streaming', {}],
    ['input-available', {}],
    ['approval-requested', { approval: { id: 'a1' } }],
    ['approval-responded', { approval: { id: 'a1', approved: true } }],
  ])('extends a message that awaits a tool: %s', async (waiting, more) => {
    const before = { id: 'b1', role: 'assistant', parts: [{ type: 'step-start' }, tool(waiting, more)] }
    await chat.save([user('u1', 'Weather?'), before], 201)
    await chat.expectUnchanged([user('u1', 'Weather?'), before])
    const after = {
      ...before,
      parts: [{ type: 'step-start' }, tool('output-available', { output: 21 }), text('Warm.')],
    }
    expect(await chat.results([user('u1', 'Weather?'), after])).toEqual(['unchanged', 'updated'])
    expect((await chat.list())[1]).toMatchObject({ content: 'Warm.', parts: after.parts, status: 'complete' })
    const edited = { ...before, parts: [text('Cold.')] }
    expect(await chat.results([user('u1', 'Weather?'), edited])).toEqual(['unchanged', 'created'])
  })

  it('keeps a message in progress while it awaits a tool', async () => {
    await chat.save(asked({ status: 'in_progress' }), 201)
    await chat.expectUnchanged(asked({}))
    expect(await chat.results(asked({ metadata: { seen: true } }))).toEqual(['updated'])
    expect((await chat.list())[0]).toMatchObject({ status: 'in_progress', metadata: { seen: true } })
  })

  it('never overwrites a finished message: an edit is a branch, found again by its sent id', async () => {
    const said = [user('u1', 'one'), bot('b1', 'two'), user('u2', 'three'), bot('b2', 'four')]
    await chat.save(said, 201)
    const edited = [user('u1', 'one'), bot('b1', 'two'), user('u2', 'three, edited'), bot('b2', 'four anew')]
    const saved = await chat.save(edited)
    expect(saved.map(({ result }) => result)).toEqual(['unchanged', 'unchanged', 'created', 'created'])
    expect(saved.map(({ sentId }) => sentId)).toEqual(['u1', 'b1', 'u2', 'b2'])
    const [, , third, fourth] = await chat.list()
    expect([third, fourth].map((m) => [m?.id, m?.sentId, m?.content])).toEqual([
      [saved[2]?.id, 'u2', 'three, edited'],
      [saved[3]?.id, 'b2', 'four anew'],
    ])
    expect(third?.id).not.toBe('u2')
    expect((await read<Message>(ada.get(`${chat.path}/${third?.id}`))).sentId).toBe('u2')
    expect(await chat.shown('&leafId=b2')).toBe('one two three four')
    await chat.expectUnchanged(edited)
    await chat.expectUnchanged(said)
    // A reader of the list knows it by its id.
    await chat.expectUnchanged([
      ...edited.slice(0, 2),
      { ...edited[2], id: third?.id },
      { ...edited[3], id: fourth?.id },
    ])
    expect(await chat.results([...edited, user('u3', 'five')])).toEqual([
      ...Array<string>(4).fill('unchanged'),
      'created',
    ])
    expect(await chat.shown()).toBe('one two three, edited four anew five')
    expect((await chat.list('&view=tree')).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('makes a branch where a message of the list is left out, or the first is another one', async () => {
    const said = [user('u1', 'one'), bot('b1', 'two'), user('u2', 'three')]
    await chat.save(said, 201)
    const shorter = [user('u1', 'one'), user('u2', 'three')]
    expect(await chat.results(shorter)).toEqual(['unchanged', 'created'])
    expect(await chat.shown()).toBe('one three')
    await chat.expectUnchanged(shorter)
    const other = [user('v1', 'anew'), bot('b1', 'two')]
    expect(await chat.results(other)).toEqual(['created', 'created'])
    expect(await chat.shown()).toBe('anew two')
    await chat.expectUnchanged(other)
    await chat.expectUnchanged(said)
    const changed = [user('u1', 'one, edited')]
    expect(await chat.results(changed)).toEqual(['created'])
    await chat.expectUnchanged(changed)
    expect((await chat.list())[0]).toMatchObject({ parentId: null, sentId: 'u1' })
  })

  it('finds the place of a list that holds only the end of the chat', async () => {
    const said = [user('u1', 'one'), bot('b1', 'two'), user('u2', 'three')]
    await chat.save(said, 201)
    await chat.expectUnchanged(said.slice(1))
    const end = [...said.slice(1), bot('b2', 'four')]
    expect(await chat.results(end)).toEqual(['unchanged', 'unchanged', 'created'])
    await chat.expectUnchanged(end)
    const edited = [bot('b1', 'two, edited'), user('u2', 'three')]
    expect(await chat.results(edited)).toEqual(['created', 'created'])
    expect(await chat.shown()).toBe('one two, edited three')
    await chat.expectUnchanged(edited)
    await chat.expectUnchanged(end)
  })

  it('removes nothing and shows nothing else for a list that is shorter', async () => {
    const said = [user('u1', 'one'), bot('b1', 'two'), user('u2', 'three')]
    await chat.save(said, 201)
    await chat.expectUnchanged(said.slice(0, 1))
    expect(await chat.shown()).toBe('one two three')
  })

  it('leaves a deleted message deleted, and goes on under it', async () => {
    const said = [user('u1', 'one'), bot('b1', 'two')]
    await chat.save(said, 201)
    await ada.delete(`${chat.path}/b1`)
    await chat.expectUnchanged(said)
    expect(await chat.results([...said, user('u2', 'three')])).toEqual(['unchanged', 'unchanged', 'created'])
    expect(await chat.shown()).toBe('one three')
    expect((await chat.conversation()).messageCount).toBe(2)
    // Long after: what it said is gone.
    await queryAsSuperuser(
      `update messages set content = '', parts = null, metadata = '{}', purge_after = null
       where user_id = $1 and conversation_id = $2 and id = 'b1'`,
      [ada.sub, chat.id],
    )
    await chat.expectUnchanged([...said, user('u2', 'three')])
    // Its id is used.
    expect(await chat.results([user('u1', 'one'), bot('b1', 'two'), user('u2', 'other')])).toEqual([
      'unchanged',
      'unchanged',
      'created',
    ])
  })

  it('does not finish a message that was deleted meanwhile', async () => {
    await chat.save([user('u1', 'one'), bot('b1', 'tw', { status: 'in_progress' })], 201)
    await ada.delete(`${chat.path}/b1`)
    await chat.expectUnchanged([user('u1', 'one'), bot('b1', 'two')])
    expect(await chat.shown()).toBe('one')
  })

  it('compares what was sent and nothing else', async () => {
    const full = bot('b1', 'two', {
      metadata: { a: null, b: [1.5, { c: true }] },
      model: 'example-1',
      usage: { inputTokens: 3 },
      reasoning: 'Thinking',
      status: 'stopped',
      attachments: [{ name: 'a.txt', mediaType: 'text/plain', url: 'https://example.com/a.txt' }],
    })
    await chat.save([full], 201)
    await chat.expectUnchanged([full])
    await chat.expectUnchanged([bot('b1', 'two')])
    let sibling = 0
    for (const change of [
      { role: 'system' },
      { model: null },
      { usage: null },
      { reasoning: null },
      { attachments: [] },
      { content: 'three' },
      { parts: [{ ...text('two'), state: 'done' }] },
    ]) {
      const changed = [{ ...full, ...change }]
      expect([change, await chat.results(changed)]).toEqual([change, ['created']])
      expect([change, await chat.results(changed)]).toEqual([change, ['unchanged']])
      sibling += 1
    }
    expect((await chat.list('&siblings=true'))[0]).toMatchObject({ siblings: { position: sibling + 1 } })
  })
})
