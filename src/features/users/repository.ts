import { and, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import { deletedFor, isInState, newVersion, now, type RowState } from '../../db/row-state.ts'
import type { Database } from '../../db/database.ts'
import { oneRow } from '../../db/rows.ts'
import { fail, type Result } from '../../result.ts'
import { sessions } from '../sessions/table.ts'
import { type Deletion, deletionSchema, type UserPatch, type UserRow, userRow } from './schemas.ts'
import { users } from './table.ts'

/** The asking user's own row. */
export interface UserRepository {
  get(id: string): Promise<Result<UserRow>>
  /** `states`: in which of the row may be changed, null for any; else `precondition_failed`. */
  patch(id: string, patch: UserPatch, states: RowState[] | null): Promise<Result<UserRow>>
  /**
   * Deletes the account and ends all of its sign-ins. Nothing of it is gone until the grace time is over: signing in
   * anew brings everything back.
   */
  remove(userId: string, graceDays: number, states: RowState[] | null): Promise<Result<Deletion>>
}

export function createUserRepository(db: Database): UserRepository {
  return {
    async get(id) {
      const [results, error] = await db.read('users.get', (q) => [q.select().from(users).where(live(id))])
      return error ? fail(error) : oneRow(results[0], userRow)
    },

    async patch(id, patch, states) {
      const [results, error] = await db.write('users.patch', (q) => [
        q
          .update(users)
          .set({ ...patch, ...newVersion })
          .where(and(live(id), isInState(users, states)))
          .returning(getTableColumns(users)),
      ])
      if (error) return fail(error)
      // The row itself must be there, or the batch would have failed as not registered.
      return results[0][0] ? oneRow(results[0], userRow) : fail({ code: 'precondition_failed' })
    },

    async remove(userId, graceDays, states) {
      const isDeleted = sql`exists (select from ${users} where ${users.id} = ${userId} and ${users.deletedAt} is not null)`
      const [results, error] = await db.write('users.remove', (q) => [
        q
          .update(users)
          .set({ ...deletedFor(graceDays), notValidBefore: now })
          .where(and(live(userId), isInState(users, states)))
          .returning({ deletedAt: users.deletedAt, purgeAfter: users.purgeAfter }),
        q
          .update(sessions)
          .set({ revokedAt: now })
          .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), isDeleted)),
        q.select({ id: users.id }).from(users).where(live(userId)),
      ])
      if (error) return fail(error)
      if (results[0][0]) return oneRow(results[0], deletionSchema)
      // Another request of the same moment may have deleted it.
      return fail({ code: results[2].length > 0 ? 'precondition_failed' : 'account_deleted' })
    },
  }
}

const live = (id: string) => and(eq(users.id, id), isNull(users.deletedAt))
