import * as z from 'zod'
import type { Caller } from '../../auth/caller.ts'
import { asNewcomer } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { type PageRequest, readPage } from '../../http/page.ts'
import { secondAfter } from '../../auth/second-after.ts'
import { fail, ok } from '../../result.ts'
import { timed } from '../../trace.ts'
import { createSessionRepository } from './repository.ts'

/** Who signs in: a verified identity that may not be registered yet. */
export type Newcomer = Pick<Caller, 'identity' | 'trace'>

const cursorKey = z.tuple([z.iso.datetime(), z.guid()])

const of = ({ db, userId }: Pick<Caller, 'db' | 'userId'>) => createSessionRepository(db, userId)

/** The sign-ins of the caller. */
export function createSessionService(deps: Pick<Deps, 'cognito' | 'database' | 'log'>) {
  return {
    /**
     * Registers the user with Cognito's profile, or logs them in, and records the session. The access token is that of the
     * verified identity. While Cognito cannot be asked, a registered user is logged in with the stored profile
     * (`profileStale`): the verified token says who they are. `unauthenticated` where Cognito refuses the token,
     * `identity_provider_unavailable` where it cannot be asked about a user who is not registered, `session_revoked` for a sign-in
     * that was ended, `account_deleted` where it is too late to restore.
     */
    async signIn({ identity, trace }: Newcomer, accessToken: string) {
      const [profile, refused] = await timed(trace, 'auth', () => deps.cognito.getUser(accessToken, identity))
      if (refused && refused.code !== 'identity_provider_unavailable') return fail(refused)
      const db = asNewcomer(deps.database, trace, identity)
      const [signedIn, error] = await of({ db, userId: identity.userId }).signIn(identity, profile, trace.userAgent)
      if (error) return fail(refused && error.code === 'not_registered' ? refused : error)
      if (refused) deps.log('warn', 'profile_stale', { requestId: trace.requestId, cause: refused.context })
      return ok({ ...signedIn, profileStale: refused !== null })
    },

    /** Notes that this sign-in has a new access token; makes the session of one that has none. */
    renew: (caller: Caller) => of(caller).renew(caller.identity, caller.trace.userAgent),

    /** A page of those that are not revoked, the newest first. */
    list: (caller: Caller, page: PageRequest) =>
      readPage({ list: 'sessions', userId: caller.userId }, page, {
        key: cursorKey,
        read: (limit, after) => of(caller).list(limit, after && { createdAt: after[0], id: after[1] }),
        keyOf: ({ createdAt, id }) => [createdAt, id],
      }),

    /** `not_found` where there is none of this id, or it is revoked already. */
    revoke: (caller: Caller, id: string) => of(caller).revoke(id),
    /** Ends all sign-ins but this one. A sign-in after it is let in: see {@link secondAfter}. */
    async revokeOthers(caller: Caller) {
      const [endedAt, error] = await of(caller).signOutOthers(caller.identity)
      if (error) return fail(error)
      await secondAfter(endedAt)
      return ok(undefined)
    },
    /** Ends this sign-in: none of its tokens, refreshed ones included, is taken again. */
    signOut: (caller: Caller) => of(caller).signOut(caller.identity),
  }
}
