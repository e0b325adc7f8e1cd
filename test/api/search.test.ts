import { beforeEach, describe, expect, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, expectRefused, idsOf, openConversation, providerDown, random, say, search } from './helpers.ts'
import { axis, cosine, inChunks, randomVector } from './vector-helpers.ts'

const api = createApi()
let ada: TestUser

beforeEach(async () => {
  ada = await api.newUser()
})

const FACTS = [
  'Apple trees are pruned in late winter, before the buds open.',
  'A sourdough starter is fed with flour and water every day.',
  'The Baltic Sea is brackish, and freezes in hard winters.',
  'Bicycle chains last longer when they are cleaned and oiled.',
]

/** By meaning alone: what follows is not about words. */
const near = (user: TestUser, body: object) => search(user, { mode: 'semantic', ...body })

/** Who says something while no text can be embedded. */
async function withProviderDown() {
  const down = createApi(providerDown())
  const user = down.as(ada)
  const said = await say(user, (await openConversation(user)).id, ...FACTS)
  return { api: down, user, said }
}

describe('By text', () => {
  it('finds what was said, the best first, with where it was said', async () => {
    const { id } = await openConversation(ada)
    const said = await say(ada, id, ...FACTS)
    const found = await near(ada, { query: 'How do I prune an apple tree?', limit: 3 })
    expect(found.data).toHaveLength(3)
    expect(found.data[0]).toEqual({
      source: 'message',
      id: said[0]?.id,
      conversationId: id,
      role: 'user',
      seq: 1,
      content: FACTS[0],
      truncated: false,
      highlight: null,
      metadata: {},
      createdAt: said[0]?.createdAt,
      score: expect.any(Number),
      scoring: {
        similarity: found.data[0]?.score,
        semanticPosition: 1,
        keywordRank: null,
        keywordPosition: null,
        fused: null,
      },
      copies: 1,
    })
    expect(found).toMatchObject({ mode: 'semantic', degraded: false, recall: 'exact', pendingEmbeddings: 0 })
    const scores = found.data.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  })

  it('finds a text by itself, however it is written', async () => {
    const { id } = await openConversation(ada)
    const texts = ['Ёжик в тумане', '春はあけぼの', 'naïve café', 'x', '👩🏽‍💻', '!?', 'a'.repeat(50_000)]
    await say(ada, id, ...texts)
    for (const text of texts) {
      const { data } = await near(ada, { query: text.slice(0, 8_000), limit: 1 })
      expect(data).toMatchObject([{ content: text.slice(0, 8_000), score: expect.closeTo(1, 3) }])
    }
  })

  it('finds only what is above the threshold', async () => {
    await say(ada, (await openConversation(ada)).id, ...FACTS)
    const query = 'feeding a sourdough starter'
    const { data } = await near(ada, { query })
    expect(data).toHaveLength(FACTS.length)
    for (const threshold of [-1, 0, 0.1, 0.3, 0.99, 1]) {
      const expected = data.filter(({ score }) => score >= threshold)
      expect((await near(ada, { query, threshold })).data).toEqual(expected)
    }
  })

  it('compares a text only with vectors of its own model', async () => {
    const [said] = await say(ada, (await openConversation(ada)).id, FACTS[0] ?? '')
    const nearest = async () => (await near(ada, { query: FACTS[0] })).data.map(({ id }) => id)
    expect(await nearest()).toEqual([said?.id])
    expect(
      (
        await ada.post('/v1/vectors', {
          embedding: axis(7),
          conversationId: said?.conversationId,
          messageId: said?.id,
          model: 'theirs',
        })
      ).status,
    ).toBe(201)
    expect(await nearest()).toEqual([])
    expect((await near(ada, { embedding: axis(7) })).data).toMatchObject([{ id: said?.id, score: 1 }])
  })

  it("never finds another user's words", async () => {
    const eve = await api.newUser()
    await say(eve, (await openConversation(eve)).id, ...FACTS)
    expect((await near(ada, { query: FACTS[0] })).data).toEqual([])
    await say(ada, (await openConversation(ada)).id, 'Mine')
    expect((await near(ada, { query: FACTS[0], limit: 50 })).data).toMatchObject([{ content: 'Mine' }])
  })

  it('never finds what is deleted, or what a message said before', async () => {
    const kept = await openConversation(ada)
    const gone = await openConversation(ada)
    const [apple, dough] = await say(ada, kept.id, ...FACTS.slice(0, 2))
    await say(ada, gone.id, ...FACTS.slice(2))
    await ada.delete(`/v1/conversations/${kept.id}/messages/${apple?.id}`)
    await ada.patch(`/v1/conversations/${kept.id}/messages/${dough?.id}`, { content: 'Now about whales' })
    await ada.delete(`/v1/conversations/${gone.id}`)
    for (const query of [...FACTS, 'whales']) {
      const found = await near(ada, { query, limit: 50 })
      expect(found).toMatchObject({ data: [{ id: dough?.id, content: 'Now about whales' }], pendingEmbeddings: 0 })
    }
  })
})

describe('By embedding', () => {
  it('finds the same as when all are compared one by one', { timeout: 30_000, tags: 'slow' }, async () => {
    const next = random(11)
    const { id } = await openConversation(ada)
    const texts = Array.from({ length: 60 }, (_, i) => `Text ${i}`)
    const vectors = (await say(ada, id, ...texts)).map((message) => ({ id: message.id, vector: randomVector(next) }))
    await inChunks(vectors, 8, (one) =>
      ada.post('/v1/vectors', { conversationId: id, messageId: one.id, embedding: one.vector }),
    )
    // Vectors of no message are none of this search's business.
    await ada.post('/v1/vectors', { embedding: axis(1) })
    const embedding = randomVector(next)
    const expected = vectors
      .map(({ id, vector }) => ({ id, score: cosine(vector, embedding) }))
      .sort((a, b) => b.score - a.score)
    for (const limit of [1, 7, 50]) {
      const { data, recall } = await search(ada, { embedding, limit })
      expect(data.map(({ id }) => id)).toEqual(expected.slice(0, limit).map(({ id }) => id))
      for (const [i, { score }] of data.entries()) expect(score).toBeCloseTo(expected[i]?.score ?? 0, 5)
      expect(recall).toBe('exact')
    }
    expect((await search(ada, { embedding: axis(1), threshold: 0.99 })).data).toEqual([])
  })
})

describe('A search', () => {
  it.each([
    ['neither text nor embedding', {}, 'query'],
    ['both', { query: 'x', embedding: axis(0) }, 'query'],
    ['a blank text', { query: ' \n' }, 'query'],
    ['a text that is too long', { query: 'x'.repeat(8_001) }, 'query'],
    ['a mode that is not there', { query: 'x', mode: 'psychic' }, 'mode'],
    ['a source that is not there', { query: 'x', sources: ['message', 'mail'] }, 'sources.1'],
    ['no source', { query: 'x', sources: [] }, 'sources'],
    ['an unknown filter', { query: 'x', where: { userId: 'x' } }, 'where'],
    ['another mode for an embedding', { embedding: axis(0), mode: 'hybrid' }, 'mode'],
    ['a model for a text', { query: 'x', model: 'mine' }, 'model'],
    ['a threshold for words', { query: 'x', mode: 'keyword', threshold: 0.5 }, 'threshold'],
    ['too much context', { query: 'x', context: 6 }, 'context'],
    ['no group', { query: 'x', groupBy: 'role' }, 'groupBy.0'],
    ['a match that is none', { query: 'x', match: 'most' }, 'match'],
    ['a k of nothing', { query: 'x', fusion: { k: 0 } }, 'fusion.k'],
    ['a weight below zero', { query: 'x', fusion: { weights: { keyword: -1 } } }, 'fusion.weights.keyword'],
    ['a weight of what is not there', { query: 'x', fusion: { weights: { luck: 1 } } }, 'fusion.weights.luck'],
    ['a cursor that is none', { query: 'x', cursor: 7 }, 'cursor'],
  ])('is refused with %s', async (_, body, path) => {
    await expectRefused(await ada.post('/v1/search', body), path)
  })

  it('makes one request to the database, with everything on', async () => {
    const { id } = await openConversation(ada, { tags: ['red'] })
    await say(ada, id, ...FACTS)
    await put(ada, { content: 'Winter in the garden', tags: ['red'], language: 'english' })
    const everything = {
      query: 'pruning trees in wint',
      filter: { tags: 'red', createdAfter: '2020-01-01T00:00:00Z', metadata: { key: 'a', ne: 1 } },
      groupBy: ['document'],
      context: 5,
      prefix: true,
      threshold: -1,
      fusion: { k: 10, weights: { keyword: 2 } },
      limit: 2,
    }
    const before = await api.posts()
    const { data, nextCursor } = await search(ada, everything)
    expect([data.length, (await api.posts()) - before]).toEqual([2, 1])
    const rest = await search(ada, { ...everything, cursor: nextCursor })
    expect([rest.data.length, (await api.posts()) - before]).toEqual([1, 2])
  })

  it('by meaning needs the embedding provider, by embedding or by keyword it does not', async () => {
    const { api, user } = await withProviderDown()
    const before = await api.posts()
    const refused = await user.post('/v1/search', { query: 'apples', mode: 'semantic' })
    const { detail } = await expectProblem(refused, 503, 'embedding_unavailable')
    expect(detail).toContain('by embedding')
    expect(await api.posts()).toBe(before)
    expect(await search(user, { embedding: axis(0) })).toMatchObject({ data: [], mode: 'semantic', degraded: false })
    expect(await search(user, { query: 'Baltic', mode: 'keyword' })).toMatchObject({
      data: [{ content: FACTS[2], score: expect.any(Number) }],
      mode: 'keyword',
      degraded: false,
    })
  })

  it('goes by keyword alone where the provider is down, and says so', async () => {
    const { user, said } = await withProviderDown()
    const found = await search(user, { query: 'winter sourdough', threshold: 0.99 })
    expect(found).toMatchObject({ mode: 'keyword', degraded: true, belowThreshold: 0, pendingEmbeddings: 4 })
    expect(idsOf(found.data).sort()).toEqual(idsOf(said.slice(0, 3)).sort())
    for (const { scoring } of found.data) {
      expect(scoring).toMatchObject({
        similarity: null,
        semanticPosition: null,
        keywordRank: expect.any(Number),
        fused: null,
      })
    }
  })

  it('goes on from page to page as it has begun, whether the provider comes back or goes away', async () => {
    const { user } = await withProviderDown()
    const body = { query: 'a an in the are and winter', limit: 1 }
    const whole = await search(user, { ...body, limit: 50 })
    const first = await search(user, body)
    const second = await search(ada, { ...body, cursor: first.nextCursor })
    expect(second).toMatchObject({ mode: 'keyword', degraded: true })
    expect([...first.data, ...second.data]).toEqual(whole.data.slice(0, 2))

    await api.sweep()
    const hybrid = await search(ada, body)
    expect(hybrid).toMatchObject({ mode: 'hybrid', nextCursor: expect.any(String) })
    const next = { ...body, cursor: hybrid.nextCursor }
    await expectProblem(await user.post('/v1/search', next), 503, 'embedding_unavailable')
    expect(await search(ada, next)).toMatchObject({ mode: 'hybrid', degraded: false })
  })
})
