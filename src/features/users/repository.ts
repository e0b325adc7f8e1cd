import { and, eq, getTableColumns, inArray, isNull, sql } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'
import { oneRow } from '../../db/rows.ts'
import { fail, type Result } from '../../result.ts'
import { type UserPatch, type UserRow, userRow } from './schemas.ts'
import { users } from './table.ts'

/** The asking user's own row. */
export interface UserRepository {
  get(id: string): Promise<Result<UserRow>>
  /** `versions`: which states of the row may be changed, null for any; else `precondition_failed`. */
  patch(id: string, patch: UserPatch, versions: number[] | null): Promise<Result<UserRow>>
}

export function createUserRepository(db: Database): UserRepository {
  return {
    async get(id) {
      const [results, error] = await db.read('users.get', (q) => [q.select().from(users).where(live(id))])
      return error ? fail(error) : oneRow(results[0], userRow)
    },

    async patch(id, patch, versions) {
      const [results, error] = await db.write('users.patch', (q) => [
        q
          .update(users)
          .set({ ...patch, updatedAt: sql`now()`, version: sql`version + 1` })
          .where(and(live(id), versions ? inArray(users.version, versions) : undefined))
          .returning(getTableColumns(users)),
      ])
      if (error) return fail(error)
      // The row itself must be there, or the batch would have failed as not registered.
      return results[0][0] ? oneRow(results[0], userRow) : fail({ code: 'precondition_failed' })
    },
  }
}

const live = (id: string) => and(eq(users.id, id), isNull(users.deletedAt))
