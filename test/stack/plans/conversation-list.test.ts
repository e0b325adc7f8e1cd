// @module-tag slow
import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALL, type ConversationFilters } from '../../../src/features/conversations/filters.ts'
import { type ConversationPosition, positionOf } from '../../../src/features/conversations/sql/list.ts'
import { createConversationRepository } from '../../../src/features/conversations/repository.ts'
import type { ConversationRow } from '../../../src/features/conversations/schemas.ts'
import { explain, user } from './explain.ts'
import { places, type Place } from './places.ts'
import { nodesOf, type PlanNode, rowsRead, sortsOf, waysInto } from './plan.ts'

const START_MS = 300_000
/** One more than a page of twenty, to see whether there is another one. */
const LIMIT = 21
/** A heavy user's conversations, and those of all others, a hundred each: they must be most, or the planner need not care. */
const EMBEDDED = { own: 5_001, others: 15_000 }
const SERVER = { own: 10_001, others: 1_000_000 }
const SMALL = 30
/** A page of what one in fifty has. */
const SOME = 1_500
const MESSAGES = 2_000
const ACTIVITY = 'conversations_activity_idx'
const CREATED = 'conversations_created_idx'
const TITLE = 'conversations_title_idx'
const PINNED = 'conversations_pinned_idx'
const ARCHIVED = 'conversations_archived_idx'
const DELETED = 'conversations_deleted_idx'
const KEY = 'conversations_user_id_id_pk'

const filters = (changes: Partial<ConversationFilters>): ConversationFilters => ({ ...ALL, ...changes })

describe.each(places)('Lists of conversations on $name', ({ embedded, open }) => {
  const size = embedded ? EMBEDDED : SERVER
  let place: Place
  const [heavy, small] = [randomUUID(), randomUUID()]
  const long = { id: randomUUID(), message: randomUUID() }
  beforeAll(async () => {
    place = await open()
    await place.asSuperuser((superuser) => seed(superuser, { heavy, small, long, ...size }))
  }, START_MS)
  afterAll(() => place.close())

  async function read(userId: string, chosen: ConversationFilters, after: ConversationPosition | null = null) {
    const { value, plans } = await explain(place, user(userId), (db) =>
      createConversationRepository(db, userId).list(LIMIT, after, chosen),
    )
    const [plan] = plans
    if (!plan || plans.length !== 1) throw new Error(`One plan was expected, not ${plans.length}`)
    return { rows: value, plan }
  }
  /** Where the page behind the middle of the user's list starts. */
  async function middle(userId: string, chosen: ConversationFilters): Promise<ConversationPosition> {
    const orders = {
      activity: 'last_activity_at desc, id desc',
      created: 'created_at desc, id desc',
      title: 'title_key, id',
    }
    const order = chosen.deleted ? 'deleted_at desc, id desc' : orders[chosen.sort]
    const mine = `from conversations where user_id = $1 and deleted_at is ${chosen.deleted ? 'not' : ''} null`
    const { rows } = await place.asSuperuser((superuser) =>
      superuser.query<ConversationRow>(
        `select id, title, pinned, to_json(last_activity_at) #>> '{}' as "lastActivityAt",
           to_json(created_at) #>> '{}' as "createdAt", to_json(deleted_at) #>> '{}' as "deletedAt" ${mine}
         order by ${chosen.pinnedFirst ? 'pinned desc,' : ''} ${order} offset (select count(*) / 2 ${mine}) limit 1`,
        [userId],
      ),
    )
    if (!rows[0]) throw new Error('The list ends before its middle')
    return positionOf(rows[0], chosen)
  }

  test.each<Case>([
    // Orders.
    { name: 'by creation', chosen: filters({ sort: 'created' }), ways: [CREATED], reads: LIMIT },
    {
      name: 'by title',
      chosen: filters({ sort: 'title' }),
      ways: [TITLE],
      reads: LIMIT,
    },
    { name: 'pinned first', chosen: filters({ pinnedFirst: true }), ways: [PINNED], reads: LIMIT },
    {
      name: 'pinned first, by creation',
      chosen: filters({ pinnedFirst: true, sort: 'created' }),
      ways: [PINNED, CREATED, KEY],
      reads: SOME,
      readsBehind: 3 * LIMIT,
      sorts: true,
    },
    {
      name: 'pinned first, by title',
      chosen: filters({ pinnedFirst: true, sort: 'title' }),
      ways: [PINNED, TITLE, KEY],
      reads: SOME,
      readsBehind: 3 * LIMIT,
      sorts: true,
    },
    // Flags.
    { name: 'archived', chosen: filters({ archived: true }), ways: [ARCHIVED], reads: LIMIT },
    { name: 'not archived', chosen: filters({ archived: false }), ways: [ARCHIVED, ACTIVITY], reads: 2 * LIMIT },
    { name: 'pinned', chosen: filters({ pinned: true }), ways: [PINNED], reads: LIMIT },
    { name: 'not pinned', chosen: filters({ pinned: false }), ways: [PINNED, ACTIVITY], reads: 2 * LIMIT },
    {
      name: 'archived by creation',
      chosen: filters({ archived: true, sort: 'created' }),
      ways: [CREATED],
      reads: 10 * LIMIT,
    },
    {
      name: 'pinned by title',
      chosen: filters({ pinned: true, sort: 'title' }),
      ways: [TITLE, PINNED],
      reads: SOME,
      sorts: true,
    },
    // What every second or fourth one has.
    { name: 'with a frequent tag', chosen: filters({ tag: ['common'] }), ways: [ACTIVITY], reads: 4 * LIMIT },
    {
      name: 'with frequent metadata',
      chosen: filters({ metadata: { model: 'm' } }),
      ways: [ACTIVITY, KEY],
      reads: 4 * LIMIT,
      sorts: true,
    },
    {
      name: 'with a frequent title',
      chosen: filters({ title: 'conv' }),
      ways: [ACTIVITY, KEY],
      reads: 4 * LIMIT,
      sorts: true,
    },
    {
      name: 'with all three',
      chosen: filters({ title: '1', tag: ['common'], metadata: { model: 'm' } }),
      ways: [ACTIVITY, KEY],
      reads: 12 * LIMIT,
      sorts: true,
    },
    // What hardly one has: the whole list is looked through, once.
    { name: 'with a rare tag', chosen: filters({ tag: ['rare'] }), ways: [ACTIVITY], reads: 'own' },
    {
      name: 'with rare metadata',
      chosen: filters({ metadata: { n: 17 } }),
      ways: [ACTIVITY, KEY],
      reads: 'own',
      sorts: true,
    },
    {
      name: 'with a rare title',
      chosen: filters({ title: 'not there' }),
      ways: [ACTIVITY, KEY],
      reads: 'own',
      sorts: true,
    },
    // Times.
    { name: 'active before', chosen: filters({ activeBefore: ago(1_000) }), ways: [ACTIVITY], reads: LIMIT },
    { name: 'active after', chosen: filters({ activeAfter: ago(2_000) }), ways: [ACTIVITY], reads: LIMIT },
    {
      name: 'created within, by creation',
      chosen: filters({ createdAfter: ago(3_000), createdBefore: ago(500), sort: 'created' }),
      ways: [CREATED],
      reads: LIMIT,
    },
    {
      name: 'created before, by activity',
      chosen: filters({ createdBefore: ago(1_000) }),
      ways: [ACTIVITY],
      reads: 4 * LIMIT,
    },
    {
      name: 'created after, by activity',
      chosen: filters({ createdAfter: ago(10) }),
      ways: [CREATED],
      reads: 3 * LIMIT,
      sorts: true,
    },
    { name: 'deleted', chosen: filters({ deleted: true }), ways: [DELETED], reads: LIMIT },
  ])('$name: read the page and what the filter throws away', async ({ chosen, ways, reads, readsBehind, sorts }) => {
    const first = (await read(heavy, chosen)).plan
    const behind = (await read(heavy, chosen, await middle(heavy, chosen))).plan
    for (const [plan, bound] of [
      [first, reads],
      [behind, readsBehind ?? reads],
    ] as const) {
      expect(ways).toEqual(expect.arrayContaining(waysInto(plan, 'conversations')))
      expect(rowsRead(plan, 'conversations')).toBeLessThanOrEqual(bound === 'own' ? size.own : bound)
      if (!sorts) expect(sortsOfConversations(plan)).toEqual([])
    }
    // Those of others are not read, not even to throw them away: twice at most by one index, once more by the key.
    const few = (await read(small, chosen)).plan
    expect(waysInto(few, 'conversations')).not.toContain(null)
    expect(rowsRead(few, 'conversations')).toBeLessThanOrEqual(3 * SMALL)
  })

  test('choosing the active leaf reads that message and no other', async () => {
    const { plans } = await explain(place, user(heavy), (db) =>
      createConversationRepository(db, heavy).patch(long.id, { activeLeafId: long.message }, null),
    )
    for (const plan of plans) {
      expect(rowsRead(plan)).toBeLessThanOrEqual(4)
      expect([...waysInto(plan, 'conversations'), ...waysInto(plan, 'messages')]).not.toContain(null)
    }
  })
})

interface Case {
  name: string
  chosen: ConversationFilters
  /** The indexes that may serve it. */
  ways: string[]
  /** Rows of conversations read for the first page, at most, or all that are the user's; behind the middle, where that differs. */
  reads: number | 'own'
  readsBehind?: number | 'own'
  /** Few rows may be sorted. */
  sorts?: boolean
}

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

/** The sorts but those of the newest message in each conversation. */
const sortsOfConversations = (plan: PlanNode) =>
  sortsOf(plan).filter((sort) => nodesOf(sort).some((node) => node['Relation Name'] === 'conversations'))

interface Size {
  heavy: string
  small: string
  /** A conversation of the heavy user with many messages, and one of those. */
  long: { id: string; message: string }
  own: number
  others: number
}

async function seed(superuser: Client, { heavy, small, long, own, others }: Size): Promise<void> {
  // What is seeded needs no audit trail: without its triggers a million rows take half a minute.
  await superuser.query('set session_replication_role = replica')
  // The words of titles would take minutes more.
  await superuser.query('alter table conversations disable trigger index_title_create')
  await superuser.query(
    `insert into users (id, email) select id, id || '@example.com'
     from (select unnest($1::uuid[]) union all select gen_random_uuid() from generate_series(1, $2::int)) someone (id)`,
    [[heavy, small], others / 100],
  )
  // Rows in no order, as many users make them over the years. Three at a time share their moment.
  await superuser.query(
    `insert into conversations (user_id, id, title, derived_title, tags, metadata, archived, pinned, created_at, last_activity_at,
       deleted_at, purge_after)
     select u.id, gen_random_uuid(), case when n % 3 > 0 then 'Conversation ' || md5(n::text) end, 'A conversation ' || n,
       array_remove(array[case when n % 2 = 0 then 'common' end, case when n % 2500 = 1 then 'rare' end], null),
       jsonb_build_object('model', case when n % 4 < 2 then 'm' else 'other' end, 'n', n),
       n % 5 = 0, n % 50 = 4, now() - (n * 7919 % 10007 / 3) * interval '1 minute', now() - (n / 3) * interval '1 minute',
       case when n % 20 = 7 then now() - n * interval '1 minute' end, case when n % 20 = 7 then now() + interval '30 days' end
     from users u, generate_series(1, case when u.id = $1 then $2::int - 1 when u.id = $3 then $4::int else 100 end) n
     order by random()`,
    [heavy, own, small, SMALL],
  )
  await superuser.query('insert into conversations (user_id, id) values ($1, $2)', [heavy, long.id])
  await superuser.query(
    `insert into messages (user_id, id, conversation_id, seq, depth, role, content)
     select $1, case n when 7 then $3 else gen_random_uuid() end, $2, n, n, 'user', 'A text' from generate_series(1, $4::int) n`,
    [heavy, long.id, long.message, MESSAGES],
  )
  await superuser.query('alter table conversations enable always trigger index_title_create')
  await superuser.query('set session_replication_role = origin')
  await superuser.query('vacuum analyze')
}
