import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, idsOf, openConversation, queryAs, read, say, search } from './helpers.ts'
import { axis, type VectorFound } from './vector-helpers.ts'

const api = createApi()
const OLDER = 'a-model-before'
const NEWER = 'the-model-after'
const FACTS = ['Apple trees are pruned in winter', 'Bread is baked in the morning', 'The sea freezes in winter']

let ada: TestUser
let said: string[]
let conversationId: string

beforeEach(async () => {
  ada = await api.newUser()
  conversationId = (await openConversation(ada)).id
  said = idsOf(await say(ada, conversationId, ...FACTS))
})

/** As a vector looks that was made before, or after, the model was changed. */
const remade = (index: number, model: string) =>
  queryAs(ada.sub, 'update chat_vectors set model = $2 where message_id = $1', [said[index], model])

describe.each([OLDER, NEWER])('A vector that another model made (%s)', (model) => {
  beforeEach(() => remade(0, model))

  it('is not compared with a text, and is counted', async () => {
    const found = await search(ada, { query: 'apple trees in winter', mode: 'semantic' })
    expect(idsOf(found.data).toSorted()).toEqual(said.slice(1).toSorted())
    expect(found.otherModels).toBe(1)
  })

  it('is no reason not to find its text by words, without a similarity', async () => {
    const { data, otherModels } = await search(ada, { query: 'apple trees' })
    expect(data[0]).toMatchObject({ id: said[0], scoring: { similarity: null, keywordPosition: 1 } })
    expect(otherModels).toBe(1)
  })

  it('makes an embedding without a model one that nobody can compare', async () => {
    await expectProblem(await ada.post('/v1/search', { embedding: axis(0) }), 409, 'mixed_models')
    await expectProblem(await ada.post('/v1/vectors/search', { embedding: axis(0) }), 409, 'mixed_models')
  })

  it('is what an embedding of its model is compared with, and nothing else', async () => {
    const { data, otherModels } = await search(ada, { embedding: axis(0), model })
    expect(idsOf(data)).toEqual([said[0]])
    expect(otherModels).toBe(2)
    const nearest = await read<VectorFound>(ada.post('/v1/vectors/search', { embedding: axis(0), model }))
    expect(nearest.data.map(({ messageId }) => messageId)).toEqual([said[0]])
  })
})

describe('Of one model', () => {
  it('all are compared, and none is counted as of another', async () => {
    expect(await search(ada, { query: 'winter', mode: 'semantic' })).toMatchObject({ otherModels: 0 })
    expect((await search(ada, { embedding: axis(0) })).data).toHaveLength(said.length)
  })

  it('are those that Parley made, whatever the client has stored', async () => {
    await read(ada.post('/v1/vectors', { embedding: axis(1), conversationId, messageId: said[0], model: OLDER }), 201)
    expect((await search(ada, { embedding: axis(1) })).data[0]).toMatchObject({ id: said[0], score: 1 })
  })
})
