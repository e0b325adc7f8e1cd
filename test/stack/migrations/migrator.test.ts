// @module-tag slow
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LocalDatabase } from '../../../dev/database.ts'
import { applyMigrations } from '../../../dev/migrate.ts'
import type { Migration } from '../../../dev/migrations.ts'
import { leaveEmpty, openDatabase, rowsOf, server } from './open.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** A migration of these statements, as if it were the n-th. */
const migration = (n: number, ...statements: string[]): Migration => ({
  tag: `000${n}_test`,
  when: n,
  statements,
  inTransaction: true,
  hash: statements.join(),
})
const outside = (n: number, ...statements: string[]): Migration => ({
  ...migration(n, ...statements),
  inTransaction: false,
})

let database: LocalDatabase
beforeEach(async () => {
  database = await openDatabase(leaveEmpty)
})
afterEach(() => database.close())

const run = (...migrations: Migration[]) => database.asOwner((owner) => applyMigrations(owner, migrations))
const tables = async () =>
  (await rowsOf(database, `select relname from pg_class where relname ~ '^t\\d$' order by 1`)).map(
    (row) => row['relname'],
  )

const [first, second] = [migration(1, 'create table t1 (id int)'), migration(2, 'create table t2 (id int)')]

describe('A migration that fails', () => {
  const broken = migration(3, 'create table t3 (id int)', `insert into t3\n  values (1),\n  ('x')`)

  it('leaves nothing of its own, and all that came before it', async () => {
    await expect(run(first, second, broken)).rejects.toThrow('0003_test')
    expect(await tables()).toEqual(['t1', 't2'])
    expect(await run(first, second, migration(3, 'create table t3 (id int)'))).toBe(1)
    expect(await tables()).toEqual(['t1', 't2', 't3'])
  })

  it('says which file it was, what Postgres says, and where', async () => {
    const failure = await run(first, broken).catch(String)
    // Lines of the file: the statement before it is in the first.
    expect(failure).toContain('migrations/0003_test.sql:3: invalid input syntax for type integer: "x" (SQLSTATE 22P02)')
    expect(failure).toContain('Nothing of this migration was applied.')
  })

  it('finds the line behind characters of any size', async () => {
    const failure = await run(migration(1, `select '🌳🌳🌳',\n  'é',\n  nonsense`)).catch(String)
    expect(failure).toContain('migrations/0001_test.sql:3: column "nonsense" does not exist (SQLSTATE 42703)')
  })

  it('says what Postgres adds', async () => {
    const failure = await run(
      migration(1, 'create table t1 (id int primary key); insert into t1 values (1), (1)'),
    ).catch(String)
    expect(failure).toContain('SQLSTATE 23505')
    expect(failure).toContain('detail: Key (id)=(1) already exists.')
  })
})

it('A migration that is marked so runs outside of a transaction', async () => {
  expect(await run(first, outside(2, 'create index concurrently t1_idx on t1 (id)'))).toBe(2)
  expect(await rowsOf(database, `select indisvalid from pg_index where indexrelid = 't1_idx'::regclass`)).toEqual([
    { indisvalid: true },
  ])
})

it('A migration that fails outside of a transaction says what stays of it', async () => {
  const failure = await run(outside(1, 'create table t1 (id int)', 'select nonsense')).catch(String)
  expect(failure).toContain('It runs outside of a transaction: 1 of its statements stay')
  expect(await tables()).toEqual(['t1'])
})

describe('A database is refused and left alone', () => {
  it('where a migration has changed since it was applied', async () => {
    await run(first)
    await expect(run(migration(1, 'create table t1 (id bigint)'), second)).rejects.toThrow('0001_test.sql has changed')
    expect(await tables()).toEqual(['t1'])
  })

  it('where it has migrations that this version does not know', async () => {
    await run(first, second)
    await expect(run(first, migration(3, 'create table t3 (id int)'))).rejects.toThrow('another version of Parley')
    expect(await tables()).toEqual(['t1', 't2'])
  })
})

// PGlite has one session: nobody else can hold a lock.
it.skipIf(!server)('A lock that somebody holds ends the migration, not the service', async () => {
  await run(first)
  await database.asOwner(async (other) => {
    await other.query('begin; lock table t1 in access share mode')
    const failure = await run(first, migration(2, 'alter table t1 add column more int')).catch(String)
    expect(failure).toContain('SQLSTATE 55P03')
    expect(failure).toContain('run it again')
    await other.query('rollback')
  })
  expect(await run(first, migration(2, 'alter table t1 add column more int'))).toBe(1)
})
