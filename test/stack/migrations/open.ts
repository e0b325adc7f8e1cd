import type { Client } from 'pg'
import { inject } from 'vitest'
import { type LocalDatabase, openPglite, openScratch } from '../../../dev/database.ts'
import type {} from '../../provided.ts'
import { openMigrated } from '../../setup/copies.ts'

/** A superuser's connection string, where the run is to use a real server. */
export const server = process.env.DATABASE_URL

/** A database of the test's own: a migrated one, or what `migrate` makes of an empty one. */
export const openDatabase = (migrate?: (owner: Client) => Promise<number>): Promise<LocalDatabase> =>
  server ? openScratch(server, migrate) : migrate ? openPglite(undefined, migrate) : openMigrated(inject('templates'))

/** Nothing is applied. */
export const leaveEmpty = () => Promise.resolve(0)

/** The rows of a query, as the tables' owner. */
export const rowsOf = async (database: LocalDatabase, query: string): Promise<Record<string, unknown>[]> =>
  (await database.asOwner((owner) => owner.query<Record<string, unknown>>(query))).rows
