import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, expectRefused, openConversation, random, read, say, search } from './helpers.ts'
import { axis, cosine, inChunks, randomVector, type StoredVector, type VectorFound } from './vector-helpers.ts'

const api = createApi()
let ada: TestUser

beforeEach(async () => {
  ada = await api.newUser()
})

const store = (user: TestUser, body: object) => read<StoredVector>(user.post('/v1/vectors', body), 201)
const nearest = (user: TestUser, body: object) => read<VectorFound>(user.post('/v1/vectors/search', body))

/** JSON of a good vector, but for its eighth number. */
const withElement = (raw: string) => `[${axis(0).with(7, 777).join().replace('777', raw)}]`

describe('A vector', () => {
  it('is stored, and found as the nearest to itself', async () => {
    const embedding = randomVector(random(1))
    const fields = { id: crypto.randomUUID(), model: 'mine-v1', content: 'Some text', metadata: { page: 7 } }
    const stored = await store(ada, { embedding, ...fields })
    const ofNothing = { conversationId: null, messageId: null, chunkId: null, documentId: null }
    expect(stored).toEqual({ ...fields, ...ofNothing, dimensions: 1536, createdAt: expect.stringMatching(/Z$/) })
    const { data, recall } = await nearest(ada, { embedding })
    expect(data).toEqual([{ ...stored, score: expect.closeTo(1, 5) }])
    expect(recall).toBe('exact')
    await expectProblem(await ada.post('/v1/vectors', { embedding, id: fields.id }), 409, 'conflict')
  })

  it('needs nothing but numbers', async () => {
    expect(await store(ada, { embedding: axis(3) })).toMatchObject({ model: 'custom', content: null, metadata: {} })
  })

  it.each([
    ['1e38', 1e38],
    ['1e-30', 1e-30],
    ['negative', -7],
  ])('counts by its direction, however long it is: %s', async (_, size) => {
    await store(ada, { embedding: axis(5).map((value) => value * size) })
    const { data } = await nearest(ada, { embedding: axis(5) })
    expect(data).toMatchObject([{ score: expect.closeTo(Math.sign(size), 5) }])
  })

  it.each([
    ['1535 numbers', `[${axis(0).slice(1).join()}]`, 'embedding'],
    ['1537 numbers', `[${axis(0).join()},0]`, 'embedding'],
    ['no numbers', '[]', 'embedding'],
    ['null', 'null', 'embedding'],
    ['text', '"[1,2]"', 'embedding'],
    ['an object', '{"0":1}', 'embedding'],
    ['NaN as text', withElement('"NaN"'), 'embedding.7'],
    ['NaN as null', withElement('null'), 'embedding.7'],
    ['a nested array', withElement('[1]'), 'embedding.7'],
    ['1e999', withElement('1e999'), 'embedding.7'],
    ['1e300, infinite in single precision', withElement('1e300'), 'embedding'],
    ['zeros', `[${axis(0).with(0, 0).join()}]`, 'embedding'],
    [
      'negative zeros',
      `[${axis(0)
        .map(() => '-0')
        .join()}]`,
      'embedding',
    ],
    [
      '1e-60, zero in single precision',
      `[${axis(0)
        .map(() => '1e-60')
        .join()}]`,
      'embedding',
    ],
  ])('is refused with %s, stored or searched for', async (_, raw, path) => {
    const headers = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' }
    for (const route of ['/v1/vectors', '/v1/vectors/search', '/v1/search']) {
      await expectRefused(await api.call('POST', route, { body: `{"embedding":${raw}}`, headers }), path)
    }
    expect(await nearest(ada, { embedding: axis(0) })).toEqual({ data: [], recall: 'exact' })
  })
})

describe('A vector of a message', () => {
  it('takes the place of the one that the message had', async () => {
    const { id } = await openConversation(ada)
    const [message] = await say(ada, id, 'Something about apples')
    const messageId = message?.id
    await store(ada, { embedding: axis(1), conversationId: id, messageId, model: 'mine' })
    const second = await store(ada, { embedding: axis(2), conversationId: id, messageId, model: 'mine' })
    const { data } = await nearest(ada, { embedding: axis(2) })
    expect(data).toMatchObject([{ id: second.id, messageId, conversationId: id, score: expect.closeTo(1, 5) }])
    const found = await search(ada, { embedding: axis(2) })
    expect(found).toMatchObject({ data: [{ id: messageId, score: expect.closeTo(1, 5) }], pendingEmbeddings: 0 })
  })

  it('ends with its text', async () => {
    const { id } = await openConversation(ada)
    const [first, second, third] = await say(ada, id, 'One', 'Two', 'Three')
    for (const message of [first, second, third])
      await store(ada, { embedding: axis(9), conversationId: id, messageId: message?.id })
    await ada.patch(`/v1/conversations/${id}/messages/${first?.id}`, { content: 'Changed' })
    await ada.delete(`/v1/conversations/${id}/messages/${second?.id}`)
    const near = async () => (await nearest(ada, { embedding: axis(9), threshold: 0.9 })).data
    expect(await near()).toMatchObject([{ messageId: third?.id }])
    await ada.delete(`/v1/conversations/${id}`)
    expect(await near()).toEqual([])
  })

  it('cannot hang on what is deleted, or on what is not there', async () => {
    const { id } = await openConversation(ada)
    const [kept, deleted] = await say(ada, id, 'Kept', 'Deleted')
    await ada.delete(`/v1/conversations/${id}/messages/${deleted?.id}`)
    const tie = (messageId: string | undefined) =>
      ada.post('/v1/vectors', { embedding: axis(1), conversationId: id, messageId })
    await expectProblem(await tie(deleted?.id), 404, 'not_found')
    await expectProblem(await tie(crypto.randomUUID()), 404, 'not_found')
    await ada.delete(`/v1/conversations/${id}`)
    await expectProblem(await tie(kept?.id), 404, 'not_found')
    expect((await nearest(ada, { embedding: axis(1) })).data).toEqual([])
  })
})

describe('The nearest', () => {
  it(
    'are the same, in the same order, as when all are compared one by one',
    { timeout: 30_000, tags: 'slow' },
    async () => {
      const next = random(7)
      const vectors = Array.from({ length: 200 }, () => ({ id: crypto.randomUUID(), embedding: randomVector(next) }))
      await inChunks(vectors, 8, (vector) => store(ada, vector))
      for (const { limit, query } of [1, 10, 50].map((limit) => ({ limit, query: randomVector(next) }))) {
        const expected = vectors
          .map(({ id, embedding }) => ({ id, score: cosine(embedding, query) }))
          .sort((a, b) => b.score - a.score)
        const { data, recall } = await nearest(ada, { embedding: query, limit })
        expect(data.map(({ id }) => id)).toEqual(expected.slice(0, limit).map(({ id }) => id))
        for (const [i, { score }] of data.entries()) expect(score).toBeCloseTo(expected[i]?.score ?? 0, 5)
        expect(recall).toBe('exact')

        const threshold = ((expected[6]?.score ?? 0) + (expected[7]?.score ?? 0)) / 2
        const above = await nearest(ada, { embedding: query, limit, threshold })
        expect(above.data).toEqual(data.slice(0, 7))
      }
    },
  )

  it('are those at the threshold, too', async () => {
    await store(ada, { embedding: axis(1) })
    await store(ada, { embedding: axis(2) })
    const scores = async (threshold: number) =>
      (await nearest(ada, { embedding: axis(1), threshold })).data.map(({ score }) => score)
    expect(await scores(1)).toEqual([1])
    expect(await scores(0)).toEqual([1, 0])
    expect(await scores(0.001)).toEqual([1])
  })

  it.each([0, 51, -1, 1.5, '10', null])('are not asked for by a limit of %s', async (limit) => {
    for (const route of ['/v1/vectors/search', '/v1/search']) {
      await expectRefused(await ada.post(route, { embedding: axis(0), limit }), 'limit')
    }
  })

  it.each([1.01, -1.01, '0.5'])('are not asked for by a threshold of %s', async (threshold) => {
    for (const route of ['/v1/vectors/search', '/v1/search']) {
      await expectRefused(await ada.post(route, { embedding: axis(0), threshold }), 'threshold')
    }
  })

  it("are never another user's", async () => {
    const eve = await api.newUser()
    const mine = await store(ada, { embedding: axis(4) })
    await inChunks(Array.from({ length: 12 }), 6, () => store(eve, { embedding: axis(4), content: 'Hers' }))
    expect((await nearest(ada, { embedding: axis(4), limit: 50 })).data).toMatchObject([{ id: mine.id }])
    expect((await nearest(eve, { embedding: axis(4), limit: 50 })).data).toHaveLength(12)
    expect((await nearest(await api.newUser(), { embedding: axis(4) })).data).toEqual([])
  })
})
