import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type { Client } from 'pg'
import { type LocalDatabase, openPglite, openScratch } from '../../../dev/database.ts'

/** A superuser's connection string, where the run is to use a real server. */
export const server = process.env.DATABASE_URL

/** A database of the test's own; `migrate` may leave it empty or old. */
export const openDatabase = (migrate?: (owner: Client) => Promise<number>): Promise<LocalDatabase> =>
  server ? openScratch(server, migrate) : openPglite(undefined, migrate)

/** Nothing is applied. */
export const leaveEmpty = () => Promise.resolve(0)

/** Applies the first `count` migrations only, as a version of Parley did that had no more. */
export const applyFirst = (count: number) => async (owner: Client) => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-migrations-'))
  try {
    await cp('migrations', folder, { recursive: true })
    const journal = await readJournal()
    const old = { ...journal, entries: journal.entries.slice(0, count) }
    await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify(old))
    await owner.query('set client_min_messages = warning')
    await migrate(drizzle(owner), { migrationsFolder: folder })
    return count
  } finally {
    await rm(folder, { recursive: true })
  }
}

export async function readJournal(): Promise<{ entries: { tag: string }[] }> {
  return JSON.parse(await readFile('migrations/meta/_journal.json', 'utf8')) as { entries: { tag: string }[] }
}

/** The rows of a query, as the tables' owner. */
export const rowsOf = async (database: LocalDatabase, query: string): Promise<Record<string, unknown>[]> =>
  (await database.asOwner((owner) => owner.query<Record<string, unknown>>(query))).rows
