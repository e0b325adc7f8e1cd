// @module-tag slow
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LocalDatabase } from '../../../dev/database.ts'
import { migratedSources, readSources } from '../../../dev/functions.ts'
import { applyMigrations, describeMigration } from '../../../dev/migrate.ts'
import { readMigrations } from '../../../dev/migrations.ts'
import { leaveEmpty, openDatabase, rowsOf, server } from './open.ts'

// Each test waits for processes or for PGlite.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const migrations = await readMigrations()

let database: LocalDatabase | undefined
afterEach(async () => {
  await database?.close()
  database = undefined
})

/** What the catalog says of tables, policies, indexes, functions and grants. */
const SHAPE = `
  select 'column' as kind, concat_ws(' ', table_name, column_name, data_type, column_default, is_nullable) as what
  from information_schema.columns where table_schema = 'public'
  union all select 'index', indexdef from pg_indexes where schemaname = 'public'
  union all select 'policy', p::text from pg_policies p
  union all select 'function', concat_ws(' ', p.oid::regprocedure, p.proacl::text, p.prosrc) from pg_proc p
    where p.pronamespace = 'app'::regnamespace
  union all select 'table', concat_ws(' ', relname, relrowsecurity, relforcerowsecurity, relacl::text) from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
  order by 1, 2`

describe('migrating', () => {
  it('an empty database needs no superuser', async () => {
    database = await openDatabase(applyMigrations)
    expect(database.applied).toBe(migrations.length)
    const owners = await rowsOf(
      database,
      `select distinct r.rolname, r.rolsuper, r.rolbypassrls, r.rolname = session_user as ours
       from pg_class c join pg_roles r on r.oid = c.relowner
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`,
    )
    expect(owners).toEqual([{ rolname: 'parley_owner', rolsuper: false, rolbypassrls: false, ours: true }])
  })

  it('a second time changes nothing', async () => {
    database = await openDatabase()
    const before = await rowsOf(database, SHAPE)
    expect(await database.asOwner((owner) => applyMigrations(owner))).toBe(0)
    expect(await rowsOf(database, SHAPE)).toEqual(before)
  })

  // PGlite has one session: two at once cannot meet there.
  it.skipIf(!server)('twice at once is done once', async () => {
    const empty = await openDatabase(leaveEmpty)
    database = empty
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const applied = await Promise.all([1, 2, 3].map(() => empty.asOwner((owner) => applyMigrations(owner))))
    expect(applied.sort((a, b) => a - b)).toEqual([0, 0, migrations.length])
    for (const [said] of warn.mock.calls)
      expect(said).toBe('Another migration of this database is running: waiting for it.')
    warn.mockRestore()
  })

  it('is described in words', () => {
    expect([0, 1, 2].map(describeMigration)).toEqual(['up to date', '1 migration applied', '2 migrations applied'])
  })
})

describe('the files', () => {
  it('are all in the journal, in order', async () => {
    const files = (await readdir('migrations')).filter((file) => file.endsWith('.sql')).toSorted()
    expect(migrations.map(({ tag }) => `${tag}.sql`)).toEqual(files)
  })

  it('say all that the tables say: nothing is left to generate', async () => {
    const out = await mkdtemp(join(tmpdir(), 'parley-generate-'))
    await cp('migrations', out, { recursive: true })
    // drizzle-kit takes no absolute path.
    const folder = relative('.', out)
    const generate = ['generate', '--dialect=postgresql', '--schema=./src/features/*/table.ts', `--out=${folder}`]
    const kit = spawnSync(process.execPath, ['node_modules/drizzle-kit/bin.cjs', ...generate], { encoding: 'utf8' })
    const files = await readdir(out)
    await rm(out, { recursive: true })
    expect(kit.stdout).toContain('No schema changes')
    expect(files.toSorted()).toEqual((await readdir('migrations')).toSorted())
  })

  it('hold the newest version of each function', async () => {
    expect(Object.fromEntries(await migratedSources())).toEqual(Object.fromEntries(await readSources()))
  })
})

it('The functions of a migrated database are those of their sources, and no others', async () => {
  database = await openDatabase()
  const sources = await readSources()
  const read = `select proname, pg_get_functiondef(oid) || coalesce(proacl::text, '') as definition
    from pg_proc where pronamespace = 'app'::regnamespace order by 1`
  const migrated = await rowsOf(database, read)
  const made = await database.asOwner(async (owner) => {
    await owner.query('begin')
    for (const source of sources.values()) await owner.query(source)
    const { rows } = await owner.query<Record<string, unknown>>(read)
    await owner.query('rollback')
    return rows
  })
  expect(migrated).toEqual(made)
  expect(migrated.map((row) => row['proname'])).toEqual([...sources.keys()])
})
