import { beforeAll, describe, expect, inject, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  type Conversation,
  expectProblem,
  type Message,
  openConversation,
  type Page,
  queryAs,
  read,
  say,
  search,
  statusesOf,
} from './helpers.ts'
import { axis } from './vector-helpers.ts'

const LIST = '/v1/conversations'
const api = createApi()
let ada: TestUser

beforeAll(async () => {
  ada = await api.newUser()
})

const newKey = () => crypto.randomUUID()
const withKey = (key: string) => ({ 'Idempotency-Key': key })
const messagesOf = (id: string) => `${LIST}/${id}/messages`
const replayed = (response: Response) => response.headers.get('Idempotency-Replayed')

/** What an answer says, without what tells one request from another. */
async function answerOf(response: Response) {
  const { 'x-request-id': _id, 'server-timing': _timing, ...headers } = Object.fromEntries(response.headers)
  const { 'idempotency-replayed': _replayed, ...rest } = headers
  return { status: response.status, headers: rest, text: await response.text() }
}

const seen = async (user: TestUser, id: string) => (await read<Page<Message>>(user.get(messagesOf(id)))).data

/** Everything that the three routes take. */
const EVERYTHING = {
  conversation: {
    title: 'Größe "😀" \\ \u2028',
    systemPrompt: null,
    metadata: { z: 1.5, a: { 2: [null, true, 'x'], 1: 1e21 }, long: 'é'.repeat(1000) },
    tags: ['b', 'a,"c"', '{}', 'NULL', '\\'],
    pinned: true,
  },
  message: {
    role: 'assistant',
    parts: [
      { type: 'reasoning', text: 'Hm.', state: 'done' },
      { type: 'text', text: 'It is "so"\n\t😀' },
      { type: 'data-note', id: 'n', data: { b: [1, 2.5], a: null } },
    ],
    attachments: [{ name: 'a.txt', mediaType: 'text/plain', url: 'https://example.com/a', size: 7 }],
    reasoning: 'Because.',
    status: 'failed',
    model: 'm-1',
    metadata: { b: 1, a: '' },
  },
}

interface Kind {
  name: string
  /** Where and what to send; its answer is the same only if everything that is made is. */
  request: (user: TestUser) => Promise<[path: string, body: object]>
  /** How many there are. */
  count: (user: TestUser, path: string) => Promise<number>
}

const countVectors = async (user: TestUser) => {
  const { data } = await read<Page<object>>(user.post('/v1/vectors/search', { embedding: axis(3), limit: 50 }))
  return data.length
}

/** Without ids, times and nulls, which may differ from one to the next. */
const shape = (text: string) =>
  text.replaceAll(/"[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}"|\d{4}-\d\d-\d\dT[\d:.]+Z|"seq":\d|null/g, '')

const KINDS: Kind[] = [
  {
    name: 'A conversation',
    request: async () => [LIST, EVERYTHING.conversation],
    count: async (user) => (await read<Page<Conversation>>(user.get(`${LIST}?limit=100`))).data.length,
  },
  {
    name: 'A message',
    request: async (user) => [messagesOf((await openConversation(user)).id), EVERYTHING.message],
    count: async (user, path) => (await read<Page<Message>>(user.get(path))).data.length,
  },
  {
    name: 'Several messages',
    request: async (user) => [
      messagesOf((await openConversation(user)).id),
      { messages: [{ role: 'user', content: 'One' }, EVERYTHING.message, { role: 'tool', content: '' }] },
    ],
    count: async (user, path) => (await read<Page<Message>>(user.get(path))).data.length / 3,
  },
  {
    name: 'A vector',
    request: async () => ['/v1/vectors', { embedding: axis(3), content: 'a "b" 😀', metadata: { b: [1.5], a: {} } }],
    count: (user) => countVectors(user),
  },
  {
    name: 'A vector of a message',
    request: async (user) => {
      const { id: conversationId } = await openConversation(user)
      const [message] = await say(user, conversationId, ' ')
      return ['/v1/vectors', { embedding: axis(3), conversationId, messageId: message?.id, model: 'mine' }]
    },
    count: (user) => countVectors(user),
  },
]

describe.each(KINDS)('$name with an Idempotency-Key', ({ request, count }) => {
  it('is made once; the answer comes again, byte for byte, in one request to the database', async () => {
    const user = await api.newUser()
    const [path, body] = await request(user)
    const before = await count(user, path)
    const key = withKey(newKey())
    const start = await api.posts()
    const first = await user.post(path, body, key)
    expect([first.status, replayed(first), await api.posts()]).toEqual([201, null, start + 1])
    const second = await user.post(path, body, key)
    const third = await user.post(path, body, key)
    expect([replayed(second), replayed(third), await api.posts()]).toEqual(['true', 'true', start + 3])
    const answer = await answerOf(first)
    expect(await answerOf(second)).toEqual(answer)
    expect(await answerOf(third)).toEqual(answer)
    expect(await count(user, path)).toBe(before + 1)
  })

  it('looks just as one without', async () => {
    const user = await api.newUser()
    const [path, body] = await request(user)
    const plain = await read<object>(user.post(path, body), 201)
    const keyed = await read<object>(user.post(path, body, withKey(newKey())), 201)
    expect(shape(JSON.stringify(keyed))).toBe(shape(JSON.stringify(plain)))
    expect(await user.post(path, body).then(replayed)).toBeNull()
  })

  it('is made once by 20 requests at the same moment', async () => {
    const user = await api.newUser()
    const [path, body] = await request(user)
    const before = await count(user, path)
    const key = withKey(newKey())
    const answers = await Promise.all(Array.from({ length: 20 }, () => user.post(path, body, key)))
    expect(statusesOf(answers)).toEqual(Array.from({ length: 20 }, () => 201))
    expect(answers.filter((answer) => replayed(answer) === 'true')).toHaveLength(19)
    const said = await Promise.all(answers.map(answerOf))
    expect(said).toEqual(said.map(() => said[0]))
    expect(await count(user, path)).toBe(before + 1)
  })

  it('belongs to its user', async () => {
    const [bob, kim] = [await api.newUser(), await api.newUser()]
    const key = withKey(newKey())
    const made = await Promise.all([bob, kim].map(async (user) => user.post(...(await request(user)), key)))
    expect(made.map((response) => [response.status, replayed(response)])).toEqual([
      [201, null],
      [201, null],
    ])
  })

  it('is made anew once the key has expired', async () => {
    const user = await api.newUser()
    const [path, body] = await request(user)
    const key = newKey()
    const first = await read<object>(user.post(path, body, withKey(key)), 201)
    await queryAs(user.sub, `update idempotency_keys set expires_at = now() where key = $1`, [key])
    const answers = await Promise.all(Array.from({ length: 5 }, () => user.post(path, body, withKey(key))))
    expect(answers.filter((answer) => replayed(answer) === null)).toHaveLength(1)
    const bodies = await Promise.all(answers.map((answer) => read<object>(answer, 201)))
    expect(bodies).toEqual(bodies.map(() => bodies[0]))
    expect(bodies[0]).not.toEqual(first)
  })
})

describe('The answer that comes again', () => {
  it('is the first one, whatever became of the message', async () => {
    const { id } = await openConversation(ada)
    const send = async () => answerOf(await ada.post(messagesOf(id), { role: 'user', content: 'First' }, key))
    const key = withKey(newKey())
    const first = await send()
    const [message] = (JSON.parse(first.text) as { data: [Message] }).data
    await read(ada.patch(`${messagesOf(id)}/${message.id}`, { content: 'Second', metadata: { a: 1 } }))
    expect(await send()).toEqual(first)
    await ada.delete(`${messagesOf(id)}/${message.id}`)
    expect(await send()).toEqual(first)
    await ada.delete(`${LIST}/${id}`)
    expect(await send()).toEqual(first)
    expect((await ada.get(`${messagesOf(id)}/${message.id}`)).status).toBe(404)
  })

  it('is the first one, whatever became of the conversation', async () => {
    const key = withKey(newKey())
    const send = async () => answerOf(await ada.post(LIST, { title: 'First' }, key))
    const first = await send()
    expect(first.headers['etag']).toMatch(/^"1-[\da-z]+"$/)
    const { id } = JSON.parse(first.text) as Conversation
    expect(first.headers['location']).toBe(`${LIST}/${id}`)
    await say(ada, id, 'Something')
    await read(ada.patch(`${LIST}/${id}`, { title: 'Second' }))
    expect(await send()).toEqual(first)
    await ada.delete(`${LIST}/${id}`)
    expect(await send()).toEqual(first)
  })

  it('leaves the order of what is said alone', async () => {
    const { id } = await openConversation(ada)
    const key = withKey(newKey())
    await say(ada, id, 'a')
    await ada.post(messagesOf(id), { role: 'user', content: 'b' }, key)
    await say(ada, id, 'c')
    await ada.post(messagesOf(id), { role: 'user', content: 'b' }, key)
    expect((await seen(ada, id)).map(({ seq, content }) => `${seq}${content}`)).toEqual(['1a', '2b', '3c'])
    const { messageCount } = await read<Conversation>(ada.get(`${LIST}/${id}`))
    expect(messageCount).toBe(3)
  })

  it('comes with the id that the client chose', async () => {
    const id = crypto.randomUUID()
    const key = withKey(newKey())
    for (const mark of [null, 'true', 'true']) {
      const response = await ada.post(LIST, { id }, key)
      expect([response.status, replayed(response)]).toEqual([201, mark])
    }
    await expectProblem(await ada.post(LIST, { id }), 409, 'conflict')
    await expectProblem(await ada.post(LIST, { id }, withKey(newKey())), 409, 'conflict')
  })

  it('is embedded once', async () => {
    const faults = inject('faults')
    const content = `Text ${newKey()}`
    const counting = createApi({
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_BASE_URL: `${faults}/embedder/ok`,
      EMBEDDING_API_KEY: 'key',
    })
    const user = counting.as(ada)
    const { id } = await openConversation(user)
    const key = withKey(newKey())
    for (let i = 0; i < 3; i++) await user.post(messagesOf(id), { role: 'user', content }, key)
    const count = await (await fetch(`${faults}/embedder/count?text=${encodeURIComponent(content)}`)).text()
    expect(count).toBe('1')
  })

  it('makes the message found, as any other', async () => {
    const { id } = await openConversation(ada)
    const word = `quince${newKey().slice(0, 8)}`
    await ada.post(messagesOf(id), { role: 'user', content: `${word} jelly` }, withKey(newKey()))
    const { data } = await search(ada, { query: word })
    expect(data.map(({ content }) => content)).toContain(`${word} jelly`)
  })
})
