import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type { Client } from 'pg'

/** Any number that no other user of the server takes for an advisory lock: `PRLY` in ASCII. */
const MIGRATION_LOCK = 0x50524c59

/**
 * Applies the migrations that the database lacks, in one transaction; two at once wait for each other.
 *
 * @param owner logged in as the role that owns, or will own, the tables
 */
export async function applyMigrations(owner: Client): Promise<void> {
  await owner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
  try {
    // Postgres says NOTICE where something exists already, which is no news here.
    await owner.query('set client_min_messages = warning')
    await migrate(drizzle(owner), { migrationsFolder: new URL('../migrations', import.meta.url).pathname })
  } finally {
    await owner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
  }
}
