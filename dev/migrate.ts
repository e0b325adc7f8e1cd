import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type { Client } from 'pg'

/** Any number that no other user of the server takes for an advisory lock: `PRLY` in ASCII. */
const MIGRATION_LOCK = 0x50524c59

/**
 * Applies the migrations that the database lacks, in one transaction; two at once wait for each other.
 *
 * @param owner logged in as the role that owns, or will own, the tables
 * @returns how many it applied
 */
export async function applyMigrations(owner: Client): Promise<number> {
  await owner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
  owner.on('notice', warn)
  try {
    // Postgres says NOTICE where something exists already, which is no news here.
    await owner.query('set client_min_messages = warning')
    const before = await countApplied(owner)
    await migrate(drizzle(owner), { migrationsFolder: fileURLToPath(new URL('../migrations', import.meta.url)) })
    return (await countApplied(owner)) - before
  } finally {
    owner.off('notice', warn)
    await owner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
  }
}

const warn = ({ message = '' }: { message?: string | undefined }) => console.warn(`Migration: ${message}.`)

/** `3 migrations applied`, or `up to date`. */
export const describeMigration = (applied: number): string =>
  applied === 0 ? 'up to date' : `${applied} migration${applied === 1 ? '' : 's'} applied`

async function countApplied(owner: Client): Promise<number> {
  const journal = 'drizzle.__drizzle_migrations'
  const known = await owner.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [journal])
  if (!known.rows[0]?.exists) return 0
  const applied = await owner.query<{ count: number }>(`select count(*)::int as count from ${journal}`)
  return applied.rows[0]?.count ?? 0
}
