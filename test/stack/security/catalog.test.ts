import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LocalDatabase } from '../../../dev/database.ts'
import { openDatabase, rowsOf } from '../migrations/open.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** Functions that run with other rights than their caller's, whose, and why. */
const DEFINERS: Record<string, { owner: string; reason: string }> = {
  audit_row: { owner: 'parley_owner', reason: 'the Worker may not write the trail' },
  audit_rows: { owner: 'parley_owner', reason: 'the Worker may not write the trail' },
  count_change: { owner: 'parley_owner', reason: 'the Worker may not change what users have' },
  count_rows: { owner: 'parley_owner', reason: 'the Worker may not change what users have' },
  keyword_hits: { owner: 'parley_system', reason: 'the release before searches by it' },
  keyword_search: {
    owner: 'parley_system',
    reason: 'row-level security would keep the index of words from the search',
  },
}

let database: LocalDatabase
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())
const rows = (query: string) => rowsOf(database, query)

describe('Functions with other rights than their caller’s', () => {
  it('are these and no others', async () => {
    const found = await rows(`select p.proname as name, p.proowner::regrole::text as owner from pg_proc p
      where p.prosecdef and not exists (
        select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')`)
    expect(Object.fromEntries(found.map(({ name, owner }) => [name, owner]))).toEqual(
      Object.fromEntries(Object.entries(DEFINERS).map(([name, { owner }]) => [name, owner])),
    )
  })

  it('look names up where nobody else can put any, temporary ones last', async () => {
    const paths = await rows(`select distinct s.setting from pg_proc p
      cross join lateral (select coalesce((select c from unnest(p.proconfig) c where c like 'search_path=%'), 'none') as setting) s
      where p.prosecdef and p.pronamespace = 'app'::regnamespace`)
    expect(paths).toEqual([{ setting: 'search_path=pg_catalog, pg_temp' }])
  })
})

it('The only view that reads with its owner’s rights shows the newest migration, and nothing else', async () => {
  const views = await rows(`select c.oid::regclass::text as name, pg_get_viewdef(c.oid) as query from pg_class c
    where c.relkind in ('v', 'm') and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and not coalesce(c.reloptions, '{}') && '{security_invoker=true,security_invoker=on}'`)
  expect(views.map(({ name, query }) => [name, String(query).replaceAll(/\s+/g, ' ').trim()])).toEqual([
    ['app.schema_version', 'SELECT max(created_at) AS version FROM drizzle.__drizzle_migrations;'],
  ])
})

describe('The Worker’s roles', () => {
  it.each(['parley_app', 'parley_system'])(
    '%s can make nothing: no temporary object, no object in a schema',
    async (role) => {
      const can = await rows(`
      select 'temporary' as what where has_database_privilege('${role}', current_database(), 'TEMPORARY')
      union all select 'database' where has_database_privilege('${role}', current_database(), 'CREATE')
      union all select 'schema ' || nspname from pg_namespace
        where has_schema_privilege('${role}', oid, 'CREATE') and nspname !~ '^pg_(toast_)?temp_'`)
      expect(can).toEqual([])
    },
  )

  it('get nothing by default that is made later', async () => {
    expect(await rows('select defaclobjtype, defaclacl::text from pg_default_acl')).toEqual([])
  })
})

it('Everybody may do nothing with a table, a sequence, a type or a schema of ours, but look into the schema public', async () => {
  const open = await rows(`
    select 'relation ' || c.relname as what, a.privilege_type from pg_class c, aclexplode(c.relacl) a
    where a.grantee = 0 and c.relnamespace in ('public'::regnamespace, 'app'::regnamespace, 'drizzle'::regnamespace)
    union all
    select 'function ' || p.proname, a.privilege_type
    from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    where a.grantee = 0 and p.pronamespace = 'app'::regnamespace
    union all
    select 'schema ' || nspname, a.privilege_type from pg_namespace, aclexplode(nspacl) a
    where a.grantee = 0 and nspname in ('public', 'app', 'drizzle')
    union all
    select 'database', a.privilege_type from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
    where a.grantee = 0 and d.datname = current_database()`)
  expect(open.map(({ what, privilege_type }) => `${String(what)} ${String(privilege_type)}`).toSorted()).toEqual([
    'database CONNECT',
    'schema public USAGE',
  ])
})
