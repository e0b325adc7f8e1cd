import { setTimeout } from 'node:timers/promises'
import type { Client } from 'pg'
import { LOCK_TIMEOUT, MigrationError, migrationError } from './migration-error.ts'
import { type Migration, readMigrations } from './migrations.ts'

/** Any number that no other user of the server takes for an advisory lock: `PRLY` in ASCII. */
const MIGRATION_LOCK = 0x50524c59
const LOCK_POLL_MS = 200
/** drizzle-kit's own journal, so that its tools know what has been applied. */
const JOURNAL = 'drizzle.__drizzle_migrations'

/**
 * Applies the migrations that the database lacks, each in a transaction of its own: one that fails leaves nothing, and those
 * before it stay. Two at once wait for each other.
 *
 * @param owner logged in as the role that owns, or will own, the tables; not through a pooler
 * @param migrations by default those of this version
 * @returns how many it applied; rejects with a {@link MigrationError}
 */
export async function applyMigrations(owner: Client, migrations?: readonly Migration[]): Promise<number> {
  const all = migrations ?? (await readMigrations())
  await lock(owner)
  owner.on('notice', warn)
  try {
    // Postgres says NOTICE where something exists already, which is no news here.
    await owner.query('set client_min_messages = warning')
    const pending = pendingOf(all, await appliedIn(owner))
    await owner.query('create schema if not exists drizzle')
    await owner.query(
      `create table if not exists ${JOURNAL} (id serial primary key, hash text not null, created_at bigint)`,
    )
    for (const migration of pending) await apply(owner, migration)
    return pending.length
  } finally {
    owner.off('notice', warn)
    // It fails where the connection is lost, and the lock with it: what was thrown before says why.
    await owner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined)
  }
}

/**
 * Rejects with a {@link MigrationError} where the migrations of this version are not for the database: another version has
 * migrated it, or something else has filled it. Reads only.
 */
export async function refuseOtherVersions(owner: Client, migrations?: readonly Migration[]): Promise<void> {
  // In this order: another migration that begins in between brings both.
  const all = migrations ?? (await readMigrations())
  const taken = await takenNames(owner, all)
  const applied = await appliedIn(owner)
  pendingOf(all, applied)
  if (applied.length === 0 && taken.length > 0) throw new MigrationError(notEmpty(taken))
}

async function lock(owner: Client): Promise<void> {
  // So that the server notices within seconds when this process is killed, gives up its statement, and frees the lock. Not
  // every platform that Postgres runs on can.
  await owner.query(`set client_connection_check_interval = '2s'`).catch(() => undefined)
  const isLocked = async () =>
    (await owner.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [MIGRATION_LOCK])).rows[0]
      ?.locked
  if (await isLocked()) return
  console.warn('Another migration of this database is running: waiting for it.')
  // Not within a statement: an index that is built concurrently waits for all of them.
  while (!(await isLocked())) await setTimeout(LOCK_POLL_MS)
}

interface Applied {
  when: number
  hash: string
}

async function appliedIn(owner: Client): Promise<Applied[]> {
  const journal = await owner.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [JOURNAL])
  if (!journal.rows[0]?.exists) return []
  const { rows } = await owner.query<{ hash: string; created_at: string }>(
    `select hash, created_at from ${JOURNAL} order by id`,
  )
  return rows.map(({ hash, created_at }) => ({ when: Number(created_at), hash }))
}

/** Tables and schemas that the migrations would make, and the database has. */
async function takenNames(owner: Client, migrations: readonly Migration[]): Promise<string[]> {
  const made = migrations.flatMap(({ statements }) => statements).map((statement) => MADE.exec(statement) ?? [])
  const { rows } = await owner.query<{ name: string }>(
    `select kind || ' "' || name || '"' as name from unnest($1::text[], $2::text[]) made (kind, name)
     where case kind when 'schema' then to_regnamespace(quote_ident(name)) is not null
       else to_regclass('public.' || quote_ident(name)) is not null end`,
    [made.map(([, kind = '']) => kind.toLowerCase()), made.map(([, , name = '']) => name)],
  )
  return rows.map(({ name }) => name)
}
/** The beginning of a statement, behind comments. */
const MADE = /^(?:\s|--.*\n)*CREATE (TABLE|SCHEMA) "?(\w+)"?/i

function pendingOf(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.when, migration]))
  const strange = applied.filter(({ when }) => !known.has(when))
  if (strange.length > 0) throw new MigrationError(NOT_OURS)
  for (const { when, hash } of applied) {
    const migration = known.get(when)
    if (migration && migration.hash !== hash) throw new MigrationError(changedSince(migration.tag))
  }
  const done = new Set(applied.map(({ when }) => when))
  return migrations.filter(({ when }) => !done.has(when))
}

const NOT_OURS =
  'This database was migrated by another version of Parley: one that is newer than this, or from before the first release, whose ' +
  'migrations were replaced by one baseline. Nothing was changed. Use an empty database, or the version that it belongs to.'
const notEmpty = (names: readonly string[]) =>
  `This database has the ${names.join(', the ')}, which no migration of Parley has made. Nothing was changed. Use an empty database.`
const changedSince = (tag: string) =>
  `migrations/${tag}.sql has changed since this database was migrated by it. A released migration never changes: add a new one. Nothing was changed.`

async function apply(owner: Client, migration: Migration): Promise<void> {
  const { statements, inTransaction, hash, when } = migration
  let done = 0
  try {
    // Outside of a transaction a lock may take long: CREATE INDEX CONCURRENTLY waits for everybody who is writing.
    if (inTransaction) await owner.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'`)
    for (const statement of statements) {
      await owner.query(statement)
      done++
    }
    await owner.query(`insert into ${JOURNAL} (hash, created_at) values ($1, $2)`, [hash, when])
    if (inTransaction) await owner.query('commit')
  } catch (error) {
    if (inTransaction) await owner.query('rollback').catch(() => undefined)
    throw migrationError(migration, done, error)
  }
}

const warn = ({ message = '' }: { message?: string | undefined }) => console.warn(`Migration: ${message}.`)

/** `3 migrations applied`, or `up to date`. */
export const describeMigration = (applied: number): string =>
  applied === 0 ? 'up to date' : `${applied} migration${applied === 1 ? '' : 's'} applied`
