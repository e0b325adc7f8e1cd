// @module-tag slow
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createContextRepository } from '../../../src/features/context/repository.ts'
import { countReads, explain, fetchedOf, user } from './explain.ts'
import { places, type Place } from './places.ts'
import { scansOf, waysInto } from './plan.ts'

const START_MS = 120_000
const SHORT = 100
const LONG = 12_000
const LIMIT = 60
/** The path of the forked conversation leaves a branch so often, once every so many messages. */
const FORKS = 40
const EVERY = 5

interface Named {
  userId: string
  conversationId: string
}

describe.each(places)('on $name, the recent turns', ({ open }) => {
  let place: Place
  let short: Named
  let long: Named
  let forked: Named
  beforeAll(async () => {
    place = await open()
    ;[short, long, forked] = [await seed(place, SHORT), await seed(place, LONG), await seedForked(place)]
    await place.asSuperuser((superuser) => superuser.query('vacuum analyze'))
  }, START_MS)
  afterAll(() => place.close())

  const query = ({ conversationId }: Named, bytes = 1_000_000) => ({
    conversationId,
    leafId: null,
    limit: LIMIT,
    bytes,
  })
  const readsOf = async (named: Named) => {
    const { value, reads } = await countReads(place, user(named.userId), ['messages', 'conversations'], (db) =>
      createContextRepository(db, named.userId).recent(query(named)),
    )
    return { seqs: value.rows.map(({ seq }) => seq), reads }
  }

  test('cost the same in a conversation of 100 messages and of 12,000', async () => {
    const [few, many] = [await readsOf(short), await readsOf(long)]
    const newest = (length: number) => Array.from({ length: LIMIT }, (_, i) => length - i)
    expect([few.seqs, many.seqs]).toEqual([newest(SHORT), newest(LONG)])
    const fetched = [few, many].map(({ reads }) => fetchedOf(reads, 'messages'))
    expect(fetched[1]).toBe(fetched[0])
    // Each of them, the leaf, and where its branch begins.
    expect(fetched[0]).toBeLessThanOrEqual(LIMIT + 3)
    for (const { reads } of [few, many]) {
      expect(reads.filter(({ name, scans }) => name === 'messages' && scans > 0)).toEqual([])
    }
  })

  test('go by keys alone, also where the path has left its branch again and again', async () => {
    const { value, plans } = await explain(place, user(forked.userId), (db) =>
      createContextRepository(db, forked.userId).recent(query(forked)),
    )
    expect(value.rows.map(({ content }) => content)).toEqual(
      Array.from({ length: LIMIT }, (_, i) => `at depth ${FORKS * EVERY - i}`),
    )
    for (const plan of plans) expect(waysInto(plan, 'messages')).not.toContain(null)
    const { reads } = await readsOf(forked)
    const stretches = LIMIT / EVERY
    // Of each stretch also its beginning, and what that hangs on.
    expect(fetchedOf(reads, 'messages')).toBeLessThanOrEqual(LIMIT + 2 * stretches + 5)
  })

  test('read no more of long texts than is asked for', async () => {
    const { value } = await explain(place, user(long.userId), (db) =>
      createContextRepository(db, long.userId).recent(query(long, 100)),
    )
    expect(value.rows.map(({ content }) => content.length).reduce((sum, length) => sum + length, 0)).toBe(100)
    expect(value.rows.at(-1)?.bytes).toBeGreaterThan(value.rows.at(-1)?.content.length ?? 0)
  })

  test('look into few rows of the conversation', async () => {
    const { plans } = await explain(place, user(long.userId), (db) =>
      createContextRepository(db, long.userId).recent(query(long)),
    )
    for (const plan of plans) expect(scansOf(plan, 'conversations').length).toBeLessThanOrEqual(1)
  })
})

/** A conversation whose path ends in `m` and its length. */
const opened = (
  place: Place,
  length: number,
  messages: (named: Named) => [statement: string, values: unknown[]],
): Promise<Named> =>
  place.asSuperuser(async (superuser) => {
    const named = { userId: randomUUID(), conversationId: randomUUID() }
    const { userId, conversationId } = named
    await superuser.query(`set session_replication_role = replica`)
    await superuser.query(`insert into users (id, email) values ($1::uuid, $1::text || '@example.com')`, [userId])
    await superuser.query('insert into conversations (user_id, id) values ($1, $2)', [userId, conversationId])
    const [statement, values] = messages(named)
    await superuser.query(statement, values)
    await superuser.query('update conversations set active_leaf_id = $3 where user_id = $1 and id = $2', [
      userId,
      conversationId,
      `m${length}`,
    ])
    await superuser.query(`set session_replication_role = origin`)
    return named
  })

const seed = (place: Place, length: number) =>
  opened(place, length, ({ userId, conversationId }) => [
    `insert into messages (user_id, conversation_id, id, seq, depth, parent_id, role, content)
     select $1::uuid, $2::text, 'm' || n, n, n, 'm' || nullif(n - 1, 0), 'user', 'What one says in a chat, number ' || n
     from generate_series(1, $3::int) n order by random()`,
    [userId, conversationId, length],
  ])

/** A path that goes on in a new branch every few messages; each branch that it leaves is a long one. */
const seedForked = (place: Place) =>
  opened(place, FORKS * EVERY, ({ userId, conversationId }) => [
    `insert into messages (user_id, conversation_id, id, seq, branch, depth, parent_id, role, content)
     select $1::uuid, $2::text, 'm' || depth, depth, 1 + (depth - 1) / $4::int, depth, 'm' || nullif(depth - 1, 0), 'user', 'at depth ' || depth
     from generate_series(1, $3::int * $4::int) depth
     union all
     select $1::uuid, $2::text, 'x' || branch || '-' || n, $3::int * $4::int + branch * 100 + n, branch, branch * $4::int + n, null, 'user', 'beside'
     from generate_series(1, $3::int - 1) branch, generate_series(1, 50) n`,
    [userId, conversationId, FORKS, EVERY],
  ])
