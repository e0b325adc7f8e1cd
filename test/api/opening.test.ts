import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  type Conversation,
  expectProblem,
  expectRefused,
  type Message,
  openConversation,
  type Page,
  read,
  search,
} from './helpers.ts'

const LIST = '/v1/conversations'
const api = createApi()
let ada: TestUser

beforeEach(async () => {
  ada = await api.newUser()
})

interface Opened extends Conversation {
  messages: Message[]
}
const messagesOf = async (id: string) => (await read<Page<Message>>(ada.get(`${LIST}/${id}/messages`))).data
const said = (content: string, more: object = {}) => ({ role: 'user', content, ...more })

describe('A conversation with its first messages', () => {
  it('is one request to the database, and all there at once', async () => {
    const ids = [crypto.randomUUID(), crypto.randomUUID()]
    const before = await api.posts()
    const answer = await ada.post(LIST, {
      tags: ['a'],
      messages: [
        said('How do I prune roses?', { id: ids[0] }),
        { role: 'assistant', parts: [{ type: 'text', text: 'In spring.' }], id: ids[1] },
      ],
    })
    expect((await api.posts()) - before).toBe(1)
    const { messages, ...opened } = await read<Opened>(answer, 201)
    expect(opened).toMatchObject({
      title: 'How do I prune roses?',
      tags: ['a'],
      messageCount: 2,
      activeLeafId: ids[1],
      lastActivityAt: opened.createdAt,
      lastMessage: { id: ids[1], role: 'assistant', preview: 'In spring.' },
    })
    expect(messages).toMatchObject([
      { id: ids[0], seq: 1, parentId: null, conversationId: opened.id, content: 'How do I prune roses?' },
      { id: ids[1], seq: 2, parentId: ids[0], content: 'In spring.', status: 'complete' },
    ])
    expect(await read(ada.get(`${LIST}/${opened.id}`))).toEqual(opened)
    expect(answer.headers.get('ETag')).toBe((await ada.get(`${LIST}/${opened.id}`)).headers.get('ETag'))
    expect(answer.headers.get('Location')).toBe(`${LIST}/${opened.id}`)
    expect(await messagesOf(opened.id)).toEqual(messages)
    const { data } = await search(ada, { query: 'prune roses' })
    expect(data.map(({ id }) => id)).toContain(ids[0])
  })

  it('says nothing of messages where none were sent', async () => {
    expect(await openConversation(ada)).not.toHaveProperty('messages')
  })

  it('may begin with branches', async () => {
    const [a, b, c] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
    const { id } = await read<Opened>(
      ada.post(LIST, { messages: [said('A', { id: a }), said('B', { id: b }), said('C', { id: c, parentId: a })] }),
      201,
    )
    expect((await messagesOf(id)).map((message) => message.id)).toEqual([a, c])
  })

  it('is not there at all where something is wrong with a message', async () => {
    const id = crypto.randomUUID()
    const twice = { id, messages: [said('One', { id: 'welcome' }), said('Two', { id: 'welcome' })] }
    await expectProblem(await ada.post(LIST, twice), 409, 'conflict')
    const stray = { id, messages: [said('One'), said('Two', { parentId: crypto.randomUUID() })] }
    await expectRefused(await ada.post(LIST, stray), 'messages.1.parentId')
    await expectRefused(await ada.post(LIST, { id, messages: [{ role: 'user' }] }), 'messages.0.content')
    await expectRefused(await ada.post(LIST, { id, messages: [] }), 'messages')
    const many = { id, messages: Array.from({ length: 101 }, () => said('x')) }
    await expectRefused(await ada.post(LIST, many), 'messages')
    await expectProblem(await ada.get(`${LIST}/${id}`), 404, 'not_found')
  })

  it('is opened once for one Idempotency-Key, and the answer comes again', async () => {
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const body = { systemPrompt: 'Be brief', messages: [said('One', { metadata: { a: [1] } }), said('Two')] }
    const first = await read<Opened>(ada.post(LIST, body, headers), 201)
    await ada.patch(`${LIST}/${first.id}/messages/${first.messages[0]?.id}`, { content: 'Changed' })
    const again = await ada.post(LIST, body, headers)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await read<Opened>(again, 201)).toEqual(first)
    expect((await read<Page<Conversation>>(ada.get(LIST))).data).toHaveLength(1)
  })
})
