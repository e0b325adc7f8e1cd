import { beforeAll, describe, expect, it } from 'vitest'
import { expectedIds, list, path, type Query } from './conversation-queries.ts'
import { createApi, type TestUser } from './harness.ts'
import { type Conversation, openConversation, queryAsSuperuser, random, walk } from './helpers.ts'

const api = createApi()

describe('Any list', () => {
  const next = random(20_261_122)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T
  const maybe = () => next() < 0.5
  const times = Array.from({ length: 5 }, (_, i) => `2026-03-0${i + 1}T10:00:00.${i}00Z`)
  const words = ['Rice', 'rice cake', 'ÉCLAIR', 'éclair 100%', 'a_b', 'A', 'Жук']

  let ada: TestUser
  let all: Conversation[]
  beforeAll(async () => {
    ada = await api.newUser()
    const ids = Array.from({ length: 48 }, () => crypto.randomUUID())
    await Promise.all(
      ids.map((id) =>
        openConversation(ada, {
          id,
          ...(maybe() || maybe() ? { title: pick(words) } : {}),
          archived: next() < 0.3,
          pinned: next() < 0.3,
          tags: ['a', 'b', 'c'].filter(maybe),
          metadata: { ...(maybe() && { m: pick([1, 'x', true, null]) }), ...(maybe() && { n: pick([1, 2]) }) },
        }),
      ),
    )
    // Few moments for many rows: everything ties.
    const at = () => ids.map(() => pick(times))
    await queryAsSuperuser(
      `update conversations c set created_at = t.created, last_activity_at = t.active
       from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) t (id, created, active) where c.id = t.id`,
      [ids, at(), at()],
    )
    all = (await list(ada, { limit: '100' })).data
    expect(all).toHaveLength(48)
  })

  const filters: Record<string, () => string | string[]> = {
    archived: () => pick(['true', 'false']),
    pinned: () => pick(['true', 'false']),
    tag: () => pick(['a', ['a', 'b'], ['c', 'a'], 'none']),
    metadata: () => pick(['{"m":1}', '{"m":"x"}', '{"m":null}', '{"n":2}', '{"n":1,"m":true}', '{}']),
    createdAfter: () => pick(times),
    createdBefore: () => pick(times),
    activeAfter: () => pick(times),
    activeBefore: () => pick(times),
    title: () => pick(['rice', 'ÉCL', '%', '_', 'A', 'ж', 'none']),
  }
  const orders: Query[] = ['activity', 'created', 'title'].flatMap((sort) => [{ sort }, { sort, pinnedFirst: 'true' }])
  const names = Object.keys(filters)
  const queryOf = (...chosen: string[]): Query =>
    Object.fromEntries(chosen.map((name) => [name, filters[name]?.() ?? '']))

  const check = async (query: Query) => {
    const label = path(query)
    const whole = (await list(ada, { ...query, limit: '100' })).data.map(({ id }) => id)
    expect({ label, ids: whole }).toEqual({ label, ids: expectedIds(all, query) })
    const walked = await walk<Conversation>(ada, label, pick([3, 5, 7]))
    expect({ label, ids: walked.map(({ id }) => id) }).toEqual({ label, ids: whole })
  }

  it.each(orders)('in order $sort, pinned first: $pinnedFirst, has all, page by page', async (order) => {
    await check(order)
    for (const limit of [1, 2]) expect(await walk(ada, path(order), limit)).toHaveLength(48)
  })

  it.each(names)('of one filter is the filtered whole, page by page: %s', async (name) => {
    for (const order of orders) await check({ ...order, ...queryOf(name) })
  })

  it.each(names)('of two filters is the filtered whole, page by page: %s and each other', async (name) => {
    for (const other of names) if (other > name) await check({ ...pick(orders), ...queryOf(name, other) })
  })

  it('of any filters is the filtered whole, page by page', async () => {
    for (let i = 0; i < 40; i++) await check({ ...pick(orders), ...queryOf(...names.filter(() => next() < 0.35)) })
  })
})
