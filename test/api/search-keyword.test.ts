import { beforeEach, describe, expect, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { append, idsOf, type Message, openConversation, providerDown, read, say, search } from './helpers.ts'

const api = createApi()
/** Nothing that it stores ever gets a vector: what is found here is found by its words. */
const down = createApi(providerDown())

let ada: TestUser
let conversation: string

beforeEach(async () => {
  ada = down.as(await api.newUser())
  conversation = (await openConversation(ada)).id
})

const keyword = (query: string, options: object = {}, user = ada) =>
  search(user, { query, mode: 'keyword', limit: 50, ...options })
/** What the hits say, in alphabetical order. */
const found = async (query: string, options: object = {}, user = ada) =>
  (await keyword(query, options, user)).data.map(({ content }) => content).sort()
const store = (language: string, content: string) => put(ada, { title: language, language, content })
const filler = (words: number) => 'lorem ipsum dolor '.repeat(words / 3)
const pathOf = (message: Message | undefined) => `/v1/conversations/${conversation}/messages/${message?.id}`

describe('Words', () => {
  const QUICK = 'The quick brown fox jumps'
  const LAZY = 'A lazy brown dog sleeps'
  const SLOW = 'Slow quick-witted turtles, and a fox'
  beforeEach(() => say(ada, conversation, QUICK, LAZY, SLOW))

  it.each([
    ['one word', 'brown', [LAZY, QUICK]],
    ['whatever its case', 'BROWN Dog', [LAZY]],
    ['all words, in any order', 'fox quick', [SLOW, QUICK]],
    ['a word that is not there', 'brown cat', []],
    ['a phrase', '"brown fox"', [QUICK]],
    ['a phrase the wrong way round', '"fox brown"', []],
    ['a phrase with a gap', '"quick fox"', []],
    ['a word, but not another', 'brown -dog', [QUICK]],
    ['a word, but not a phrase', 'fox -"brown fox"', [SLOW]],
    ['either', 'dog or turtles', [LAZY, SLOW]],
    ['either OR', 'dog OR turtles', [LAZY, SLOW]],
    ['or binds less than and', 'lazy dog or quick turtles', [LAZY, SLOW]],
    ['only what is not there', '-brown', [SLOW]],
    ['both parts of a compound', 'quick-witted', [SLOW]],
    ['part of a word', 'bro', []],
    ['a dash between words', 'lazy - brown', [LAZY]],
    ['two dashes before one', 'lazy --brown', [LAZY]],
    ['signs around the words', '(brown) & {fox}!', [QUICK]],
  ])('are found by %s', async (_, query, expected) => {
    expect(await found(query)).toEqual(expected.toSorted())
  })

  it.each([
    ['any', 'dog turtles cat', [LAZY, SLOW]],
    ['any', 'cat', []],
    ['any', '"brown fox" -dog', [LAZY, QUICK, SLOW]],
    ['all', 'dog turtles', []],
  ])('are found when %s of them match: %s', async (match, query, expected) => {
    expect(await found(query, { match })).toEqual(expected.toSorted())
  })

  it.each([
    ['jum', [QUICK]],
    ['brown fo', [QUICK]],
    ['dog jum', []],
    ['brown fox', [QUICK]],
    ['bro fox', []],
    ['brown -do', [LAZY, QUICK]],
    ['lazy or tur', [LAZY, SLOW]],
    ['lazy OR tur', [LAZY, SLOW]],
    ['tur or laz', [LAZY]],
    ['"lazy bro', [LAZY]],
    ['-brown tur', [SLOW]],
  ])('may go on at the end, on request: %s', async (query, expected) => {
    expect(await found(query, { prefix: true })).toEqual(expected.toSorted())
  })

  it('may go on, and any will do', async () => {
    expect(await found('cat dog tur', { prefix: true, match: 'any' })).toEqual([LAZY, SLOW])
    expect(await found('jum', { prefix: true, match: 'any' })).toEqual([QUICK])
  })

  it('may go on in any script', async () => {
    await say(ada, conversation, 'Ёжик в тумане', 'Straßenbahn')
    expect(await found('ёж', { prefix: true })).toEqual(['Ёжик в тумане'])
    expect(await found('straß', { prefix: true })).toEqual(['Straßenbahn'])
  })

  it('that are rare count more than frequent ones, when any will do', async () => {
    const { data } = await keyword('brown turtles', { match: 'any' })
    expect(data.map(({ content }) => content)).toHaveLength(3)
    expect(data[0]?.content).toBe(SLOW)
  })

  it('explain the hit', async () => {
    const { data, ...told } = await keyword('fox')
    expect(told).toMatchObject({
      mode: 'keyword',
      degraded: false,
      recall: 'exact',
      nextCursor: null,
      belowThreshold: 0,
    })
    for (const [i, { score, scoring }] of data.entries()) {
      expect(score).toBeGreaterThan(0)
      expect(scoring).toEqual({
        similarity: null,
        semanticPosition: null,
        keywordRank: score,
        keywordPosition: i + 1,
        fused: null,
      })
    }
    expect(data).toHaveLength(2)
  })
})

describe('A text', () => {
  it('is found from the moment it is stored, whatever its embedding does', async () => {
    const [message] = await say(ada, conversation, 'A word like ultramarine')
    const { data, pendingEmbeddings } = await keyword('ultramarine')
    expect(idsOf(data)).toEqual([message?.id])
    expect(pendingEmbeddings).toBe(1)
    expect(await search(ada, { query: 'ultramarine' })).toMatchObject({ data: [{ id: message?.id }], degraded: true })
  })

  it('that was changed is found by its new words only', async () => {
    const [message] = await say(ada, conversation, 'Speaks of apples')
    await read(ada.patch(pathOf(message), { content: 'Speaks of pears' }))
    expect(await found('apples')).toEqual([])
    expect(await found('pears')).toEqual(['Speaks of pears'])
  })

  it('that is still being written is found when it is complete', async () => {
    const early = { role: 'assistant', content: 'Half a zebra', status: 'in_progress' }
    const message = await append(ada, `/v1/conversations/${conversation}/messages`, early)
    expect(await found('zebra')).toEqual([])
    await read(ada.patch(pathOf(message), { status: 'complete' }))
    expect(await found('zebra')).toEqual(['Half a zebra'])
  })

  it('is not found while it is deleted, alone or with its conversation', async () => {
    const [message] = await say(ada, conversation, 'Something lilac')
    await ada.delete(pathOf(message))
    expect(await found('lilac')).toEqual([])
    await read(ada.post(`${pathOf(message)}/restore`))
    expect(await found('lilac')).toEqual(['Something lilac'])
    await ada.delete(`/v1/conversations/${conversation}`)
    expect(await found('lilac')).toEqual([])
    await read(ada.post(`/v1/conversations/${conversation}/restore`))
    expect(await found('lilac')).toEqual(['Something lilac'])
  })

  it("of another user's is never found", async () => {
    const eve = down.as(await api.newUser())
    await say(ada, conversation, 'Something lilac')
    for (const query of ['lilac', '-nothing', 'something or lilac']) {
      expect(await found(query, {}, eve)).toEqual([])
      expect(await found(query, { match: 'any' }, eve)).toEqual([])
      expect(await found(query, { filter: { conversationId: conversation } }, eve)).toEqual([])
    }
  })

  it('of 200,000 characters is found by its first 60,000', async () => {
    const text = `First ${filler(9_000)} Middle ${filler(22_000)} Last`
    expect(text.length).toBeGreaterThan(180_000)
    await say(ada, conversation, text, `${'x'.repeat(199_000)} alone`)
    const { data } = await keyword('first middle')
    expect(data).toMatchObject([{ content: text.slice(0, 8_000), truncated: true }])
    expect(data[0]?.highlight).toContain('<mark>First</mark>')
    expect((data[0]?.highlight ?? '').length).toBeLessThan(1_000)
    expect(await found('last')).toEqual([])
    expect(await found('alone')).toEqual([])
  })
})

describe("A document's language", () => {
  it('says which words are the same, each document by its own, in one search', async () => {
    await store('english', 'He runs')
    await store('simple', 'She runs')
    await store('german', 'Die Häuser')
    await say(ada, conversation, 'It runs')
    expect(await found('running')).toEqual(['He runs'])
    expect(await found('runs')).toEqual(['He runs', 'It runs', 'She runs'])
    expect(await found('haus')).toEqual(['Die Häuser'])
    expect(await found('haus or running')).toEqual(['Die Häuser', 'He runs'])
    expect(await found('haus running', { match: 'any' })).toEqual(['Die Häuser', 'He runs'])
    expect(await found('running', { sources: ['message'] })).toEqual([])
    expect(await found('runs', { sources: ['document'] })).toEqual(['He runs', 'She runs'])
  })

  it('marks the word that was found, not the one that was asked for', async () => {
    await store('english', 'He runs & hides')
    expect((await keyword('running')).data).toMatchObject([
      { source: 'document', title: 'english', highlight: 'He <mark>runs</mark> &amp; hides' },
    ])
  })

  it('of another document does not count', async () => {
    await store('english', 'He walks')
    await store('simple', 'She runs')
    await store('simple', 'Run, run')
    expect(await found('running')).toEqual([])
    expect(await found('running', { match: 'any' })).toEqual([])
    expect(await found('run', { prefix: true })).toEqual(['Run, run', 'She runs'])
  })
})

describe('A document', () => {
  it('is found by its words from the moment it is stored, and by its title and headings', async () => {
    const { id } = await put(ada, { title: 'Gardening', content: '# Pruning\n\nIn late winter.\n' })
    for (const query of ['winter', 'pruning', 'gardening', 'gardening winter']) {
      expect((await keyword(query)).data).toMatchObject([{ source: 'document', documentId: id, title: 'Gardening' }])
    }
  })

  it('is not found while it is deleted, and found again by what it says', async () => {
    const { id } = await put(ada, { content: 'Something lilac' })
    await read(ada.patch(`/v1/documents/${id}`, { content: 'Something mauve' }))
    expect([await found('lilac'), await found('mauve')]).toEqual([[], ['Something mauve']])
    await ada.delete(`/v1/documents/${id}`)
    expect(await found('mauve')).toEqual([])
    expect(await found('-nothing')).toEqual([])
    await read(ada.post(`/v1/documents/${id}/restore`))
    expect(await found('mauve')).toEqual(['Something mauve'])
  })
})
