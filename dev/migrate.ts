import type { Client } from 'pg'
import { type Migration, readMigrations } from './migrations.ts'

/** Any number that no other user of the server takes for an advisory lock: `PRLY` in ASCII. */
const MIGRATION_LOCK = 0x50524c59
/** How long a statement may wait for a lock: whatever asks for the same table meanwhile waits behind it. */
const LOCK_TIMEOUT = '5s'
/** drizzle-kit's own journal, so that its tools know what has been applied. */
const JOURNAL = 'drizzle.__drizzle_migrations'

/** Why a migration failed, for people: its file, and what Postgres says. */
export class MigrationError extends Error {}

/**
 * Applies the migrations that the database lacks, each in a transaction of its own: one that fails leaves nothing, and those
 * before it stay. Two at once wait for each other.
 *
 * @param owner logged in as the role that owns, or will own, the tables; not through a pooler
 * @param migrations by default those of this version
 * @returns how many it applied; rejects with a {@link MigrationError}
 */
export async function applyMigrations(owner: Client, migrations?: readonly Migration[]): Promise<number> {
  await owner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
  owner.on('notice', warn)
  try {
    // Postgres says NOTICE where something exists already, which is no news here.
    await owner.query('set client_min_messages = warning')
    await owner.query('create schema if not exists drizzle')
    await owner.query(
      `create table if not exists ${JOURNAL} (id serial primary key, hash text not null, created_at bigint)`,
    )
    const pending = pendingOf(migrations ?? (await readMigrations()), await appliedIn(owner))
    for (const migration of pending) await apply(owner, migration)
    return pending.length
  } finally {
    owner.off('notice', warn)
    await owner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
  }
}

interface Applied {
  when: number
  hash: string
}

async function appliedIn(owner: Client): Promise<Applied[]> {
  const { rows } = await owner.query<{ hash: string; created_at: string }>(
    `select hash, created_at from ${JOURNAL} order by id`,
  )
  return rows.map(({ hash, created_at }) => ({ when: Number(created_at), hash }))
}

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
const changedSince = (tag: string) =>
  `migrations/${tag}.sql has changed since this database was migrated by it. A released migration never changes: add a new one. Nothing was changed.`

async function apply(owner: Client, migration: Migration): Promise<void> {
  const { tag, statements, inTransaction } = migration
  // Outside of a transaction a lock may take long: CREATE INDEX CONCURRENTLY waits for everybody who is writing.
  if (inTransaction) await owner.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'`)
  let current = ''
  try {
    for (const statement of statements) {
      current = statement
      await owner.query(statement)
    }
    current = ''
    await owner.query(`insert into ${JOURNAL} (hash, created_at) values ($1, $2)`, [migration.hash, migration.when])
    if (inTransaction) await owner.query('commit')
  } catch (error) {
    if (inTransaction) await owner.query('rollback').catch(() => undefined)
    throw new MigrationError(explain(tag, current, error), { cause: error })
  }
}

const LOCK_NOT_AVAILABLE = '55P03'

/** What Postgres says of a failed statement: all of it but the statement, which may be long. */
function explain(tag: string, statement: string, error: unknown): string {
  if (!(error instanceof Error)) return `migrations/${tag}.sql: ${String(error)}`
  const { code, detail, hint, position, where } = error as Error & Partial<Record<string, string>>
  const line = position ? `:${lineOf(statement, Number(position))}` : ''
  const lines = [
    `migrations/${tag}.sql: ${error.message} (SQLSTATE ${code ?? 'unknown'})`,
    line && `  at ${statement.trim().split('\n')[0]?.slice(0, 120)} … line${line.replace(':', ' ')} of the statement`,
    detail && `  detail: ${detail}`,
    hint && `  hint: ${hint}`,
    where && `  where: ${where.split('\n')[0]}`,
    code === LOCK_NOT_AVAILABLE &&
      `  It waited ${LOCK_TIMEOUT} for a lock that something else holds, such as a long transaction. Nothing of this migration was applied: run it again.`,
  ]
  return lines.filter(Boolean).join('\n')
}

const lineOf = (statement: string, position: number): number => statement.slice(0, position).split('\n').length

const warn = ({ message = '' }: { message?: string | undefined }) => console.warn(`Migration: ${message}.`)

/** `3 migrations applied`, or `up to date`. */
export const describeMigration = (applied: number): string =>
  applied === 0 ? 'up to date' : `${applied} migration${applied === 1 ? '' : 's'} applied`
