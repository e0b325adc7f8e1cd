// @module-tag slow
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import { createAuditRepository } from '../../../src/features/audit/repository.ts'
// What is exported is declared by the features: they are all there.
import '../../../src/app.ts'
import { createExportRepository } from '../../../src/features/export/repository.ts'
import { exportSources } from '../../../src/features/export/sql/source.ts'
import { createAccountPurgeRepository } from '../../../src/features/account-purge/repository.ts'
import { createSessionRepository } from '../../../src/features/sessions/repository.ts'
import type { Result } from '../../../src/result.ts'
import { explain, system, user } from './explain.ts'
import { type Place, places } from './places.ts'
import { nodesOf, type PlanNode, rowsRead, sortsOf, waysInto } from './plan.ts'
import { seedTenants, type Tenants } from './tenants.ts'

const START_MS = 120_000
const SMALL = { smallUsers: 100, heavyConversations: 1_500, heavyMessages: 3_000 }
const LARGE = { smallUsers: 300, heavyConversations: 10_000, heavyMessages: 20_000 }
const LIMIT = 21
/** As many as an export reads at once, and one to see whether there are more. */
const PAGE = 1_001

describe.each(places)('on $name', ({ embedded, open }) => {
  let place: Place
  let tenants: Tenants
  beforeAll(async () => {
    place = await open()
    tenants = await place.asSuperuser((superuser) => seedTenants(superuser, embedded ? SMALL : LARGE))
    await place.asSuperuser(async (superuser) => {
      await superuser.query(
        `insert into sessions (user_id, id, sign_in_id, expires_at)
         select $1, gen_random_uuid(), 's' || n, now() from generate_series(1, 500) n`,
        [tenants.heavy.userId],
      )
      await superuser.query(
        `update audit_events set sign_in_id = 's' || (ascii(right(id::text, 1)) % 9 + 1) where user_id = $1`,
        [tenants.heavy.userId],
      )
      await superuser.query('update users set deleted_at = now(), purge_after = now() where id = $1', [
        tenants.small.userId,
      ])
      await superuser.query('vacuum analyze')
    })
  }, START_MS)
  afterAll(() => place.close())

  const asHeavy = async <T>(call: (db: Database, userId: string) => Promise<Result<T>>) => {
    const { userId } = tenants.heavy
    return explain(place, user(userId), (db) => call(db, userId))
  }
  const middleOf = (table: string, key: string) =>
    place.asSuperuser(async (superuser) => {
      const { rows } = await superuser.query<unknown[]>({
        text: `select ${key} from ${table} where user_id = $1 order by ${key} limit 1 offset 700`,
        values: [tenants.heavy.userId],
        rowMode: 'array',
      })
      return rows[0] as (string | number)[]
    })

  test('a page of the audit trail is read off its key, with one look for the session of each event', async () => {
    const [middle] = await middleOf('audit_events', 'id')
    for (const after of [null, String(middle)]) {
      const { value, plans } = await asHeavy((db, userId) => createAuditRepository(db, userId).list(LIMIT, after))
      const plan = only(plans)
      expect(value).toHaveLength(LIMIT)
      expect(waysInto(plan, 'audit_events')).toEqual(['audit_events_user_id_id_pk'])
      expect(rowsRead(plan, 'audit_events')).toBe(LIMIT)
      expect(waysInto(plan, 'sessions')).toEqual(['sessions_sign_in_key'])
      expect(rowsRead(plan, 'sessions')).toBeLessThanOrEqual(LIMIT)
      expect(sortsOf(plan)).toEqual([])
    }
  })

  test('a page of the sessions is read off its index', async () => {
    const { value, plans } = await asHeavy((db, userId) => createSessionRepository(db, userId).list(LIMIT, null))
    expect(value).toHaveLength(LIMIT)
    expect(waysInto(only(plans), 'sessions')).toEqual(['sessions_open_idx'])
    expect(rowsRead(only(plans))).toBe(LIMIT)
  })

  test.each([
    ['message', 'messages', 'messages_seq_key', 'conversation_id, seq'],
    ['conversation', 'conversations', 'conversations_user_id_id_pk', 'id'],
    ['auditEvent', 'audit_events', 'audit_events_user_id_id_pk', 'id'],
  ] as const)('an export reads its next page of each %s and no more', async (type, table, index, key) => {
    const source = exportSources().find((source) => source.type === type)
    if (!source) throw new Error(`${type} is not exported`)
    const after = await middleOf(table, key)
    const { value, plans } = await asHeavy((db, userId) =>
      createExportRepository(db, userId, { inProgressMinutes: 15 }).next(source, after),
    )
    expect(value.rows.length).toBeGreaterThan(500)
    expect(waysInto(only(plans), table)).toEqual([index])
    expect(rowsRead(only(plans))).toBeLessThanOrEqual(PAGE)
  })

  // A hundred users are two pages of the table: not worth an index.
  test.skipIf(embedded)('a sweep finds the accounts that are due without looking at the others', async () => {
    const { value, plans } = await explain(place, system, (db) => createAccountPurgeRepository(db).due(20))
    expect(value).toEqual([tenants.small.userId])
    expect(waysInto(only(plans), 'users')).toEqual(['users_purge_after_idx'])
    expect(rowsRead(only(plans))).toBe(1)
  })

  test('a purge reads the account’s rows by indexes, and nobody else’s', async () => {
    const { plans } = await explain(place, system, (db) =>
      createAccountPurgeRepository(db).purge(tenants.small.userId, Number.POSITIVE_INFINITY),
    )
    for (const plan of plans) {
      for (const table of ['messages', 'conversations', 'audit_events']) {
        expect(waysInto(plan, table)).not.toContain(null)
      }
      const deleted = nodesOf(plan).some((node) => node['Node Type'] === 'ModifyTable')
      if (deleted) expect(rowsRead(plan)).toBeLessThan(3_000)
    }
  })
})

function only(plans: PlanNode[]): PlanNode {
  const [plan] = plans
  if (!plan || plans.length !== 1) throw new Error(`One plan was expected, not ${plans.length}`)
  return plan
}
