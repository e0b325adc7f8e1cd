import { beforeAll, describe, expect, it } from 'vitest'
import { put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import {
  expectRefused,
  type Found,
  type Message,
  openConversation,
  type Page,
  queryAsSuperuser,
  read,
  search,
} from './helpers.ts'
import { createDice, type Filter, KEYS, type MetadataFilter, passes, type Text } from './search-filter-model.ts'

const api = createApi()
const dice = createDice(20_261_123)

let ada: TestUser
const texts: Text[] = []

/** All texts have one word in common: what a search for it leaves out, the filter has left out. */
const WORD = 'common'
const MODES = ['hybrid', 'semantic', 'keyword'] as const

beforeAll(async () => {
  ada = await api.newUser()
  for (let i = 0; i < 4; i++) {
    const tags = dice.tags()
    const { id: conversationId } = await openConversation(ada, { tags })
    const news = Array.from({ length: 10 }, (_, j) => ({
      role: dice.role(),
      content: `${WORD} text ${i} ${j}`,
      metadata: dice.metadata(),
    }))
    const path = `/v1/conversations/${conversationId}/messages`
    const { data } = await read<Page<Message>>(ada.post(path, { messages: news }), 201)
    for (const { id, role, metadata } of data) {
      texts.push({
        id,
        source: 'message',
        conversationId,
        role,
        tags,
        createdAt: dice.time(),
        metadata: metadata ?? {},
      })
    }
  }
  for (let i = 0; i < 24; i++) {
    const fields = { tags: dice.tags(), metadata: dice.metadata() }
    const { id } = await put(ada, {
      ...fields,
      content: `${WORD} document ${i}`,
      language: i % 2 ? 'english' : 'simple',
    })
    texts.push({ id, source: 'document', conversationId: null, role: null, createdAt: dice.time(), ...fields })
  }
  for (const { id, source, createdAt } of texts) {
    const table = source === 'message' ? 'messages' : 'documents'
    await queryAsSuperuser(`update ${table} set created_at = $2 where id = $1`, [id, createdAt])
  }
}, 60_000)

/** The ids of all that is found, in order: of a chunk, its document's. */
async function idsFound(mode: string, filter: object, options: object = {}): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const body = { query: WORD, mode, filter, limit: 50, ...options, ...(cursor && { cursor }) }
    const page: Found = await search(ada, body)
    ids.push(...page.data.map(({ source, id, documentId }) => (source === 'message' ? id : documentId)))
    expect(page.nextCursor).not.toBe(cursor ?? '')
    cursor = page.nextCursor
  } while (cursor)
  return ids.sort()
}

const expected = (filter: Filter) => texts.flatMap((text) => (passes(text, filter) ? text.id : [])).sort()

async function expectLikeModel(filter: Filter): Promise<number> {
  const ids = expected(filter)
  for (const mode of MODES) expect({ filter, mode, ids: await idsFound(mode, filter) }).toEqual({ filter, mode, ids })
  return ids.length
}

describe('A filter', () => {
  it('of nothing leaves all texts', async () => {
    expect(await expectLikeModel({})).toBe(64)
  })

  it('by each field alone leaves what the model leaves', { timeout: 60_000 }, async () => {
    const [message] = texts
    const documents = texts.filter(({ source }) => source === 'document')
    const [first, second] = [documents[0]?.id ?? '', documents[1]?.id ?? '']
    const conversationId = message?.conversationId ?? ''
    const createdAt = message?.createdAt ?? ''
    const filters: Filter[] = [
      { source: 'message' },
      { source: ['document'] },
      { source: ['document', 'message'] },
      { conversationId },
      { conversationId: [conversationId, crypto.randomUUID()] },
      { documentId: first },
      { documentId: [first, second] },
      { conversationId, documentId: first },
      { conversationId: first },
      { role: 'tool' },
      { role: ['user', 'assistant'] },
      { tags: 'red' },
      { tags: ['red', 'green'] },
      { tags: 'ü' },
      { tags: [`a"b`] },
      { createdAfter: createdAt },
      { createdBefore: createdAt },
      { createdAfter: '2024-07-01T02:00:00+02:00' },
      { createdAfter: '2024-03-01T00:00:00Z', createdBefore: '2024-09-01T00:00:00Z' },
      { createdAfter: '9999-12-31T23:59:59Z' },
      { createdBefore: '0001-01-01T00:00:00Z' },
    ]
    const counts = []
    for (const filter of filters) {
      const same = typeof filter.conversationId === 'string' && { conversationId: filter.conversationId.toLowerCase() }
      const ids = expected({ ...filter, ...same })
      for (const mode of MODES) expect({ filter, ids: await idsFound(mode, filter) }).toEqual({ filter, ids })
      counts.push(ids.length)
    }
    // A filter that leaves all or nothing shows little.
    expect(counts.filter((count) => count > 0 && count < 64).length).toBeGreaterThan(15)
  })

  it('goes together with `sources`', async () => {
    const conversationId = texts[0]?.conversationId ?? ''
    expect(await idsFound('hybrid', { conversationId }, { sources: ['document'] })).toEqual([])
    expect(await idsFound('keyword', { source: 'message' }, { sources: ['document'] })).toEqual([])
    expect(await idsFound('semantic', { role: 'user' }, { sources: ['message', 'document'] })).toEqual(
      expected({ role: 'user' }),
    )
  })

  it(
    'by metadata leaves what the model leaves, whatever it is made of',
    { timeout: 120_000, tags: 'slow' },
    async () => {
      let found = 0
      for (let i = 0; i < 60; i++) found += (await expectLikeModel({ metadata: dice.metadataFilter(3) })) > 0 ? 1 : 0
      expect(found).toBeGreaterThan(20)
    },
  )

  it('by all fields at once leaves what the model leaves', { timeout: 120_000, tags: 'slow' }, async () => {
    let found = 0
    for (let i = 0; i < 60; i++) found += (await expectLikeModel(dice.filter(texts))) > 0 ? 1 : 0
    expect(found).toBeGreaterThan(20)
  })

  it.each(KEYS)('finds the metadata by the key %j', async (key) => {
    const metadata: MetadataFilter = {
      or: [
        { key, ne: null },
        { key, eq: null },
      ],
    }
    expect(await idsFound('keyword', { metadata })).toEqual(expected({}))
    const owners = texts.filter((text) => Object.hasOwn(text.metadata, key))
    const owner = owners.find(({ metadata }) => ['string', 'number'].includes(typeof metadata[key]))
    expect(owners.length).toBeGreaterThan(0)
    await expectLikeModel({ metadata: { key, eq: (owner?.metadata[key] ?? 'none') as string } })
  })

  it("does not see another user's metadata", async () => {
    const eve = await api.newUser()
    for (const mode of MODES) {
      const filter = { metadata: { key: 'n', ne: 'nothing' } }
      expect((await search(eve, { query: WORD, mode, filter })).data).toEqual([])
    }
  })
})

const refused = async (filter: unknown, ...paths: string[]) =>
  expectRefused(await ada.post('/v1/search', { query: WORD, filter }), ...paths)
const nested = (depth: number): object => (depth === 0 ? { key: 'n', eq: 1 } : { and: [nested(depth - 1)] })
const conditions = (count: number) => Array.from({ length: count }, () => ({ key: 'n', eq: 1 }))

describe('A filter is refused', () => {
  it.each([
    ['an unknown field', { user: 'x' }, 'filter.user'],
    ['a field of the origin', { user_id: 'x' }, 'filter.user_id'],
    ['a source that is none', { source: 'mail' }, 'filter.source.0'],
    ['no source', { source: [] }, 'filter.source'],
    ['an id that is none', { conversationId: ['a b'] }, 'filter.conversationId.0'],
    ['an id in braces', { documentId: '{}' }, 'filter.documentId.0'],
    ['a role that is none', { role: ['user', 'king'] }, 'filter.role.1'],
    ['a blank tag', { tags: ['a', ' '] }, 'filter.tags.1'],
    ['a day', { createdAfter: '2024-01-01' }, 'filter.createdAfter'],
    ['a time of no zone', { createdBefore: '2024-01-01T00:00:00' }, 'filter.createdBefore'],
    ['the year 0', { createdAfter: '0000-01-01T00:00:00Z' }, 'filter.createdAfter'],
    ['the year 10000, in UTC', { createdBefore: '9999-12-31T23:59:59-23:00' }, 'filter.createdBefore'],
    [
      'too many ids',
      { conversationId: Array.from({ length: 101 }, () => crypto.randomUUID()) },
      'filter.conversationId',
    ],
    ['text', 'metadata', 'filter'],
    ['null', null, 'filter'],
  ])('with %s', (_, filter, path) => refused(filter, path))

  it.each<[string, unknown, string]>([
    ['an unknown operator', { key: 'a', like: 'b' }, 'like'],
    ['an unknown operator beside a good one', { key: 'a', eq: 1, regex: 'b' }, 'regex'],
    ['an unknown operator inside', { and: [{ key: 'a', eq: 1 }, { or: [{ key: 'b', not: 1 }] }] }, 'and.1.or.0.not'],
    ['no operator', { key: 'a' }, ''],
    ['no key', { eq: 1 }, 'key'],
    ['an empty key', { key: '', eq: 1 }, 'key'],
    ['a long key', { key: 'x'.repeat(129), eq: 1 }, 'key'],
    ['a deep path', { key: Array.from({ length: 9 }, () => 'x'), eq: 1 }, 'key'],
    ['and with or', { and: [{ key: 'a', eq: 1 }], or: [{ key: 'a', eq: 1 }] }, 'or'],
    ['and with a key', { and: [{ key: 'a', eq: 1 }], key: 'a', eq: 1 }, 'key eq'],
    ['an empty and', { and: [] }, 'and'],
    ['and of no list', { and: { key: 'a', eq: 1 } }, 'and'],
    ['an object to compare with', { key: 'a', eq: { b: 1 } }, 'eq'],
    ['an array to compare with', { key: 'a', eq: [1] }, 'eq'],
    ['more than true', { key: 'a', gt: true }, 'gt'],
    ['less than null', { key: 'a', lte: null }, 'lte'],
    ['a long text', { key: 'a', eq: 'x'.repeat(257) }, 'eq'],
    ['in no list', { key: 'a', in: 'b' }, 'in'],
    ['in nothing', { key: 'a', in: [] }, 'in'],
    ['in 51 values', { key: 'a', in: Array.from({ length: 51 }, (_, i) => i) }, 'in'],
    ['in an object', { key: 'a', in: [1, {}] }, 'in.1'],
    ['nesting of five', nested(5), 'and.0.and.0.and.0.and.0'],
    ['33 conditions', { and: conditions(32) }, ''],
    ['33 in one list', { or: conditions(33) }, 'or'],
    ['33 in two lists', { or: [{ and: conditions(15) }, { and: conditions(15) }] }, ''],
    ['text', 'a = 1', ''],
    ['a list', [{ key: 'a', eq: 1 }], ''],
    ['null', null, ''],
    ['a NUL byte', { key: 'a', eq: 'a\0' }, 'eq'],
    ['a NUL byte in a key', { key: ['a', '\0'], eq: 'a' }, 'key.1'],
    ['a lone surrogate', { key: '\ud800', eq: 'a' }, 'key'],
  ])('with metadata: %s', (_, metadata, path) =>
    refused({ metadata }, ...path.split(' ').map((name) => `filter.metadata${name && `.${name}`}`)),
  )

  it.each(['__proto__', 'constructor', 'toString'])('with the name %s', async (name) => {
    const headers = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' }
    const post = (filter: string) =>
      api.call('POST', '/v1/search', { body: `{"query":"x","filter":${filter}}`, headers })
    await expectRefused(await post(`{"${name}":{}}`), `filter.${name}`)
    await expectRefused(await post(`{"metadata":{"key":"a","eq":1,"${name}":1}}`), `filter.metadata.${name}`)
    await expectRefused(
      await post(`{"metadata":{"and":[{"key":"a","eq":1,"${name}":1}]}}`),
      `filter.metadata.and.0.${name}`,
    )
  })

  it('not at its bounds', async () => {
    const filters: MetadataFilter[] = [
      nested(4) as MetadataFilter,
      { and: conditions(31) },
      { key: 'n', in: Array.from({ length: 50 }, (_, i) => i) },
      { key: Array.from({ length: 8 }, () => 'n'), eq: 'x'.repeat(256) },
      { key: 'x'.repeat(128), ne: 1 },
    ]
    for (const metadata of filters) await expectLikeModel({ metadata })
  })
})
