import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  type Conversation,
  expectProblem,
  expectRefused,
  idsOf,
  openConversation,
  providerDown,
  read,
  say,
  search,
} from './helpers.ts'

const api = createApi()
/** Nothing that it stores ever gets a vector: what is found here is found by its words. */
const down = createApi(providerDown())

let ada: TestUser
let conversation: string

beforeEach(async () => {
  ada = down.as(await api.newUser())
  conversation = (await openConversation(ada)).id
})

const range = <T>(count: number, item: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => item(i))
const found = async (query: string, options: object = {}) =>
  (await search(ada, { query, mode: 'keyword', limit: 50, ...options })).data

const ranges = (count: number) => ({ or: range(count, (i) => ({ key: 'value', gt: i, lt: i + 1 })) })
const values = (count: number) => ({ or: range(count, () => ({ key: 'value', in: range(50, (i) => i) })) })
const paths = (count: number) => ({ or: range(count, () => ({ key: ['a', 'b'], eq: 1 })) })
const longPaths = (count: number) => ({ or: range(count, () => ({ key: ['a', 'b', 'c'], eq: 1 })) })
const listed = (metadata: object, path = '/v1/conversations') =>
  ada.get(`${path}?metadata=${encodeURIComponent(JSON.stringify(metadata))}`)
const merge = async (metadata: object) =>
  (await read<Conversation>(ada.patch(`/v1/conversations/${conversation}`, { metadata }))).metadata
const filler = (i: number) => `filler number ${i} of many. `
const long = (middle: string) => range(600, (i) => (i === 300 ? middle : filler(i))).join('')
const keep = (metadata: object) =>
  ada.post(`/v1/conversations/${conversation}/messages`, {
    role: 'user',
    content: `kept ${crypto.randomUUID()}`,
    metadata,
  })
const passes = async (metadata: object) => (await found('kept', { filter: { metadata } })).length
async function refuses(metadata: object): Promise<void> {
  const answer = await ada.post('/v1/search', { query: 'kept', filter: { metadata } })
  const { errors } = await expectProblem(answer, 400, 'invalid_request')
  expect(errors).toContainEqual({ path: 'filter.metadata', message: expect.stringContaining('64 comparisons') })
}

describe('A filter on metadata, in a search', () => {
  it('looks into an array of 100 elements, and not into a longer one', async () => {
    await keep({ list: range(100, (i) => i) })
    expect(await passes({ key: 'list', eq: 99 })).toBe(1)
    expect(await passes({ key: 'list', ne: 99 })).toBe(0)
    await keep({ long: range(101, (i) => i) })
    expect(await passes({ key: 'long', eq: 0 })).toBe(0)
    expect(await passes({ key: 'long', in: [0, 1] })).toBe(0)
    // As where there is nothing to compare.
    expect(await passes({ key: 'long', ne: 0 })).toBe(2)
  })

  it('looks into an array of 16 elements on the way, and not into a longer one', async () => {
    await keep({ items: range(16, (i) => ({ name: `n${i}` })) })
    await keep({ items: range(17, (i) => ({ name: `n${i}` })) })
    expect(await passes({ key: ['items', 'name'], eq: 'n15' })).toBe(1)
    expect(await passes({ key: ['items', 'name'], in: ['n15', 7] })).toBe(1)
  })

  it('by `in` compares values of each kind, of one or of a list', async () => {
    await keep({ value: 1 })
    await keep({ value: ['1', null] })
    await keep({ value: [[1], { a: 1 }] })
    await keep({ value: true })
    await keep({})
    for (const [values, count] of [
      [[1], 1],
      [['1'], 1],
      [[1, '1', true], 3],
      [[null, false], 1],
      [[2, 'x'], 0],
    ] as const) {
      expect([values, await passes({ key: 'value', in: values })]).toEqual([values, count])
    }
  })

  it('takes 64 comparisons, and refuses more by their path', async () => {
    for (const filter of [ranges(31), values(4), paths(16), longPaths(4)]) expect(await passes(filter)).toBe(0)
    for (const filter of [values(5), paths(17), longPaths(5)]) await refuses(filter)
    await refuses({ and: [ranges(20), ranges(10), { key: 'value', eq: 1, ne: 2, gt: 1, lt: 3, in: [1, 2] }] })
  })
})

describe('A filter on metadata, of a list', () => {
  it('takes 16 elements in arrays, 2 of which may be objects, and any number of names', async () => {
    const metadata = { list: range(20, (i) => i), items: [{ id: 1, a: 1 }, { id: 2 }, [3]] }
    const { id } = await openConversation(ada, { metadata: { ...metadata, n: 0 } })
    for (const asked of [
      { list: range(16, (i) => i + 4) },
      { items: [{ id: 2 }, [3]].slice(0, 1), n: 0 },
      { items: [[3]] },
    ]) {
      expect(idsOf((await read<{ data: Conversation[] }>(listed(asked))).data)).toEqual([id])
    }
    const names = Object.fromEntries(range(80, (i) => [`n${i}`, i]))
    expect((await read<{ data: Conversation[] }>(listed(names))).data).toEqual([])
  })

  it.each(['/v1/conversations', '/v1/documents'])('of %s is refused with more elements', async (path) => {
    for (const asked of [
      { a: range(17, (i) => i) },
      { a: range(8, (i) => i), b: { c: range(9, (i) => i) } },
      { a: [{}, {}, {}] },
      { a: [[[1]]] },
      { a: [{ b: range(9, (i) => i) }] },
    ]) {
      await expectRefused(await listed(asked, path), 'metadata')
    }
  })
})

describe('A merge patch', () => {
  it('of as many names as fit sets and removes each', async () => {
    const names = range(1_500, (i) => i.toString(36))
    const all = Object.fromEntries(names.map((name, i) => [name, i]))
    expect(await merge(all)).toEqual(all)
    const { 0: _zero, ...rest } = all
    expect(await merge({ 0: null, unknown: null })).toEqual(rest)
    expect(await merge(Object.fromEntries(names.map((name) => [name, null])))).toEqual({})
  })
})

describe('A long query', () => {
  const words = range(300, (i) => `word${i + 100}`)

  it('for all words asks for the longest, and for what must not be there', async () => {
    const [all, without] = await say(ada, conversation, words.join(' '), `${words.slice(0, 200).join(' ')} unwanted`)
    await say(ada, conversation, words.slice(0, 10).join(' '))
    const query = words.slice(0, 200).join(' ')
    expect(idsOf(await found(query, { match: 'all' })).toSorted()).toEqual([all?.id, without?.id].toSorted())
    expect(idsOf(await found(`${query} -unwanted`, { match: 'all' }))).toEqual([all?.id])
  })

  it('of one word, again and again, finds what the word finds', async () => {
    const [message] = await say(ada, conversation, 'needle and thread')
    for (const query of ['needle '.repeat(1_100), 'needle OR '.repeat(800).slice(0, -4)]) {
      expect(idsOf(await found(query))).toEqual([message?.id])
    }
    expect(await found(`"${'needle '.repeat(1_100)}"`)).toEqual([])
  })
})

describe('A highlight of a long text', () => {
  it('shows where the words are, among 50 such texts', async () => {
    await say(ada, conversation, ...range(50, (i) => long(`Here is the Needle ${i}: a needle’s place. `)))
    const hits = await found('needle')
    expect(hits).toHaveLength(50)
    for (const { highlight } of hits) expect(highlight).toContain('<mark>Needle</mark>')
  })

  it('shows a phrase where it stands, not where one of its words does', async () => {
    await say(ada, conversation, `An apple. ${long('Plant an old apple-tree, the apple tree. ')}`)
    for (const query of ['"apple tree"', 'apple tree', 'pear "apple tree"']) {
      expect((await found(query))[0]?.highlight).toMatch(/<mark>apple(<\/mark> <mark>|-)tree<\/mark>/)
    }
  })

  it('shows the longest word rather than the first', async () => {
    await say(ada, conversation, long('Here is the needle. '))
    expect((await found('7 needle'))[0]?.highlight).toContain('<mark>needle</mark>')
  })

  it.each(['a.b*c', String.raw`back\slash`, "it's", '(paren)', '{x3}', '[x]', '^$', 'a|b', 'tab\tbed'])(
    'is there, whatever signs the query has: %j',
    async (query) => {
      await say(ada, conversation, long(`${query} needle `))
      expect((await found(`needle ${query}`))[0]?.highlight).toContain('<mark>needle</mark>')
    },
  )
})
