// @module-tag slow
import { desc, isNull } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import { createConversationRepository } from '../../../src/features/conversations/repository.ts'
import { conversations } from '../../../src/features/conversations/table.ts'
import { createMessageRepository, type TreeQuery } from '../../../src/features/messages/repository.ts'
import type { Result } from '../../../src/result.ts'
import { explain, user } from './explain.ts'
import { places, type Place } from './places.ts'
import { type PlanNode, rowsRead, rowsRemoved, scansOf, sortsOf, waysInto } from './plan.ts'
import { seedJobs, seedTenants, type Tenant, type Tenants } from './tenants.ts'

const START_MS = 120_000
const SMALL = { smallUsers: 200, heavyConversations: 3_000, heavyMessages: 5_000 }
const LARGE = { smallUsers: 300, heavyConversations: 10_000, heavyMessages: 20_000 }
/** One more than a page of twenty, to see whether there is another one. */
const LIMIT = 21
const JOBS = 5_000

describe.each(places)('on $name', ({ embedded, open }) => {
  let place: Place
  let tenants: Tenants
  beforeAll(async () => {
    place = await open()
    tenants = await place.asSuperuser((superuser) => seedTenants(superuser, embedded ? SMALL : LARGE))
    await place.asSuperuser((superuser) => seedJobs(superuser, tenants.heavy, JOBS))
  }, START_MS)
  afterAll(() => place.close())

  const asTenant = async <T>({ userId }: Tenant, call: (db: Database) => Promise<Result<T>>) =>
    explain(place, user(userId), call)
  const listConversations = async (tenant: Tenant, after: Tenant['middle'] | null) => {
    const position = after && { key: after.lastActivityAt, id: after.id, pinned: false }
    const { value, plans } = await asTenant(tenant, (db) => conversationsOf(tenant, db).list(LIMIT, position))
    return { count: value.length, plan: only(plans) }
  }
  /** The same page as a path and as a part of the tree: the seeded conversations have no branches. */
  const listMessages = async (tenant: Tenant, page: Omit<TreeQuery, 'limit'>, limit = LIMIT) => {
    const { order, after } = page
    const tree = await asTenant(tenant, (db) => messagesOf(tenant, db).tree({ ...page, limit }))
    const at = after === null ? null : { leafId: tenant.message.id, goesOn: true, depth: after }
    const path = await asTenant(tenant, (db) =>
      messagesOf(tenant, db).path({ limit, order, leafId: null, after: at, siblings: true }),
    )
    const both = [tree, path].map(({ value, plans }) => {
      const [conversation, rows] = plans
      if (!conversation || !rows) throw new Error('Two statements were expected')
      return { count: value.length, conversation, rows }
    })
    return both as [(typeof both)[0], (typeof both)[0]]
  }

  describe('a list of conversations', () => {
    test.each(['first page', 'page from the middle'])('of a heavy user reads its %s and no more', async (page) => {
      const { count, plan } = await listConversations(
        tenants.heavy,
        page === 'first page' ? null : tenants.heavy.middle,
      )
      expect(count).toBe(LIMIT)
      expect(waysInto(plan, 'conversations')).toEqual(['conversations_activity_idx'])
      expect(rowsRead(plan, 'conversations')).toBe(LIMIT)
      expect(sortsOf(plan)).toEqual([])
    })

    test('looks once into an index for each last message, however long the conversations are', async () => {
      const { plan } = await listConversations(tenants.heavy, null)
      const scan = only(scansOf(plan, 'messages'))
      expect(waysInto(plan, 'messages')).toEqual(['messages_seq_key'])
      expect(scan['Actual Loops']).toBe(LIMIT)
      expect(rowsRead(plan, 'messages')).toBe(LIMIT)
      expect(rowsRemoved(plan)).toBe(0)
    })

    test('costs a heavy user what it costs a small one', async () => {
      const [heavy, small] = [
        await listConversations(tenants.heavy, null),
        await listConversations(tenants.small, null),
      ]
      expect(small.count).toBe(heavy.count)
      expect(rowsRead(heavy.plan)).toBe(rowsRead(small.plan))
    })

    test('is planned with the statistics of that very user', async () => {
      for (const tenant of [tenants.heavy, tenants.small]) {
        const { plan } = await listConversations(tenant, null)
        expectGuess(only(scansOf(plan, 'conversations')), tenant.listed)
      }
    })

    test('is planned no worse where only row-level security names the user', async () => {
      const { lastActivityAt, id, deletedAt } = conversations
      for (const tenant of [tenants.heavy, tenants.small]) {
        const { plans } = await asTenant(tenant, (db) =>
          db.read('unfiltered', (q) => [
            q
              .select({ id })
              .from(conversations)
              .where(isNull(deletedAt))
              .orderBy(desc(lastActivityAt), desc(id))
              .limit(LIMIT),
          ]),
        )
        const plan = only(plans)
        expectGuess(only(scansOf(plan, 'conversations')), tenant.listed)
        expect(rowsRead(plan, 'conversations')).toBe(LIMIT)
        expect(sortsOf(plan)).toEqual([])
      }
    })
  })

  describe('a list of messages', () => {
    test.each([
      ['oldest first', () => ({ order: 'asc' as const, after: null })],
      ['newest first', () => ({ order: 'desc' as const, after: null })],
      ['oldest first from the middle', () => ({ order: 'asc' as const, after: tenants.heavy.message.seq })],
      ['newest first from the middle', () => ({ order: 'desc' as const, after: tenants.heavy.message.seq })],
    ])('of a long conversation, %s, reads its page and no more', async (_, page) => {
      const [tree, path] = await listMessages(tenants.heavy, page())
      expect([tree.count, path.count]).toEqual([LIMIT, LIMIT])
      expect(rowsRead(tree.conversation)).toBe(1)
      expect(waysInto(tree.rows, 'messages')).toEqual(['messages_seq_key'])
      // Among so many there may be a deleted one.
      expect(rowsRead(tree.rows, 'messages')).toBeLessThanOrEqual(LIMIT + 1)
      expect(sortsOf(tree.rows)).toEqual([])

      // The leaf, what follows it, the beginning of its branch; for each message its siblings, of which it is the only one.
      expect(rowsRead(path.rows, 'messages')).toBeLessThanOrEqual(2 * LIMIT + 6)
      expect(waysInto(path.rows, 'messages')).not.toContain(null)
    })

    test('reads no more where the planner thinks that the conversation is a short one', async () => {
      for (const { count, rows } of await listMessages(tenants.misjudged, { order: 'desc', after: null }, 101)) {
        expect(count).toBe(101)
        expect(rowsRead(rows, 'messages')).toBeLessThanOrEqual(2 * 101 + 6)
      }
    })
  })

  describe('one row among many is found by its key', () => {
    const byKey = [
      'conversations_user_id_id_pk',
      'messages_user_id_conversation_id_id_pk',
      'messages_seq_key',
      'messages_path_key',
    ]
    const calls: [string, (tenant: Tenant, db: Database) => Promise<Result<unknown>>][] = [
      ['read a conversation', (tenant, db) => conversationsOf(tenant, db).get(tenant.middle.id)],
      [
        'change a conversation',
        (tenant, db) => conversationsOf(tenant, db).patch(tenant.middle.id, { title: 'x' }, null),
      ],
      ['remove a conversation', (tenant, db) => conversationsOf(tenant, db).remove(tenant.middle.id, null, 30)],
      ['read a message', (tenant, db) => messagesOf(tenant, db).get(tenant.message.id)],
      ['change a message', (tenant, db) => messagesOf(tenant, db).patch(tenant.message.id, { content: 'x' }, null)],
      ['remove a message', (tenant, db) => messagesOf(tenant, db).remove(tenant.message.id, null, 30)],
      ['append messages', (tenant, db) => messagesOf(tenant, db).append([{ role: 'user', content: 'x' }])],
    ]

    test.each(calls)('to %s', async (_, call) => {
      const { plans } = await asTenant(tenants.heavy, (db) => call(tenants.heavy, db))
      for (const plan of plans) {
        const ways = [...waysInto(plan, 'conversations'), ...waysInto(plan, 'messages')]
        expect(byKey).toEqual(expect.arrayContaining(ways))
        expect(waysInto(plan, 'embedding_jobs')).not.toContain(null)
        // A statement may look at the conversation, a few messages of it, and their jobs.
        expect(rowsRead(plan)).toBeLessThanOrEqual(5)
      }
    })
  })
})

const conversationsOf = (tenant: Tenant, db: Database) => createConversationRepository(db, tenant.userId)
const messagesOf = (tenant: Tenant, db: Database) => createMessageRepository(db, tenant.userId, tenant.conversationId)

/** The planner's guess of how many rows a scan would find, were it not for the limit, is about right. */
function expectGuess(scan: PlanNode, rows: number): void {
  expect(scan['Plan Rows']).toBeGreaterThan(rows / 2)
  expect(scan['Plan Rows']).toBeLessThan(rows * 2)
}

function only<T>(items: T[]): T {
  const [item] = items
  if (item === undefined || items.length !== 1) throw new Error(`One was expected, not ${items.length}`)
  return item
}
