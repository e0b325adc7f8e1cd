import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LocalDatabase } from '../../../dev/database.ts'
import { openDatabase, rowsOf } from './open.ts'

// Each test waits for PGlite.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let database: LocalDatabase
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())
const rows = (query: string) => rowsOf(database, query)

describe('every table of a user’s rows', () => {
  const owned = `select c.oid, c.relname, case c.relname when 'users' then 'id' else 'user_id' end as owner_column
    from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      and (c.relname = 'users' or exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'user_id' and not a.attisdropped))`

  it('is one of those that Parley has, and they are all', async () => {
    const without = await rows(`select relname from pg_class
      where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and oid not in (select oid from (${owned}) o)`)
    expect(without).toEqual([])
    expect((await rows(owned)).length).toBeGreaterThanOrEqual(6)
  })

  it('has row-level security on, and forced', async () => {
    const lax = await rows(`select relname from pg_class
      where oid in (select oid from (${owned}) o) and not (relrowsecurity and relforcerowsecurity)`)
    expect(lax).toEqual([])
  })

  it('shows parley_app the asking user’s rows and lets it write no others', async () => {
    const policies = await rows(`select o.relname, p.cmd, p.permissive, p.qual, p.with_check, o.owner_column
      from (${owned}) o left join pg_policies p
        on p.schemaname = 'public' and p.tablename = o.relname and p.roles = '{parley_app}'`)
    for (const { owner_column, ...policy } of policies) {
      const mine = `(${String(owner_column)} = app.current_user_id())`
      expect(policy).toMatchObject({ cmd: 'ALL', permissive: 'PERMISSIVE', qual: mine, with_check: mine })
    }
    expect(policies).toHaveLength((await rows(owned)).length)
  })

  it('has policies for the two roles only, and one each for the triggers that audit and count', async () => {
    const others = await rows(`select tablename, policyname, cmd, with_check from pg_policies
      where schemaname = 'public' and roles not in ('{parley_app}', '{parley_system}')`)
    expect(others).toEqual([
      { tablename: 'audit_events', policyname: 'writer', cmd: 'INSERT', with_check: '(pg_trigger_depth() > 0)' },
      { tablename: 'usage', policyname: 'writer', cmd: 'ALL', with_check: '(pg_trigger_depth() > 0)' },
    ])
  })
})

it('The schema has an index for every foreign key, so that no delete reads a whole table', async () => {
  const missing = await rows(`select k.conrelid::regclass::text as table, k.conname from pg_constraint k
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace and not exists (
      select from pg_index i
      where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
        and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)`)
  expect(missing).toEqual([])
})

it('The schema says for every foreign key what a delete does', async () => {
  const silent = await rows(`select conname from pg_constraint
    where contype = 'f' and connamespace = 'public'::regnamespace and confdeltype = 'a'`)
  expect(silent).toEqual([])
})
