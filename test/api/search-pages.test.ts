import { beforeEach, describe, expect, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, openConversation, random, read, say, search } from './helpers.ts'
import { pages } from './search-helpers.ts'

const api = createApi()

let ada: TestUser
let conversation: string

beforeEach(async () => {
  ada = await api.newUser()
  conversation = (await openConversation(ada)).id
})

const refused = async (user: TestUser, json: object) =>
  expectProblem(await user.post('/v1/search', json), 400, 'invalid_cursor')
const long = (topic: string) => Array.from({ length: 3 }, (_, i) => `${topic} trees ${i} ${'lorem '.repeat(60)}`)

describe('A cursor', () => {
  const words = ['red', 'green', 'blue', 'grey', 'winter', 'trees']
  beforeEach(async () => {
    const next = random(5)
    const text = () => Array.from({ length: 4 }, () => words[Math.floor(next() * words.length)]).join(' ')
    await say(ada, conversation, ...Array.from({ length: 30 }, text))
    await say(ada, (await openConversation(ada)).id, ...Array.from({ length: 10 }, text))
    for (let i = 0; i < 3; i++) await put(ada, { content: `${text()}\n\n${text()}`, title: text() })
  })

  it.each([
    ['hybrid', {}],
    ['semantic', { mode: 'semantic' }],
    ['keyword', { mode: 'keyword' }],
    ['keyword, all words', { mode: 'keyword', query: 'red', match: 'all' }],
    ['ranks', { fusion: { method: 'rank' } }],
    ['groups', { groupBy: ['conversation', 'document'] }],
    ['groups by meaning', { mode: 'semantic', groupBy: ['conversation', 'document'] }],
    ['a threshold', { threshold: 0.2 }],
    ['weights of nothing, where all scores are the same', { fusion: { weights: { semantic: 0, keyword: 0 } } }],
    ['context', { context: 1 }],
  ])('leads through one list, whatever the size of pages: %s', async (_, options) => {
    const body = { query: 'red winter trees', ...options }
    const { data, nextCursor } = await search(ada, { ...body, limit: 50 })
    expect(nextCursor).toBeNull()
    expect(data.length).toBeGreaterThan(3)
    expect(await pages(ada, body, 1)).toEqual(data)
    expect(await pages(ada, body, 7)).toEqual(data)
    expect(await pages(ada, body, data.length)).toEqual(data)
  })

  it.each(['semantic', 'keyword', 'hybrid'])('tells apart texts that match as well: %s', async (mode) => {
    // Their ids are in another order than they, and their vectors, were made.
    const signs = ['!', '?', '.', ';']
    const messages = signs.flatMap((a) =>
      signs.slice(1).map((b) => ({ id: crypto.randomUUID(), role: 'user', content: `one saying ${a}${b}` })),
    )
    await read(ada.post(`/v1/conversations/${conversation}/messages`, { messages }), 201)
    const found = (await pages(ada, { query: 'one saying', mode }, 5)).slice(0, messages.length)
    expect(found.map(({ id }) => id).toSorted()).toEqual(messages.map(({ id }) => id).toSorted())
    // The first and the last have one neighbour, the others two.
    if (mode === 'keyword') expect(new Set(found.map(({ score }) => score)).size).toBe(2)
  })

  it.each(['semantic', 'keyword', 'hybrid'])('shows a text once, on whatever page: %s', async (mode) => {
    await say(ada, conversation, ...Array.from({ length: 9 }, (_, i) => `one saying ${i % 3}`))
    const found = await pages(ada, { query: 'one saying', mode }, 1)
    const texts = found.flatMap(({ content, copies }) => (content.startsWith('one') ? [[content, copies]] : []))
    expect(texts.toSorted()).toEqual([0, 1, 2].map((i) => [`one saying ${i}`, 3]))
  })

  it('may go on with another limit', async () => {
    const body = { query: 'red winter trees' }
    const { data } = await search(ada, { ...body, limit: 50 })
    const first = await search(ada, { ...body, limit: 3 })
    const rest = await search(ada, { ...body, limit: 50, cursor: first.nextCursor })
    expect([...first.data, ...rest.data]).toEqual(data)
  })

  it('of another search, of another user, or altered, is refused', async () => {
    const body = { query: 'red winter trees', limit: 3 }
    const { nextCursor } = await search(ada, body)
    const cursor = nextCursor ?? ''
    for (const change of [
      { query: 'red winter tree' },
      { mode: 'semantic' },
      { mode: 'keyword' },
      { filter: { role: 'user' } },
      { threshold: 0.1 },
      { groupBy: 'conversation' },
      { fusion: { k: 61 } },
      { fusion: { method: 'rank' } },
      { syntax: 'plain' },
      { sources: ['message'] },
      { match: 'all' },
      { prefix: true },
      { context: 1 },
    ]) {
      await refused(ada, { ...body, cursor, ...change })
    }
    await refused(await api.newUser(), { ...body, cursor })
    for (const at of [0, 5, Math.floor(cursor.length / 2), cursor.length - 2]) {
      await refused(ada, {
        ...body,
        cursor: cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1),
      })
    }
    for (const altered of ['', 'x', cursor.slice(1), `${cursor}A`, ` ${cursor}`]) {
      await refused(ada, { ...body, cursor: altered })
    }
    const list = await read<{ nextCursor: string }>(ada.get(`/v1/conversations/${conversation}/messages?limit=2`))
    await refused(ada, { ...body, cursor: list.nextCursor })
  })
})

describe('Groups', () => {
  it('show the best hit of each', async () => {
    const other = (await openConversation(ada)).id
    await say(ada, conversation, 'winter trees', 'winter winter winter', 'nothing')
    await say(ada, other, 'trees', 'pruning')
    const options = { chunking: { size: 400, overlap: 0 } }
    await put(ada, { title: 'One', content: long('winter').join('\n\n'), ...options })
    await put(ada, { title: 'Two', content: long('summer').join('\n\n'), ...options })

    for (const options of [{}, { mode: 'semantic' }, { mode: 'keyword' }, { threshold: 0.1 }]) {
      const body = { query: 'winter trees', limit: 50, ...options }
      const { data } = await search(ada, body)
      expect(data.filter(({ source }) => source === 'document').length).toBeGreaterThan(2)
      for (const groupBy of [['conversation'], ['document'], ['conversation', 'document'], 'document']) {
        const seen = new Set<string>()
        const expected = data.filter(({ id, conversationId, documentId }) => {
          const group =
            (groupBy.includes('conversation') && conversationId) || (groupBy.includes('document') && documentId) || id
          return !seen.has(group) && seen.add(group)
        })
        expect((await search(ada, { ...body, groupBy })).data).toEqual(expected)
        expect(expected.length).toBeLessThan(data.length)
      }
    }
  })
})
