import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  append,
  type Conversation,
  expectProblem,
  expectRefused,
  type Message,
  openConversation,
  type Page,
  read,
  say,
  statusesOf,
  walk,
} from './helpers.ts'

const api = createApi()
let ada: TestUser
let conversation: string
let path: string

beforeEach(async () => {
  ada = await api.newUser()
  conversation = (await openConversation(ada)).id
  path = `/v1/conversations/${conversation}/messages`
})

const contents = async (query = '') =>
  (await read<Page<Message>>(ada.get(`${path}${query}`))).data.map(({ content }) => content)
const about = () => read<Conversation>(ada.get(`/v1/conversations/${conversation}`))

/** Appends a message with arrays in arrays in its metadata. */
const sendNested = (depth: number) =>
  api.call('POST', path, {
    body: `{"role":"user","content":"Deep","metadata":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`,
    headers: { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' },
  })

describe('Appending', () => {
  it('one message answers a list of that message', async () => {
    const message = await append(ada, path, {
      role: 'tool',
      content: 'é "quoted" \\ 👩🏽‍💻\n',
      metadata: { a: [1, null, 'x'] },
    })
    expect(message).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7/),
      conversationId: conversation,
      seq: 1,
      parentId: null,
      role: 'tool',
      content: 'é "quoted" \\ 👩🏽‍💻\n',
      parts: [{ type: 'text', text: 'é "quoted" \\ 👩🏽‍💻\n' }],
      attachments: [],
      reasoning: null,
      status: 'complete',
      model: null,
      usage: null,
      metadata: { a: [1, null, 'x'] },
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: message.createdAt,
    })
    expect(await read(ada.get(`${path}/${message.id}`))).toEqual(message)
  })

  it('many answers all, in the order given, and moves the conversation', async () => {
    const before = await about()
    const roles = ['system', 'user', 'assistant', 'tool']
    const messages = Array.from({ length: 100 }, (_, i) => ({ role: roles[i % 4], content: `${i}` }))
    const { data } = await read<Page<Message>>(ada.post(path, { messages }), 201)
    expect(data).toMatchObject(messages.map((message, i) => ({ ...message, seq: i + 1 })))
    expect(data[0]).not.toHaveProperty('metadata')
    expect(await walk(ada, path, 100)).toEqual(data)
    const after = await about()
    expect(after.messageCount).toBe(100)
    expect(Date.parse(after.lastActivityAt)).toBeGreaterThan(Date.parse(before.lastActivityAt))
  })

  it('counts without a gap, whatever is deleted in between', async () => {
    const [, second] = await say(ada, conversation, 'One', 'Two')
    await ada.delete(`${path}/${second?.id}`)
    expect(await say(ada, conversation, 'Three')).toMatchObject([{ seq: 3 }])
    expect(await contents()).toEqual(['One', 'Three'])
  })

  it('takes ids of the client, each once in a conversation', async () => {
    const id = crypto.randomUUID()
    expect(await append(ada, path, { id, role: 'user', content: 'Mine' })).toMatchObject({ id })
    const elsewhere = `/v1/conversations/${(await openConversation(ada)).id}/messages`
    const again = [
      { role: 'user', content: 'New' },
      { id, role: 'user', content: 'Again' },
    ]
    await expectProblem(await ada.post(path, { messages: again }), 409, 'conflict')
    await expectProblem(await ada.post(path, again[1]), 409, 'conflict')
    const twice = crypto.randomUUID()
    const messages = [twice, twice].map((id) => ({ id, role: 'user', content: 'Twin' }))
    await expectProblem(await ada.post(path, { messages }), 409, 'conflict')
    expect(await contents()).toEqual(['Mine'])
    // What an AI SDK app says first in every conversation.
    for (const target of [path, elsewhere]) {
      const welcome = { id: 'welcome', role: 'assistant', content: `Hello at ${target}` }
      expect(await append(ada, target, welcome)).toMatchObject({ id: 'welcome' })
      expect(await read(ada.get(`${target}/welcome`))).toMatchObject({ content: welcome.content })
    }
    expect((await ada.delete(`${path}/welcome`)).status).toBe(204)
    expect(await read(ada.get(`${elsewhere}/welcome`))).toMatchObject({ id: 'welcome' })
    expect(await say(ada, conversation, 'Next')).toMatchObject([{ seq: 3 }])
    const eve = await api.newUser()
    const { id: hers } = await openConversation(eve)
    const answer = await eve.post(`/v1/conversations/${hers}/messages`, { id, role: 'user', content: 'Hers' })
    expect(answer.status).toBe(201)
  })

  it('is gapless and in order under 32 writers at once', { timeout: 30_000 }, async () => {
    const writers = await Promise.all(
      Array.from({ length: 32 }, (_, writer) => say(ada, conversation, `${writer}a`, `${writer}b`, `${writer}c`)),
    )
    for (const [writer, written] of writers.entries()) {
      const first = written[0]?.seq ?? 0
      expect(written.map(({ seq, content }) => [seq, content])).toEqual(
        ['a', 'b', 'c'].map((letter, i) => [first + i, `${writer}${letter}`]),
      )
    }
    const all = await walk<Message>(ada, path, 40)
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 96 }, (_, i) => i + 1))
    expect(all).toEqual(writers.flat().sort((a, b) => a.seq - b.seq))
    expect(await about()).toMatchObject({ messageCount: 96, lastMessage: { id: all.at(-1)?.id } })
  })

  const good = { role: 'user', content: 'Good' }
  it.each([
    ['no role', { content: 'x' }, 'role'],
    ['an unknown role', { role: 'root', content: 'x' }, 'role'],
    ['no content', { role: 'user' }, 'content'],
    ['content that is too long', { role: 'user', content: 'x'.repeat(200_001) }, 'content'],
    ['an id that is none', { ...good, id: 'a/b' }, 'id'],
    ['a seq of its own', { ...good, seq: 7 }, 'seq'],
    ['metadata that is too large', { ...good, metadata: { a: 'x'.repeat(16_400) } }, 'metadata'],
    ['none', { messages: [] }, 'messages'],
    ['101', { messages: Array.from({ length: 101 }, () => good) }, 'messages'],
    ['null', { messages: null }, 'messages'],
    ['one beside many', { ...good, messages: [good] }, 'role', 'content'],
    ['one that is wrong among many', { messages: [good, { ...good, role: 7 }, good] }, 'messages.1.role'],
    ['one too much said of one of many', { messages: [good, { ...good, x: 7 }] }, 'messages.1.x'],
    [
      'one of many that cannot be stored',
      { messages: [good, { ...good, metadata: { a: ['\0'] } }] },
      'messages.1.metadata.a.0',
    ],
  ] as [string, object, ...string[]][])('refuses %s, and writes nothing', async (_, body, ...paths) => {
    await expectRefused(await ada.post(path, body), ...paths)
    expect(await contents()).toEqual([])
  })

  it('refuses deep nesting before it costs anything', async () => {
    for (const depth of [64, 10_000, 400_000]) {
      const { errors } = await expectProblem(await sendNested(depth), 400, 'invalid_request')
      expect(errors).toHaveLength(1)
      expect(errors?.[0]?.path).toMatch(/^metadata\.a(\.0)+$/)
    }
    expect((await sendNested(20)).status).toBe(201)
  })
})

describe('The list', () => {
  it.each([1, 3, 50])('goes both ways in pages of %i', async (limit) => {
    const said = Array.from({ length: 13 }, (_, i) => `${i}`)
    await say(ada, conversation, ...said)
    const texts = async (query: string) =>
      (await walk<Message>(ada, `${path}${query}`, limit)).map(({ content }) => content)
    expect(await texts('')).toEqual(said)
    expect(await texts('?order=asc')).toEqual(said)
    expect(await texts('?order=desc')).toEqual(said.toReversed())
  })

  it('shows in a later page what was said meanwhile', async () => {
    await say(ada, conversation, 'a', 'b', 'c')
    const { nextCursor } = await read<Page<Message>>(ada.get(`${path}?limit=2`))
    await say(ada, conversation, 'd')
    expect(await contents(`?cursor=${nextCursor}`)).toEqual(['c', 'd'])
  })

  it('refuses a cursor of another order or conversation', async () => {
    await say(ada, conversation, 'a', 'b')
    const other = (await openConversation(ada)).id
    await say(ada, other, 'a', 'b')
    const { nextCursor } = await read<Page<Message>>(ada.get(`${path}?limit=1`))
    for (const url of [`${path}?order=desc`, `/v1/conversations/${other}/messages?order=asc`]) {
      await expectProblem(await ada.get(`${url}&cursor=${nextCursor}`), 400, 'invalid_cursor')
    }
    await expectRefused(await ada.get(`${path}?order=random`), 'order')
  })
})

describe('A message', () => {
  it('is changed and deleted under its ETag', async () => {
    const [message] = await say(ada, conversation, 'Before')
    const url = `${path}/${message?.id}`
    const etag = (await ada.get(url)).headers.get('ETag') ?? ''
    expect((await ada.get(url, { 'If-None-Match': etag })).status).toBe(304)
    const patched = await ada.patch(url, { content: 'After', metadata: { edited: true } }, { 'If-Match': etag })
    expect(await read(patched)).toEqual({
      ...message,
      content: 'After',
      parts: [{ type: 'text', text: 'After' }],
      metadata: { edited: true },
      updatedAt: expect.any(String),
    })
    await expectProblem(await ada.patch(url, { content: 'Lost' }, { 'If-Match': etag }), 412, 'precondition_failed')
    await expectProblem(await ada.delete(url, { 'If-Match': etag }), 412, 'precondition_failed')
    expect(await contents()).toEqual(['After'])
    const now = { 'If-Match': patched.headers.get('ETag') ?? '' }
    expect((await ada.delete(url, now)).status).toBe(204)
    await expectProblem(await ada.get(url), 404, 'not_found')
    await expectProblem(await ada.patch(url, { content: 'Back' }), 404, 'not_found')
    await expectProblem(await ada.delete(url), 404, 'not_found')
    expect(await contents()).toEqual([])
  })

  it('cannot change its role, place or author', async () => {
    const [message] = await say(ada, conversation, 'Fixed')
    for (const field of ['role', 'seq', 'id', 'conversationId']) {
      await expectRefused(await ada.patch(`${path}/${message?.id}`, { content: 'x', [field]: 'system' }), field)
    }
    await expectRefused(await ada.patch(`${path}/${message?.id}`, {}), '(root)')
    expect(await contents()).toEqual(['Fixed'])
  })

  it('is counted down once, however often it is deleted at once', async () => {
    const [first] = await say(ada, conversation, 'One', 'Two')
    const answers = await Promise.all(Array.from({ length: 8 }, () => ada.delete(`${path}/${first?.id}`)))
    expect(statusesOf(answers)).toEqual([204, ...Array.from({ length: 7 }, () => 404)])
    expect(await about()).toMatchObject({ messageCount: 1 })
  })

  it('is gone with its conversation', async () => {
    const [message] = await say(ada, conversation, 'One')
    await ada.delete(`/v1/conversations/${conversation}`)
    const url = `${path}/${message?.id}`
    for (const response of [
      await ada.get(path),
      await ada.post(path, { role: 'user', content: 'Too late' }),
      await ada.get(url),
      await ada.patch(url, { content: 'Too late' }),
      await ada.delete(url),
    ]) {
      await expectProblem(response, 404, 'not_found')
    }
  })
})

describe('A page of large messages', () => {
  it('ends early, so that every page can be answered, and the next one goes on', { tags: 'slow' }, async () => {
    const content = '\u0001'.repeat(150_000)
    for (let n = 0; n < 12; n++) await say(ada, conversation, `${n} ${content}`)
    for (const view of ['path', 'tree']) {
      for (const order of ['asc', 'desc']) {
        const numbers: number[] = []
        let pages = 0
        for (let cursor: string | null = ''; cursor !== null; pages++) {
          const query: string = `?limit=100&view=${view}&order=${order}${cursor && `&cursor=${cursor}`}`
          const page: Page<Message> = await read(ada.get(path + query))
          expect(page.data.length).toBeGreaterThan(0)
          numbers.push(...page.data.map((message) => Number.parseInt(message.content, 10)))
          cursor = page.nextCursor
        }
        const all = Array.from({ length: 12 }, (_, n) => n)
        expect(numbers).toEqual(order === 'asc' ? all : all.toReversed())
        expect([2, 3]).toContain(pages)
      }
    }
  })
})
