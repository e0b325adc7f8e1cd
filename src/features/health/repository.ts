import { sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../../db/database.ts'
import { oneRow } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'

/** A migration as the database's journal knows it: by the time when it was made. */
interface Migration {
  tag: string
  when: number
}

const versionRow = z.object({ version: z.coerce.number() })
const UNDEFINED_TABLE = '42P01'

/**
 * Whether the database answers, and has the schema that is needed. A newer schema will do: releases expand it before they use it.
 *
 * @returns `schema_outdated` where `needed` has not been applied
 */
export async function checkSchema(db: Database, needed: Migration): Promise<Result<void>> {
  const [results, error] = await db.read('health.schema', (q) => [
    q.execute(sql`select version from app.schema_version`),
  ])
  if (error) return error.context?.['sqlState'] === UNDEFINED_TABLE ? outdated(null, needed) : fail(error)
  const [found, unfit] = oneRow(results[0].rows, versionRow)
  if (unfit) return fail(unfit)
  return found.version < needed.when ? outdated(found.version, needed) : ok(undefined)
}

/** @param version null where there is no schema at all */
const outdated = (version: number | null, { tag, when }: Migration) =>
  fail({ code: 'schema_outdated' as const, context: { needed: tag, neededVersion: when, version } })
