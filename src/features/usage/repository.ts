import { eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../../db/database.ts'
import { oneRow } from '../../db/rows.ts'
import type { Quotas } from '../../env.ts'
import { fail, type Result } from '../../result.ts'
import { usage } from './table.ts'

/** How much of each kind a user has, and when the day is over. */
export type Used = Record<keyof Quotas, number> & { midnight: string }

export interface UsageRepository {
  get(): Promise<Result<Used>>
}

const count = z.coerce.number().int()
const usedRow = z.object({
  conversations: count,
  messages: count,
  documents: count,
  storedBytes: count,
  embeddedTokens: count,
  midnight: z.string(),
})

const total = (column: (typeof usage)['messages']) => sql`coalesce(sum(${column}), 0)`

export function createUsageRepository(db: Database, userId: string): UsageRepository {
  return {
    async get() {
      const [results, error] = await db.read('usage.get', (q) => [
        q
          .select({
            conversations: total(usage.conversations),
            messages: total(usage.messages),
            documents: total(usage.documents),
            storedBytes: total(usage.storedBytes),
            embeddedTokens: sql`app.embedded_today(${userId})`,
            midnight: sql`to_char((now() at time zone 'utc')::date + 1, 'YYYY-MM-DD"T"00:00:00.000"Z"')`,
          })
          .from(usage)
          .where(eq(usage.userId, userId)),
      ])
      return error ? fail(error) : oneRow(results[0], usedRow)
    },
  }
}
