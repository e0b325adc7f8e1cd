import type { Caller } from '../../auth/caller.ts'
import type { RowState } from '../../db/row-state.ts'
import { secondAfter } from '../../auth/second-after.ts'
import type { Deps } from '../../deps.ts'
import { fail, ok } from '../../result.ts'
import { createUserRepository } from './repository.ts'
import type { UserPatch } from './schemas.ts'

/** The account of the caller. */
export function createUserService(deps: Pick<Deps, 'graceDays'>) {
  return {
    get: ({ db, userId }: Caller) => createUserRepository(db).get(userId),
    /** Changes the profile in one of these states, or in any where they are null; else `precondition_failed`. */
    patch: ({ db, userId }: Caller, patch: UserPatch, states: RowState[] | null) =>
      createUserRepository(db).patch(userId, patch, states),
    /**
     * Deletes the account in one of these states, and ends all of its sign-ins. Signing in anew restores it for as long as the
     * deployment says. `account_deleted` where another request has done so.
     */
    async remove({ db, userId }: Caller, states: RowState[] | null) {
      const [deletion, error] = await createUserRepository(db).remove(userId, deps.graceDays, states)
      if (error) return fail(error)
      await secondAfter(deletion.deletedAt)
      return ok(deletion)
    },
  }
}
