import { beforeEach, describe, expect, inject, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, expectRefused, openConversation, random, say, search } from './helpers.ts'
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

describe('By text', () => {
  it('finds what was said, the best first, with where it was said', async () => {
    const { id } = await openConversation(ada)
    const said = await say(ada, id, ...FACTS)
    const found = await search(ada, { query: 'How do I prune an apple tree?', limit: 3 })
    expect(found.data).toHaveLength(3)
    expect(found.data[0]).toEqual({
      source: 'message',
      id: said[0]?.id,
      conversationId: id,
      role: 'user',
      seq: 1,
      content: FACTS[0],
      createdAt: said[0]?.createdAt,
      score: expect.any(Number),
      scoring: { similarity: found.data[0]?.score },
    })
    expect(found).toMatchObject({ recall: 'exact', pendingEmbeddings: 0 })
    const scores = found.data.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  })

  it('finds a text by itself, however it is written', async () => {
    const { id } = await openConversation(ada)
    const texts = ['Ёжик в тумане', '春はあけぼの', 'naïve café', 'x', '👩🏽‍💻', '!?', 'a'.repeat(50_000)]
    await say(ada, id, ...texts)
    for (const text of texts) {
      const { data } = await search(ada, { query: text.slice(0, 8_000), limit: 1 })
      expect(data).toMatchObject([{ content: text, score: expect.closeTo(1, 3) }])
    }
  })

  it('finds only what is above the threshold', async () => {
    await say(ada, (await openConversation(ada)).id, ...FACTS)
    const query = 'feeding a sourdough starter'
    const { data } = await search(ada, { query })
    expect(data).toHaveLength(FACTS.length)
    for (const threshold of [-1, 0, 0.1, 0.3, 0.99, 1]) {
      const expected = data.filter(({ score }) => score >= threshold)
      expect((await search(ada, { query, threshold })).data).toEqual(expected)
    }
  })

  it('compares a text only with vectors of its own model', async () => {
    const [said] = await say(ada, (await openConversation(ada)).id, FACTS[0] ?? '')
    const nearest = async () => (await search(ada, { query: FACTS[0] })).data.map(({ id }) => id)
    expect(await nearest()).toEqual([said?.id])
    expect((await ada.post('/v1/vectors', { embedding: axis(7), messageId: said?.id, model: 'theirs' })).status).toBe(
      201,
    )
    expect(await nearest()).toEqual([])
    expect((await search(ada, { embedding: axis(7) })).data).toMatchObject([{ id: said?.id, score: 1 }])
  })

  it("never finds another user's words", async () => {
    const eve = await api.newUser()
    await say(eve, (await openConversation(eve)).id, ...FACTS)
    expect((await search(ada, { query: FACTS[0] })).data).toEqual([])
    await say(ada, (await openConversation(ada)).id, 'Mine')
    expect((await search(ada, { query: FACTS[0], limit: 50 })).data).toMatchObject([{ content: 'Mine' }])
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
      const found = await search(ada, { query, limit: 50 })
      expect(found).toMatchObject({ data: [{ id: dough?.id, content: 'Now about whales' }], pendingEmbeddings: 0 })
    }
  })
})

describe('By embedding', () => {
  it('finds the same as when all are compared one by one', { timeout: 30_000 }, async () => {
    const next = random(11)
    const { id } = await openConversation(ada)
    const texts = Array.from({ length: 60 }, (_, i) => `Text ${i}`)
    const vectors = (await say(ada, id, ...texts)).map((message) => ({ id: message.id, vector: randomVector(next) }))
    await inChunks(vectors, 8, ({ id, vector }) => ada.post('/v1/vectors', { messageId: id, embedding: vector }))
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
  ])('is refused with %s', async (_, body, path) => {
    await expectRefused(await ada.post('/v1/search', body), path)
  })

  it('by text needs the embedding provider, by embedding it does not', async () => {
    const down = createApi({
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_API_KEY: 'sk-do-not-leak',
      EMBEDDING_BASE_URL: `${inject('faults')}/embedder/401`,
    })
    const user = down.as(ada)
    const refused = await user.post('/v1/search', { query: 'apples' })
    const { detail } = await expectProblem(refused, 503, 'embedding_unavailable')
    expect(detail).toContain('by embedding')
    expect(await down.posts()).toBe(0)
    expect((await search(user, { embedding: axis(0) })).data).toEqual([])
  })
})
