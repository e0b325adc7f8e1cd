import { beforeEach, describe, expect, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { type Found, idsOf, openConversation, providerDown, queryAs, say, search } from './helpers.ts'
import { byScore, fusedByRank, fusedByScore, pages } from './search-helpers.ts'

const api = createApi()
const down = createApi(providerDown())

let ada: TestUser
let conversation: string

beforeEach(async () => {
  ada = await api.newUser()
  conversation = (await openConversation(ada)).id
})

const TEXTS = [
  'Apple trees are pruned in late winter, before the buds open.',
  'A sourdough starter is fed with flour and water every day.',
  'The Baltic Sea is brackish, and freezes in hard winters.',
  'Bicycle chains last longer when they are cleaned and oiled.',
  'In winter the trees have no leaves.',
]
const QUERY = 'pruning trees in winter'
/** Those that share a word with it. */
const ABOUT = [0, 2, 4].map((i) => TEXTS[i] ?? '')
const contents = ({ data }: Pick<Found, 'data'>) => data.map(({ content }) => content)

const positionIn = (list: string[], id: string) => (list.includes(id) ? list.indexOf(id) + 1 : null)

describe('The default', () => {
  it('is a search by meaning and by keyword, of messages and documents', async () => {
    await say(ada, conversation, ...TEXTS)
    const document = await put(ada, { content: 'When to prune: in winter.' })
    const found = await search(ada, { query: QUERY })
    // Two of the messages have nothing to do with it.
    expect(found).toMatchObject({ mode: 'hybrid', degraded: false, recall: 'exact', belowThreshold: 2 })
    expect(found.data).toHaveLength(4)
    expect(found.data).toContainEqual(expect.objectContaining({ source: 'document', documentId: document.id }))
    expect(contents(await search(ada, { query: QUERY, sources: ['message'] })).sort()).toEqual(ABOUT.toSorted())
    expect(contents(await search(ada, { query: QUERY, sources: ['document'] }))).toEqual(['When to prune: in winter.'])
  })

  it('ranks a text with all words no lower than one with a few of them', async () => {
    const all = `Set orchard_size and cellar_size. ${'Other things are said at length. '.repeat(20)}`
    const few = ['Orchard, orchard, orchard', 'Orchard', 'The cellar', 'A cellar', 'Some cellar', 'One cellar more']
    for (const text of [all, ...few]) await say(ada, (await openConversation(ada)).id, text)
    const { data } = await search(ada, { query: 'orchard cellar' })
    const ranks = data.map(({ content, scoring }) => [content.startsWith('Set'), scoring.keywordRank ?? 0] as const)
    const rankOf = (isAll: boolean) => Math.max(...ranks.flatMap(([is, rank]) => (is === isAll ? [rank] : [])))
    expect(rankOf(true)).toBeGreaterThan(rankOf(false))
  })

  it('matches any word, unless the query says more', async () => {
    await say(ada, conversation, 'red green', 'red blue')
    const matching = async (query: string, options: object = {}) => {
      const { data } = await search(ada, { query, ...options })
      return data.flatMap(({ content, scoring }) => (scoring.keywordPosition === null ? [] : content)).sort()
    }
    expect(await matching('red green')).toEqual(['red blue', 'red green'])
    expect(await matching('red green', { match: 'all' })).toEqual(['red green'])
    expect(await matching('"red green"')).toEqual(['red green'])
    expect(await matching('red -green')).toEqual(['red blue'])
    expect(await matching('red -green', { syntax: 'plain' })).toEqual(['red blue', 'red green'])
    expect(await matching('green OR yellow')).toEqual(['red green'])
    expect(await matching('green or yellow')).toEqual(['red green'])
    expect(await matching('green -- yellow')).toEqual(['red green'])
    expect(await matching('--green yellow')).toEqual(['red green'])
  })
})

describe('Every hit', () => {
  beforeEach(async () => {
    await say(ada, conversation, ...TEXTS)
    await put(ada, { title: 'Winter', content: 'Of trees, and how to prune them.' })
  })

  it.each([
    ['as it is', {}, 0.3, 0.7],
    ['with weights', { weights: { semantic: 0.5, keyword: 3 } }, 0.5, 3],
    ['with one weight', { method: 'score', weights: { keyword: 2 } }, 0.3, 2],
    ['by meaning only', { weights: { keyword: 0 } }, 0.3, 0],
    ['by keyword only', { weights: { semantic: 0 } }, 0, 0.7],
    ['with no weight at all', { weights: { semantic: 0, keyword: 0 } }, 0, 0],
  ])('has the fused score that the formula gives: %s', async (_, fusion, semantic, keyword) => {
    const { data } = await search(ada, { query: QUERY, fusion })
    expect(data).toHaveLength(4)
    for (const hit of data) {
      expect(hit.score).toBeCloseTo(fusedByScore(hit, data, semantic, keyword), 12)
      expect(hit.scoring.fused).toBe(hit.score)
    }
    expect(idsOf(data)).toEqual(idsOf(data.toSorted(byScore)))
  })

  it.each([
    ['as it is', {}, 60, 1, 1],
    ['with a small k', { k: 1 }, 1, 1, 1],
    ['with a large k', { k: 1_000 }, 1_000, 1, 1],
    ['with weights', { weights: { semantic: 0.5, keyword: 3 } }, 60, 0.5, 3],
    ['with one weight', { k: 10, weights: { keyword: 2 } }, 10, 1, 2],
    ['by meaning only', { weights: { keyword: 0 } }, 60, 1, 0],
    ['by keyword only', { weights: { semantic: 0 } }, 60, 0, 1],
    ['with no weight at all', { weights: { semantic: 0, keyword: 0 } }, 60, 0, 0],
  ])('has the score of its ranks where they are asked for: %s', async (_, fusion, k, semantic, keyword) => {
    const { data } = await search(ada, { query: QUERY, fusion: { method: 'rank', ...fusion } })
    expect(data).toHaveLength(4)
    for (const hit of data) {
      expect(hit.score).toBeCloseTo(fusedByRank(hit, k, semantic, keyword), 12)
      expect(hit.scoring.fused).toBe(hit.score)
    }
    expect(idsOf(data)).toEqual(idsOf(data.toSorted(byScore)))
  })

  it('has the positions of the two lists that it was fused from', async () => {
    const { data } = await search(ada, { query: QUERY })
    const semantic = await search(ada, { query: QUERY, mode: 'semantic' })
    const keyword = await search(ada, { query: QUERY, mode: 'keyword' })
    expect([semantic.data.length, keyword.data.length, data.length]).toEqual([6, 4, 4])
    const lists = { semantic: idsOf(semantic.data), keyword: idsOf(keyword.data) }
    for (const { id, scoring } of data) {
      expect(scoring).toEqual({
        similarity: semantic.data.find((hit) => hit.id === id)?.score,
        semanticPosition: positionIn(lists.semantic, id),
        keywordRank: keyword.data.find((hit) => hit.id === id)?.scoring.keywordRank,
        keywordPosition: positionIn(lists.keyword, id),
        fused: expect.any(Number),
      })
    }
  })

  it('has a highlight where its words match', async () => {
    const { data } = await search(ada, { query: QUERY })
    for (const { highlight, scoring } of data) expect(highlight === null).toBe(scoring.keywordRank === null)
    expect(data[0]?.highlight).toContain('<mark>')
  })
})

describe('Both lists', () => {
  it(
    'give one, and a hit beyond the end of the list by meaning has its similarity all the same',
    { tags: 'slow' },
    async () => {
      // 250 texts are nearer to the query than the one that has its rare word.
      const near = Array.from({ length: 250 }, (_, i) => `sleeping harbours, sleeping harbours ${i}`)
      for (let i = 0; i < near.length; i += 50) await say(ada, conversation, ...near.slice(i, i + 50))
      const [rare] = await say(ada, conversation, `zirconium ${'and much else of other things '.repeat(20)}`)
      const query = 'sleeping harbours zirconium'
      const all = await pages(ada, { query }, 50)
      expect(all.length).toBeGreaterThan(200)
      expect(new Set(idsOf(all)).size).toBe(all.length)
      expect(idsOf(all)).toEqual(idsOf(all.toSorted(byScore)))
      for (const hit of all) expect(hit.score).toBeCloseTo(fusedByScore(hit, all), 12)

      const hit = all.find(({ id }) => id === rare?.id)
      expect(hit?.scoring).toMatchObject({ semanticPosition: null, keywordPosition: 1 })
      const similarity = hit?.scoring.similarity ?? 0
      const others = all.flatMap(({ scoring }) => (scoring.semanticPosition === null ? [] : (scoring.similarity ?? 0)))
      expect(similarity).toBeLessThan(Math.min(...others))
      expect(similarity).toBeGreaterThan(0)

      const above = await search(ada, { query, limit: 50, threshold: similarity + 0.001 })
      expect(above.belowThreshold).toBe(1)
      expect(idsOf(await pages(ada, { query, threshold: similarity + 0.001 }, 50))).not.toContain(rare?.id)
      expect(idsOf(await pages(ada, { query, threshold: similarity }, 50))).toContain(rare?.id)
      expect(await pages(ada, { query, mode: 'semantic' }, 50)).toHaveLength(200)
    },
  )
})

describe('A threshold', () => {
  it('drops what is less similar, and counts it', async () => {
    await say(ada, conversation, ...TEXTS)
    const whole = await search(ada, { query: QUERY })
    const byMode = { hybrid: whole.data, semantic: (await search(ada, { query: QUERY, mode: 'semantic' })).data }
    expect([byMode.hybrid.length, byMode.semantic.length]).toEqual([ABOUT.length, TEXTS.length])
    for (const threshold of [-1, 0.1, 0.3, 0.5, 1]) {
      for (const [mode, hits] of Object.entries(byMode)) {
        const { data, belowThreshold } = await search(ada, { query: QUERY, mode, threshold })
        const kept = hits.filter(({ scoring }) => (scoring.similarity ?? 0) >= threshold)
        expect([data.length, belowThreshold]).toEqual([kept.length, TEXTS.length - kept.length])
        for (const { scoring } of data) expect(scoring.similarity).toBeGreaterThanOrEqual(threshold)
      }
    }
    const similarities = byMode.semantic.map(({ score }) => score)
    // What is dropped leaves the positions of the others alone.
    const { data } = await search(ada, { query: QUERY, threshold: similarities.toSorted((a, b) => b - a)[2] })
    for (const hit of data) expect(hit.scoring).toEqual(whole.data.find(({ id }) => id === hit.id)?.scoring)
  })

  it('says nothing of what has no vector yet', async () => {
    const [message] = await say(down.as(ada), conversation, TEXTS[0] ?? '')
    const found = await search(ada, { query: QUERY, threshold: 0.9 })
    expect(found).toMatchObject({ data: [{ id: message?.id, scoring: { similarity: null } }], belowThreshold: 0 })
  })
})

describe('What is pending', () => {
  it('is counted, in every mode, and found by its words', async () => {
    await say(ada, conversation, TEXTS[1] ?? '')
    const [late] = await say(down.as(ada), conversation, TEXTS[0] ?? '')
    const document = await put(down.as(ada), { content: 'Trees again' })
    for (const mode of ['hybrid', 'semantic', 'keyword']) {
      const found = await search(ada, { query: QUERY, mode, match: 'any' })
      expect(found).toMatchObject({ pendingEmbeddings: 2, failedEmbeddings: 0 })
      expect(idsOf(found.data).includes(late?.id ?? '')).toBe(mode !== 'semantic')
      expect(found.data.some(({ documentId }) => documentId === document.id)).toBe(mode !== 'semantic')
    }
    expect(await search(await api.newUser(), { query: QUERY })).toMatchObject({ data: [], pendingEmbeddings: 0 })

    await queryAs(ada.sub, 'update embedding_jobs set failed_at = now() where message_id = $1', [late?.id])
    expect(await search(ada, { query: QUERY })).toMatchObject({ pendingEmbeddings: 1, failedEmbeddings: 1 })
  })
})
