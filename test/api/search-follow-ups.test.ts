import { beforeAll, describe, expect, inject, it } from 'vitest'
import { contextFor } from './context-helpers.ts'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { append, expectProblem, expectRefused, idsOf, openConversation, read, say, search } from './helpers.ts'
import { pages } from './search-helpers.ts'

const api = createApi()
let ada: TestUser

const ADLER = 'Hotel Adler stands near the river, close to the old bridge. Rooms have a balcony.'
const MUSEUM = 'The museum of clocks opens at ten, except on Mondays.'
const TRAIN = 'Trains to the airport leave every half hour from platform four.'
const HOTELS = 'Which hotels are near the river?'
const AIRPORT = 'How do I get to the airport by train?'
const QUERY = 'and the second one?'

type Turn = { role: 'user' | 'assistant'; content: string }
const user = (content: string): Turn => ({ role: 'user', content })
const assistant = (content: string): Turn => ({ role: 'assistant', content })
const TURNS = [user(HOTELS), assistant('Two of them: the Adler and the Krone.')]

beforeAll(async () => {
  ada = await api.newUser()
  for (const content of [ADLER, MUSEUM, TRAIN]) await put(ada, { content })
})

const sources = ['document']
/** The texts that a search of documents finds. */
const found = async (body: object, who = ada) =>
  (await search(who, { query: QUERY, sources, ...body })).data.map(({ content }) => content)

/** Stores turns as a conversation. */
async function talk(...turns: readonly Turn[]) {
  const { id } = await openConversation(ada)
  const said = []
  for (const turn of turns) said.push(await append(ada, `/v1/conversations/${id}/messages`, turn))
  return { id, said }
}

async function countPosts<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = await api.posts()
  const result = await work()
  return [result, (await api.posts()) - before]
}

describe('A follow-up', () => {
  it.each(['hybrid', 'keyword', 'semantic'])('finds what was talked about: %s', async (mode) => {
    // Nothing has these words, but a search by meaning alone has no floor.
    if (mode !== 'semantic') expect(await found({ mode })).toEqual([])
    expect((await found({ mode, turns: TURNS }))[0]).toBe(ADLER)
  })

  it.each(['and that?', 'What about it?', 'Und das?'])('may have nothing but stop words: %s', async (query) => {
    for (const mode of ['hybrid', 'keyword']) {
      expect(await found({ query, mode })).toEqual([])
      expect(await found({ query, mode, turns: TURNS })).toEqual([ADLER])
    }
  })

  it('goes by what the user said alone', async () => {
    expect(await found({ turns: [assistant(HOTELS)] })).toEqual([])
  })

  it('weighs what was said last more, and the question most', async () => {
    const both = [user(HOTELS), user(AIRPORT)]
    for (const mode of ['hybrid', 'keyword', 'semantic']) {
      expect((await found({ mode, turns: both })).slice(0, 2)).toEqual([TRAIN, ADLER])
      expect((await found({ mode, turns: both.toReversed() })).slice(0, 2)).toEqual([ADLER, TRAIN])
      expect((await found({ mode, turns: both, query: 'When does the museum open?' }))[0]).toBe(MUSEUM)
    }
  })

  it('counts five turns, and the question once', async () => {
    const later = Array.from({ length: 4 }, (_, i) => user(`unheard ${i}`))
    expect(await found({ turns: [user(HOTELS), ...later] })).toEqual([ADLER])
    expect(await found({ turns: [user(HOTELS), ...later, user(' ')] })).toEqual([ADLER])
    expect(await found({ turns: [user(HOTELS), ...later, user(QUERY)] })).toEqual([ADLER])
    expect(await found({ turns: [user(HOTELS), ...later, user('one more')] })).toEqual([])
  })

  it('needs none of the earlier words, which make no text one with all words', async () => {
    const body = { mode: 'keyword', query: 'platform', turns: TURNS }
    const { data } = await search(ada, { ...body, sources })
    expect(data.map(({ content }) => content)).toEqual([TRAIN, ADLER])
    const alone = await search(ada, { ...body, sources, turns: undefined })
    expect(data[0]?.score).toBeCloseTo(alone.data[0]?.score ?? 0, 10)
    expect(await found({ ...body, match: 'all' })).toEqual([TRAIN])
    expect(await found({ ...body, query: '"platform four"' })).toEqual([TRAIN])
    expect(await found({ ...body, query: 'platform -river' })).toEqual([TRAIN])
    // Said twice, it counts once, as a word of the question.
    const again = await search(ada, { ...body, sources, turns: [user('platform')] })
    expect(again.data[0]?.scoring.keywordRank).toBe(alone.data[0]?.scoring.keywordRank)
  })

  it('goes through pages', async () => {
    const body = { query: QUERY, sources, mode: 'semantic', turns: TURNS }
    const whole = await search(ada, { ...body, limit: 50 })
    expect(idsOf(await pages(ada, body, 1))).toEqual(idsOf(whole.data))
    const { nextCursor: cursor } = await search(ada, { ...body, limit: 1 })
    const others = [...TURNS, user('something else')]
    await expectProblem(await ada.post('/v1/search', { ...body, turns: others, cursor }), 400, 'invalid_cursor')
  })

  it('takes one database trip', async () => {
    const [texts, posts] = await countPosts(() => found({ turns: TURNS }))
    expect([texts, posts]).toEqual([[ADLER], 1])
  })

  it('finds by its words where the provider is down', async () => {
    const down = createApi({
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_API_KEY: 'sk-do-not-leak',
      EMBEDDING_BASE_URL: `${inject('faults')}/embedder/401`,
    }).as(ada)
    expect(await search(down, { query: QUERY, sources, turns: TURNS })).toMatchObject({
      degraded: true,
      data: [{ content: ADLER }],
    })
  })
})

describe('A follow-up in a conversation', () => {
  it.each(['hybrid', 'keyword', 'semantic'])('finds the same as with its turns, in two trips: %s', async (mode) => {
    const { id: conversationId } = await talk(...TURNS)
    const body = { query: QUERY, sources, mode }
    const [answer, posts] = await countPosts(() => search(ada, { ...body, conversationId }))
    expect(answer).toEqual(await search(ada, { ...body, turns: TURNS }))
    expect([answer.data[0]?.content, posts]).toEqual([ADLER, 2])
  })

  it('goes by the active path, or by the one that is named', async () => {
    const { id: conversationId, said } = await talk(user(HOTELS))
    const path = `/v1/conversations/${conversationId}/messages`
    await append(ada, path, { ...user(AIRPORT), parentId: null })
    expect(await found({ conversationId })).toEqual([TRAIN])
    expect(await found({ conversationId, leafId: said[0]?.id })).toEqual([ADLER])
    const [gone] = await say(ada, conversationId, HOTELS)
    await ada.delete(`${path}/${gone?.id}`)
    expect(await found({ conversationId })).toEqual([TRAIN])
  })

  it('has the question itself among its messages, or not', async () => {
    const { id: conversationId } = await talk(...TURNS)
    await say(ada, conversationId, QUERY)
    const stored = await search(ada, { query: QUERY, sources, conversationId })
    expect(stored).toEqual(await search(ada, { query: QUERY, sources, turns: TURNS }))
  })

  it('goes on to the next page until the user says something else', async () => {
    const { id: conversationId } = await talk(...TURNS)
    const body = { query: QUERY, sources, mode: 'semantic', conversationId, limit: 1 }
    const { nextCursor: cursor } = await search(ada, body)
    await append(ada, `/v1/conversations/${conversationId}/messages`, assistant('Let me see.'))
    expect((await search(ada, { ...body, cursor })).data).toHaveLength(1)
    await say(ada, conversationId, AIRPORT)
    await expectProblem(await ada.post('/v1/search', { ...body, cursor }), 400, 'invalid_cursor')
  })

  it('is a plain search where nothing was said', async () => {
    const { id: conversationId } = await openConversation(ada)
    const body = { query: 'museum', sources }
    expect((await search(ada, { ...body, conversationId })).data).toEqual((await search(ada, body)).data)
  })

  it('that is missing, deleted or somebody else’s is the same 404, and a foreign leaf is refused', async () => {
    const eve = await api.newUser()
    const { id: conversationId, said } = await talk(...TURNS)
    const other = await talk(user(AIRPORT))
    const headers = { 'X-Request-Id': 'same' }
    const ask = (who: TestUser, id: string) => who.post('/v1/search', { query: QUERY, conversationId: id }, headers)
    const missing = await ask(eve, 'nowhere')
    const bytes = await missing.clone().text()
    await expectProblem(missing, 404, 'not_found')
    const foreign = await ask(eve, conversationId)
    expect([foreign.status, await foreign.text()]).toEqual([404, bytes])
    await ada.delete(`/v1/conversations/${other.id}`)
    await expectProblem(await ask(ada, other.id), 404, 'not_found')
    for (const leafId of ['nowhere', other.said[0]?.id]) {
      await expectRefused(await ada.post('/v1/search', { query: QUERY, conversationId, leafId }), 'leafId')
    }
    expect((await ada.post('/v1/search', { query: QUERY, conversationId, leafId: said[0]?.id })).status).toBe(200)
  })
})

describe('The tokens of today', () => {
  it('count the question and each turn that the provider was asked for', async () => {
    const who = await createApi({
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_API_KEY: 'sk-do-not-leak',
      EMBEDDING_BASE_URL: `${inject('faults')}/embedder/ok`,
      EMBEDDING_MODEL: 'axis',
    }).newUser()
    const used = async () => {
      const { data } = await read<{ data: { quota: string; used: number }[] }>(who.get('/v1/usage'))
      return data.find(({ quota }) => quota === 'embeddedTokens')?.used ?? 0
    }
    // Each is as long.
    const text = () => crypto.randomUUID()
    const [first, second, third] = [text(), text(), text()]
    const costs: number[] = []
    const ask = async (query: string, ...said: string[]) => {
      const before = await used()
      await search(who, { query, turns: said.length > 0 ? said.map(user) : undefined })
      costs.push((await used()) - before)
    }
    await ask(first)
    const one = costs[0] ?? 0
    await ask(second, first)
    await ask(text(), text(), third, second)
    await ask(third, first, second)
    expect(one).toBeGreaterThan(0)
    expect(costs).toEqual([one, one, 3 * one, 0])
  })
})

describe('The context of a prompt', () => {
  const passagesOf = async (body: object) =>
    (await contextFor(ada, { sources: ['document'], ...body })).passages.map(({ content }) => content)

  it('is searched for as a follow-up of what the user said before', async () => {
    expect(await passagesOf({ turns: [user(QUERY)] })).toEqual([])
    expect(await passagesOf({ turns: [...TURNS, user(QUERY)] })).toEqual([ADLER])
    expect(await passagesOf({ turns: TURNS, query: QUERY })).toEqual([ADLER])
    const { id: conversationId } = await talk(...TURNS, user(QUERY))
    expect(await passagesOf({ conversationId })).toEqual([ADLER])
  })
})

describe('A request', () => {
  const embedding = Array.from({ length: 1536 }, () => 1)
  it.each<[name: string, body: object, ...paths: string[]]>([
    ['turns and a conversation', { query: 'x', turns: [user('y')], conversationId: 'here' }, 'turns'],
    ['a leaf without a conversation', { query: 'x', leafId: 'a' }, 'leafId'],
    ['turns with an embedding', { embedding, turns: [user('y')] }, 'turns'],
    ['a conversation with an embedding', { embedding, conversationId: 'here' }, 'conversationId'],
    ['turns alone', { turns: [user('y')] }, 'query'],
    ['no turn', { query: 'x', turns: [] }, 'turns'],
    ['too many turns', { query: 'x', turns: Array.from({ length: 21 }, () => user('y')) }, 'turns'],
    ['turns of nobody', { query: 'x', turns: [{ role: 'nobody', content: 'y' }] }, 'turns.0.role'],
  ])('with %s is refused', async (_name, body, ...paths) => {
    const before = await api.posts()
    await expectRefused(await ada.post('/v1/search', body), ...paths)
    expect(await api.posts()).toBe(before)
  })
})
