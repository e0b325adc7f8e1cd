import { beforeEach, describe, expect, it } from 'vitest'
import { list, path, type Query } from './conversation-queries.ts'
import { createApi, type TestUser } from './harness.ts'
import { type Conversation, expectProblem, expectRefused, openConversation, queryAs, say, walk } from './helpers.ts'

const LIST = '/v1/conversations'
const api = createApi()

const titles = async (user: TestUser, query: Query) => (await list(user, query)).data.map(({ title }) => title)

describe('A filter', () => {
  let ada: TestUser
  beforeEach(async () => {
    ada = await api.newUser()
  })

  it.each([
    ['archived', { archived: true }, { archived: 'true' }, { archived: 'false' }],
    ['pinned', { pinned: true }, { pinned: 'true' }, { pinned: 'false' }],
    ['tag', { tags: ['work', 'a,b'] }, { tag: 'work' }, { tag: 'wor' }],
    ['tag with a comma', { tags: ['a,b'] }, { tag: 'a,b' }, { tag: 'a' }],
    ['tag, repeated', { tags: ['a', 'b', 'c'] }, { tag: ['c', 'a'] }, { tag: ['a', 'd'] }],
    ['metadata', { metadata: { model: 'm', n: 1 } }, { metadata: '{"model":"m"}' }, { metadata: '{"model":"n"}' }],
    [
      'metadata of two names',
      { metadata: { a: 1, b: 2 } },
      { metadata: '{"b":2,"a":1}' },
      { metadata: '{"a":1,"b":1}' },
    ],
    ['metadata inside', { metadata: { a: { b: [1, 2] } } }, { metadata: '{"a":{"b":[2]}}' }, { metadata: '{"b":[2]}' }],
    ['metadata null', { metadata: { a: null } }, { metadata: '{"a":null}' }, { metadata: '{"b":null}' }],
    ['metadata by type', { metadata: { a: '1' } }, { metadata: '{"a":"1"}' }, { metadata: '{"a":1}' }],
    ['title', { title: 'Sorting lists' }, { title: 'ting l' }, { title: 'lists  ' }],
    ['title in other case', { title: 'ÄRGER mit ЖУК' }, { title: 'ärger MIT жук' }, { title: 'berger' }],
    ['title in NFC by NFD', { title: 'Crème brûlée' }, { title: 'cre\u0300me' }, { title: 'crema' }],
    ['title in NFD by NFC', { title: 'Cre\u0300me bru\u0302le\u0301e' }, { title: 'crème brûlée' }, { title: 'crema' }],
    ['title without accents', { title: 'Crème brûlée' }, { title: 'CREME BRU' }, { title: 'crema' }],
    ['title by more accents', { title: 'Große Pläne' }, { title: 'größe' }, { title: 'grüße' }],
    ['title with ß', { title: 'Lange Straße' }, { title: 'STRASSE' }, { title: 'strase' }],
    ['title with ss', { title: 'Lange Strasse' }, { title: 'straße' }, { title: 'strase' }],
    ['title with a final sigma', { title: 'ΟΔΥΣΣΕΥΣ' }, { title: 'οδυσσευς' }, { title: 'οδυσσεις' }],
    ['title in full width', { title: 'ＡＢＣ １２３' }, { title: 'abc 123' }, { title: 'abcd' }],
    ['title by full width', { title: 'Model X100' }, { title: 'ｘ１００' }, { title: 'ｘ２００' }],
    ['title with %', { title: '100 % sure' }, { title: '100 %' }, { title: '100%' }],
    ['title with _', { title: 'snake_case' }, { title: 'e_c' }, { title: 's_ake' }],
    ['title with \\', { title: 'C:\\temp' }, { title: ':\\T' }, { title: ':\\\\t' }],
    ['title %', { title: '50 %' }, { title: '%' }, { title: '%%' }],
    ['title in emoji', { title: 'So 👩🏽‍💻!' }, { title: '👩🏽‍💻' }, { title: '👨' }],
  ] as [string, object, Query, Query][])('%s finds what has it, and nothing else', async (_, fields, hit, miss) => {
    const { id } = await openConversation(ada, { title: 'Found', ...fields })
    const eve = await api.newUser()
    await openConversation(eve, { title: 'Hers', ...fields })
    expect((await list(ada, hit)).data.map((found) => found.id)).toEqual([id])
    expect(await list(ada, miss)).toEqual({ data: [], nextCursor: null })
  })

  it('by title looks at the title that is shown', async () => {
    const [derived, named] = [await openConversation(ada), await openConversation(ada, { title: 'Named' })]
    await say(ada, derived.id, 'How do I cook rice?')
    await say(ada, named.id, 'How do I cook rice?')
    expect((await list(ada, { title: 'COOK' })).data.map(({ id }) => id)).toEqual([derived.id])
    expect(await titles(ada, { sort: 'title' })).toEqual(['How do I cook rice?', 'Named'])
  })

  it('by time leaves out the very moment', async () => {
    const { id, createdAt } = await openConversation(ada, { title: 'Now' })
    await queryAs(ada.sub, `update conversations set last_activity_at = created_at where id = $1`, [id])
    const time = Date.parse(createdAt)
    const at = (offset: number) => new Date(time + offset).toISOString()
    for (const [after, before] of [
      ['createdAfter', 'createdBefore'],
      ['activeAfter', 'activeBefore'],
    ] as const) {
      expect(await titles(ada, { [after]: at(-1), [before]: at(1) })).toEqual(['Now'])
      expect(await titles(ada, { [after]: at(0) })).toEqual([])
      expect(await titles(ada, { [before]: at(0) })).toEqual([])
      // Finer than milliseconds, and from elsewhere in the world.
      expect(await titles(ada, { [before]: at(0).replace('Z', '001Z') })).toEqual(['Now'])
      expect(await titles(ada, { [after]: at(-1).replace('Z', '999Z') })).toEqual(['Now'])
      expect(await titles(ada, { [after]: at(2 * 3_600_000 - 1).replace('Z', '+02:00') })).toEqual(['Now'])
      expect(await titles(ada, { [after]: at(-5 * 3_600_000).replace('Z', '-05:00') })).toEqual([])
    }
  })

  it.each([
    ['archived', 'archived=yes'],
    ['archived', 'archived='],
    ['archived', 'archived=true&archived=false'],
    ['pinned', 'pinned=1'],
    ['pinnedFirst', 'pinnedFirst=TRUE'],
    ['deleted', 'deleted=0'],
    ['tag.0', 'tag='],
    ['tag.1', 'tag=a&tag=%20'],
    ['tag.0', `tag=${'x'.repeat(65)}`],
    ['tag', Array.from({ length: 33 }, (_, i) => `tag=${i}`).join('&')],
    ['tag', 'tag=%00'],
    ['metadata', 'metadata='],
    ['metadata', 'metadata=model'],
    ['metadata', 'metadata=%5B%5D'],
    ['metadata', 'metadata=null'],
    ['metadata', 'metadata=%7B%22a%22%3A1e999%7D'],
    ['metadata', 'metadata=%7B%22a%22%3A%22%5Cu0000%22%7D'],
    ['metadata', 'metadata=%7B%22a%22%3A%22%5Cud800%22%7D'],
    ['metadata', 'metadata=%7B%22__proto__%22%3A1%7D'],
    ['metadata', `metadata=${'%7B%22a%22:'.repeat(40)}1${'%7D'.repeat(40)}`],
    ['metadata', `metadata=%7B%22a%22:%22${'x'.repeat(1024)}%22%7D`],
    ['metadata', 'metadata=%7B%7D&metadata=%7B%7D'],
    ['metadata.model', 'metadata.model=m'],
    ['createdAfter', 'createdAfter=2026-01-01'],
    ['createdBefore', 'createdBefore=2026-01-01T00:00:00'],
    ['activeAfter', 'activeAfter=2026-02-30T00:00:00Z'],
    ['activeBefore', 'activeBefore=0000-01-01T00:00:00Z'],
    ['activeBefore', 'activeBefore=0001-01-01T00:00:00%2B01:00'],
    ['activeBefore', 'activeBefore=9999-12-31T23:59:59-01:00'],
    ['activeBefore', 'activeBefore=yesterday'],
    ['title', 'title='],
    ['title', `title=${'x'.repeat(201)}`],
    ['title', 'title=%00'],
    ['sort', 'sort=newest'],
    ['sort', 'sort='],
    ['sort', 'sort=title&sort=created'],
    ['order', 'order=asc'],
    ['sort', 'deleted=true&sort=title'],
    ['pinnedFirst', 'deleted=true&pinnedFirst=true'],
  ])('is refused by name: %s (%#)', async (name, query) => {
    await expectRefused(await ada.get(`${LIST}?${query}`), name)
  })

  it('takes the first and the last moment there is', async () => {
    await openConversation(ada, { title: 'One' })
    const query = { createdAfter: '0001-01-01T00:00:00Z', createdBefore: '9999-12-31T23:59:59.999999Z' }
    expect(await titles(ada, query)).toEqual(['One'])
    expect(await titles(ada, { activeAfter: '2020-01-01T00:00:00+15:59' })).toEqual(['One'])
    expect(await titles(ada, { activeAfter: '2020-01-01T00:00:00+23:59' })).toEqual(['One'])
  })
})

describe('An order', () => {
  let ada: TestUser
  beforeEach(async () => {
    ada = await api.newUser()
  })

  it('by title does not look at the case, and has those without a title first', async () => {
    for (const title of ['b', 'Émile', 'A', 'C', null, 'a', 'émigré', 'B2']) await openConversation(ada, { title })
    const sorted = await titles(ada, { sort: 'title' })
    expect(sorted.map((title) => title?.toLowerCase())).toEqual([
      undefined,
      'a',
      'a',
      'b',
      'b2',
      'c',
      'émigré',
      'émile',
    ])
  })

  it('by title goes on behind the longest titles', async () => {
    const long = ['\u0001'.repeat(498), '漢'.repeat(498), '👩'.repeat(249), 'Ⱥ'.repeat(498)]
    const made = long.flatMap((title) => ['a', 'b', 'c'].map((end) => `x${title}${end}`.slice(0, 500)))
    for (const title of made) await openConversation(ada, { title })
    const walked = await walk<Conversation>(ada, path({ sort: 'title', pinnedFirst: 'true' }), 1)
    expect(new Set(walked.map(({ title }) => title))).toEqual(new Set(made))
    expect(walked).toHaveLength(made.length)
  })

  it('with pinned ones first keeps its order among both', async () => {
    for (const [title, pinned] of [
      ['d', false],
      ['c', true],
      ['b', false],
      ['a', true],
    ] as const) {
      await openConversation(ada, { title, pinned })
    }
    for (const [sort, expected] of [
      ['activity', ['a', 'c', 'b', 'd']],
      ['created', ['a', 'c', 'b', 'd']],
      ['title', ['a', 'c', 'b', 'd']],
    ] as const) {
      const query = { sort, pinnedFirst: 'true' }
      expect(await titles(ada, query)).toEqual(expected)
      expect((await walk<Conversation>(ada, path(query), 1)).map(({ title }) => title)).toEqual(expected)
    }
    expect(await titles(ada, { pinnedFirst: 'true', pinned: 'false', sort: 'title' })).toEqual(['b', 'd'])
  })
})

describe('Deleted conversations', () => {
  it('are listed while they can be restored, the last deleted first', async () => {
    const ada = await api.newUser()
    const opened = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'kept'].map((title) => openConversation(ada, { title, tags: [`is ${title}`] })),
    )
    for (const { id, title } of opened) if (title !== 'kept') await ada.delete(`${LIST}/${id}`)
    await queryAs(
      ada.sub,
      `update conversations set deleted_at = case title when 'b' then '2026-01-02T00:00:00Z'::timestamptz else '2026-01-01T00:00:00Z' end,
         purge_after = case title when 'c' then now() else now() + interval '30 days' end
       where deleted_at is not null`,
    )
    const page = await list(ada, { deleted: 'true' })
    const [first, ...ties] = page.data.map(({ title }) => title)
    expect([first, ties.length, new Set(ties)]).toEqual(['b', 3, new Set(['a', 'd', 'e'])])
    expect(page.data[0]).toMatchObject({ deletedAt: '2026-01-02T00:00:00.000Z' })
    expect(await walk(ada, path({ deleted: 'true' }), 1)).toEqual(page.data)
    expect(await titles(ada, { deleted: 'true', tag: 'is e' })).toEqual(['e'])

    expect(await titles(ada, { deleted: 'false' })).toEqual(['kept'])
    expect((await list(ada, {})).data[0]).not.toHaveProperty('deletedAt')
    expect(await titles(await api.newUser(), { deleted: 'true' })).toEqual([])
  })
})

describe('A cursor', () => {
  it('belongs to the filters and the order that it was made with', async () => {
    const ada = await api.newUser()
    const tags = ['a', 'b']
    for (const title of ['x', 'y', 'z']) await openConversation(ada, { title, tags, metadata: { m: 1 } })
    const queries: Query[] = [
      {},
      { sort: 'created' },
      { sort: 'title' },
      { pinnedFirst: 'true' },
      { sort: 'title', pinnedFirst: 'true' },
      { archived: 'false' },
      { pinned: 'false' },
      { tag: 'a' },
      { tag: ['a', 'b'] },
      { metadata: '{"m":1}' },
      { metadata: '{}' },
      { createdAfter: '2020-01-01T00:00:00Z' },
      { activeAfter: '2020-01-01T00:00:00Z' },
      { activeBefore: '2220-01-01T00:00:00Z' },
    ]
    const cursors = await Promise.all(
      queries.map(async (query) => (await list(ada, { ...query, limit: '1' })).nextCursor ?? ''),
    )
    for (const [i, query] of queries.entries()) {
      for (const [j, cursor] of cursors.entries()) {
        if (i === j) expect((await list(ada, { ...query, cursor, limit: '2' })).data).toHaveLength(2)
        else await expectProblem(await ada.get(path({ ...query, cursor })), 400, 'invalid_cursor')
      }
    }
  })

  it('does not mind how the same list is asked for', async () => {
    const ada = await api.newUser()
    for (const title of ['x', 'y']) await openConversation(ada, { title, tags: ['a', 'b'] })
    const { nextCursor } = await list(ada, { limit: '1', tag: ['a', 'b'], sort: 'activity', title: 'X' }).then(() =>
      list(ada, { limit: '1', tag: ['a', 'b'], pinned: 'false', createdAfter: '2020-01-01T02:00:00+02:00' }),
    )
    const same = { pinnedFirst: 'false', createdAfter: '2020-01-01T00:00:00Z', tag: ['b', 'a', 'a'], pinned: 'false' }
    expect(await titles(ada, { ...same, sort: 'activity', deleted: 'false', cursor: nextCursor ?? '' })).toEqual(['x'])
  })
})
