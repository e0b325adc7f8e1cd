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
/** What the hits say, the best first. */
const ranked = async (query: string, options: object = {}, user = ada) =>
  (await keyword(query, options, user)).data.map(({ content }) => content)
/** The same in alphabetical order. */
const found = async (query: string, options: object = {}, user = ada) => (await ranked(query, options, user)).sort()
const store = (language: string, content: string) => put(ada, { title: language, language, content })
const filler = (words: number) => 'lorem ipsum dolor '.repeat(words / 3)
const pathOf = (message: Message | undefined) => `/v1/conversations/${conversation}/messages/${message?.id}`

describe('Words', () => {
  const QUICK = 'The quick brown fox jumps'
  const LAZY = 'A lazy brown dog sleeps'
  const SLOW = 'Slow quick-witted turtles, and a fox'
  // Each by itself: what stands around a message helps to find it.
  beforeEach(async () => {
    for (const text of [QUICK, LAZY, SLOW]) await say(ada, (await openConversation(ada)).id, text)
  })

  it.each([
    ['one word', 'brown', [LAZY, QUICK]],
    ['one word, whatever its case', 'SLEEPS', [LAZY]],
    ['any of several, those with all of them first', 'BROWN Dog', [LAZY, QUICK]],
    ['any of several, in any order', 'fox brown', [QUICK, LAZY, SLOW]],
    ['those that are there, without those that are not', 'jumps elephant', [QUICK]],
    ['none that is not there', 'elephant giraffe', []],
    ['a compound, and less so by its parts', 'quick-witted', [SLOW, QUICK]],
    ['part of a compound', 'witted', [SLOW]],
    ['no part of a word', 'bro', []],
    ['words beside signs', '(lazy) & {turtles}!', [LAZY, SLOW]],
    ['a word after a dash', 'lazy - turtles', [LAZY, SLOW]],
    ['a word after two dashes', 'lazy --turtles', [LAZY, SLOW]],
    ['a frequent word that says nothing, where there is no other', 'the', [QUICK]],
    ['the other words alone, where one says nothing', 'the turtles', [SLOW]],
  ])('find %s', async (_, query, expected) => {
    expect(await ranked(query)).toEqual(expected)
  })

  it.each([
    ['brown', [LAZY, QUICK]],
    ['fox brown', [QUICK]],
    ['the fox and a turtle', [SLOW]],
    ['dog turtles', []],
    ['brown elephant', []],
    ['fox -brown', [SLOW]],
    ['dog OR fox', [LAZY, QUICK, SLOW]],
  ])('have to be there, all of them, on request: %s', async (query, expected) => {
    expect(await found(query, { match: 'all' })).toEqual(expected.toSorted())
  })

  it.each([
    ['jum', {}, [QUICK]],
    ['elephant tur', {}, [SLOW]],
    ['jum elephant', {}, []],
    ['bro turtles', {}, [SLOW]],
    ['brown fo', { match: 'all' }, [QUICK]],
    ['fo brown', { match: 'all' }, []],
    ['brown fox', { match: 'all' }, [QUICK]],
    ['dog jum', { match: 'all' }, []],
    ['sleeps -bro', {}, [LAZY]],
    ['lazy OR tur', {}, [LAZY, SLOW]],
    ['tur OR laz', {}, [LAZY]],
    ['"lazy bro', {}, [LAZY, QUICK]],
    ['"brown fox" tur', {}, [QUICK]],
    ['turtles OR "brown fo"', {}, [SLOW]],
  ])('may go on at the end, on request: %s %j', async (query, options, expected) => {
    expect(await found(query, { prefix: true, ...options })).toEqual(expected.toSorted())
  })

  it('may go on in any script', async () => {
    await say(ada, conversation, 'Ёжик в тумане', 'Straßenbahn')
    expect(await found('ёж', { prefix: true })).toEqual(['Ёжик в тумане'])
    expect(await found('straß', { prefix: true })).toEqual(['Straßenbahn'])
    expect(await found('strasse', { prefix: true })).toEqual(['Straßenbahn'])
  })

  it('that are rare count more than frequent ones', async () => {
    expect(await ranked('brown turtles')).toEqual([SLOW, LAZY, QUICK])
  })

  it('explain the hit', async () => {
    for (const [query, tiers] of [
      ['fox', [1, 1]],
      ['brown fox', [2, 0, 0]],
      ['fox brown', [1, 0, 0]],
    ] as const) {
      const { data, ...told } = await keyword(query)
      expect(told).toMatchObject({
        mode: 'keyword',
        degraded: false,
        recall: 'exact',
        nextCursor: null,
        belowThreshold: 0,
      })
      expect(data).toHaveLength(tiers.length)
      for (const [i, { score, scoring }] of data.entries()) {
        const rank = scoring.keywordRank ?? 0
        expect(rank).toBeGreaterThan(0)
        expect(score).toBeCloseTo(((tiers[i] ?? 0) + rank / (rank + 10)) / 3, 12)
        expect(scoring).toEqual({
          similarity: null,
          semanticPosition: null,
          keywordRank: rank,
          keywordPosition: i + 1,
          fused: null,
        })
      }
    }
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
    for (const query of ['lilac', 'something -nothing', 'something OR lilac', '"something lilac"']) {
      expect(await found(query, {}, eve)).toEqual([])
      expect(await found(query, { match: 'all' }, eve)).toEqual([])
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
    await store('german', 'Die Häuser')
    await store('german', 'Running Gag')
    await say(ada, conversation, 'It runs')
    expect(await found('runs')).toEqual(['He runs', 'It runs'])
    expect(await found('haus')).toEqual(['Die Häuser'])
    expect(await found('haus run')).toEqual(['Die Häuser', 'He runs', 'It runs'])
    expect(await found('run')).toEqual(['He runs', 'It runs'])
    expect(await found('running')).toEqual(['He runs', 'It runs', 'Running Gag'])
    expect(await found('run', { sources: ['message'] })).toEqual(['It runs'])
    expect(await found('runs', { sources: ['document'] })).toEqual(['He runs'])
  })

  it('that it does not say is told by its text, as with a message', async () => {
    await store('simple', 'The neighbours complained about the noise')
    await store('simple', 'Die Gärten an der Straße sind grün')
    await say(ada, conversation, 'Los vecinos se quejaron del ruido')
    expect(await found('neighbour')).toEqual(['The neighbours complained about the noise'])
    expect(await found('garten')).toEqual(['Die Gärten an der Straße sind grün'])
    expect(await found('vecino')).toEqual(['Los vecinos se quejaron del ruido'])
  })

  it('marks the word that was found, not the one that was asked for', async () => {
    await store('english', 'He runs & hides')
    expect((await keyword('running')).data).toMatchObject([
      { source: 'document', title: 'english', highlight: 'He <mark>runs</mark> &amp; hides' },
    ])
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
    expect(await found('something -nothing')).toEqual([])
    await read(ada.post(`/v1/documents/${id}/restore`))
    expect(await found('mauve')).toEqual(['Something mauve'])
  })
})
