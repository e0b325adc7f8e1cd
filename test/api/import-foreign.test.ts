import { describe, expect, it } from 'vitest'
import type { UIMessage } from '../../src/features/import/schemas.ts'
import { chatGptConversation, IDS } from './chat-gpt-fixture.ts'
import { createApi, type TestUser } from './harness.ts'
import { type Conversation, type Message, type Page, read, search } from './helpers.ts'
import { dataOf, exportOf, importJson } from './import-helpers.ts'
import { TURN } from './parts-fixtures.ts'

const api = createApi()
const list = async (user: TestUser) => (await read<Page<Conversation>>(user.get('/v1/conversations'))).data
const messagesOf = async (user: TestUser, id: string, query = '') =>
  (await read<Page<Message>>(user.get(`/v1/conversations/${id}/messages${query}`))).data
const contents = (messages: readonly Message[]) => messages.map(({ content }) => content)

const CHAT: UIMessage[] = [
  { id: 'msg-1', role: 'user', parts: [{ type: 'text', text: 'Is it cold in Trondheim?' }] },
  { id: 'msg-2', role: 'assistant', parts: TURN, metadata: { tokens: 12 } },
]

const saidBy = (text: unknown, fields: object = {}) => ({
  author: { role: 'user' },
  content: { content_type: 'text', parts: [text] },
  ...fields,
})
const node = (id: string, parent: string | null, text: string) => ({ id, parent, message: saidBy(text, { id }) })

describe('A list of UIMessages', () => {
  it('becomes a conversation, with its tool calls as they were', async () => {
    const user = await api.newUser()
    const report = await importJson(api, user, CHAT)
    expect(report).toEqual({
      format: 'uiMessages',
      complete: true,
      taken: { conversation: 1, message: 2 },
      skipped: {},
      refused: {},
      errors: [],
      into: expect.any(String),
    })
    expect(await list(user)).toMatchObject([{ id: report.into, title: 'Is it cold in Trondheim?', messageCount: 2 }])
    const [question, answer] = await messagesOf(user, report.into ?? '')
    expect(question).toMatchObject({ id: 'msg-1', role: 'user', seq: 1, parentId: null, parts: CHAT[0]?.parts })
    expect(answer).toMatchObject({
      id: 'msg-2',
      role: 'assistant',
      seq: 2,
      parentId: 'msg-1',
      metadata: { tokens: 12 },
    })
    expect(answer?.parts).toEqual(TURN)
    expect(answer?.content).toBe('Let me look. \n\nIt is freezing.')
    expect((await search(user, { query: 'cold Trondheim' })).data[0]).toMatchObject({ id: question?.id })
  })

  it('is one request to the database', async () => {
    const user = await api.newUser()
    const before = await api.posts()
    await importJson(api, user, CHAT)
    expect((await api.posts()) - before).toBe(1)
  })

  it('is recognised, and goes on where it has grown', async () => {
    const user = await api.newUser()
    const { into = '' } = await importJson(api, user, CHAT)
    const before = dataOf(await exportOf(user))
    expect(await importJson(api, user, CHAT)).toMatchObject({
      taken: {},
      skipped: { conversation: 1, message: 2 },
      into,
    })
    expect(dataOf(await exportOf(user))).toEqual(before)
    const more = { id: 'msg-3', role: 'user', parts: [{ type: 'text', text: 'And tomorrow?' }] }
    expect(await importJson(api, user, [...CHAT, more])).toMatchObject({ taken: { message: 1 }, into })
    expect((await messagesOf(user, into)).map(({ seq }) => seq)).toEqual([1, 2, 3])
    // Another chat whose ids are the same is another conversation.
    const other = { id: 'msg-1', role: 'user', parts: [{ type: 'text', text: 'Something else' }] }
    expect((await importJson(api, user, [other])).taken).toEqual({ conversation: 1, message: 1 })
    expect(await list(user)).toHaveLength(2)
  })

  it('keeps the ids of messages as they are, and goes into the conversation that is named', async () => {
    const user = await api.newUser()
    const [id, into] = [crypto.randomUUID(), crypto.randomUUID()]
    const message = { ...CHAT[0], id: id.toUpperCase(), createdAt: '2025-01-02T03:04:05+01:00' }
    const report = await importJson(api, user, [message], `?conversationId=${into}`)
    expect(report).toMatchObject({ taken: { conversation: 1, message: 1 }, into })
    expect(await messagesOf(user, into)).toMatchObject([
      { id: id.toUpperCase(), createdAt: '2025-01-02T02:04:05.000Z' },
    ])
    // Its id means something in one conversation only.
    const elsewhere = await importJson(api, user, [message], `?conversationId=${crypto.randomUUID()}`)
    expect(elsewhere).toMatchObject({
      taken: { conversation: 1, message: 1 },
      refused: {},
    })
  })

  it('loses what is none, and what followed hangs on the message before it', async () => {
    const user = await api.newUser()
    const bad = [7, null, { id: 'x', role: 'robot', parts: [] }, { ...CHAT[0], id: '' }, { ...CHAT[0], content: 'Hm' }]
    const spoilt = { id: 'n', role: 'user', parts: [{ type: 'text', text: 'a\0' }] }
    const report = await importJson(api, user, [CHAT[0], ...bad, spoilt, CHAT[1]])
    expect(report).toMatchObject({ taken: { conversation: 1, message: 2 }, refused: { message: 6 } })
    expect(report.errors.map(({ line, path }) => [line, path])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, 'role'],
      [4, 'id'],
      [5, 'content'],
      [6, 'parts.0.text'],
    ])
    expect(await messagesOf(user, report.into ?? '')).toHaveLength(2)
    const nothing = await importJson(api, user, bad)
    expect([nothing.taken, 'into' in nothing]).toEqual([{}, false])
    expect((await importJson(api, user, [])).taken).toEqual({})
  })

  it('may be long', { tags: 'slow' }, async () => {
    const user = await api.newUser()
    const chat = Array.from({ length: 1_234 }, (_, n) => ({
      id: `m${n}`,
      role: 'user',
      parts: [{ type: 'text', text: `${n}` }],
    }))
    const before = await api.posts()
    const { taken, into = '' } = await importJson(api, user, chat)
    expect([taken, (await api.posts()) - before]).toEqual([{ conversation: 1, message: 1_234 }, 13])
    expect(await read(user.get(`/v1/conversations/${into}`))).toMatchObject({
      messageCount: 1_234,
      lastMessage: { preview: '1233' },
    })
    expect(contents(await messagesOf(user, into, '?order=desc&limit=2'))).toEqual(['1233', '1232'])
  })
})

describe("ChatGPT's conversations.json", () => {
  it('becomes conversations with their branches, tool calls and times', async () => {
    const user = await api.newUser()
    const report = await importJson(api, user, [chatGptConversation()])
    expect(report).toEqual({
      format: 'chatgpt',
      complete: true,
      taken: { conversation: 1, message: 8 },
      skipped: { message: 3, image: 1 },
      refused: {},
      errors: [],
    })
    const [conversation] = await list(user)
    expect(conversation).toMatchObject({
      id: IDS.conversation,
      title: 'Plotting rainfall',
      archived: true,
      createdAt: '2024-03-09T16:00:00.250Z',
      lastActivityAt: '2024-03-09T17:00:00.500Z',
      messageCount: 8,
      activeLeafId: IDS.answer,
    })
    const shown = await messagesOf(user, IDS.conversation)
    expect(shown.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Plot the rainfall\nof this table.'],
      ['assistant', 'df.plot()'],
      ['tool', '<Figure size 640x480>'],
      ['assistant', ''],
      ['assistant', 'Here is your plot.'],
    ])
    expect(shown[1]?.metadata).toEqual({ chatgpt: { contentType: 'code', tool: 'python', language: 'python' } })
    expect(shown[2]?.metadata).toEqual({ chatgpt: { contentType: 'execution_output', tool: 'python' } })
    expect(shown[3]?.reasoning).toBe('Looking\nat the axes')
    expect(shown[4]).toMatchObject({ id: IDS.answer, model: 'gpt-4o', createdAt: '2024-03-09T16:58:20.000Z' })
    const branches = await messagesOf(user, IDS.conversation, '?view=tree')
    expect(contents(branches)).toContain('Rainfall where?')
    const [first] = await read<Page<Message & { siblings: { ids: string[]; leafIds: string[]; position: number } }>>(
      user.get(`/v1/conversations/${IDS.conversation}/messages?siblings=true&limit=1`),
    ).then(({ data }) => data)
    expect(first?.siblings).toEqual({ ids: [IDS.draft, IDS.question], leafIds: [IDS.reply, IDS.answer], position: 2 })
  })

  it('is recognised, and goes on where it has grown', async () => {
    const user = await api.newUser()
    const first = chatGptConversation()
    await importJson(api, user, [first])
    const before = dataOf(await exportOf(user))
    expect((await importJson(api, user, [first])).taken).toEqual({})
    expect(dataOf(await exportOf(user))).toEqual(before)
    const grown = chatGptConversation({ more: 'Thank you' })
    expect((await importJson(api, user, [grown])).taken).toEqual({ message: 1 })
    expect(contents(await messagesOf(user, IDS.conversation)).at(-1)).toBe('Thank you')
  })

  it('takes ids that are no UUIDs, and none at all', async () => {
    const user = await api.newUser()
    const mapping = { a: node('a', null, 'one'), b: node('b', 'a', 'two') }
    const file = [{ conversation_id: 'c-1', mapping, current_node: 'b' }, { mapping: { a: node('a', null, 'three') } }]
    expect((await importJson(api, user, file)).taken).toEqual({ conversation: 2, message: 3 })
    expect(await importJson(api, user, file)).toMatchObject({ taken: {}, skipped: { conversation: 2, message: 3 } })
    expect((await list(user)).map(({ title }) => String(title)).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'one',
      'three',
    ])
  })

  it('leaves out what it cannot read, wherever that stands, and takes the rest', async () => {
    const user = await api.newUser()
    const mapping = {
      root: { id: 'root', message: null, parent: null },
      long: { message: saidBy('x'.repeat(200_001)), parent: 'root' },
      after: { message: saidBy('after'), parent: 'long' },
      none: { message: saidBy(7, { create_time: 'yesterday' }), parent: 'after' },
      last: { message: saidBy('last', { create_time: -1, metadata: 'x', status: {} }), parent: 'none' },
      round: { message: saidBy('round'), parent: 'about' },
      about: { message: saidBy('about'), parent: 'round' },
      orphan: { message: saidBy('orphan'), parent: 'nobody' },
      broken: 7,
    }
    const file = [{ mapping, title: 7, create_time: {} }, { title: 'No nodes' }, 7, { mapping: {} }]
    const report = await importJson(api, user, file)
    expect(report).toMatchObject({ taken: { conversation: 2, message: 3 }, refused: { message: 3, conversation: 2 } })
    expect(report.errors.map(({ line, path }) => [line, path])).toEqual([
      [0, 'mapping.round.parent'],
      [0, 'mapping.about.parent'],
      [0, 'mapping.long.content'],
      [1, 'mapping'],
      [2, 'mapping'],
    ])
    const { id = '' } = (await list(user)).find(({ messageCount }) => messageCount === 3) ?? {}
    expect(contents(await messagesOf(user, id, '?view=tree')).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'after',
      'last',
      'orphan',
    ])
  })
})
