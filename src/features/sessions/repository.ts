import { and, desc, eq, getTableColumns, isNull, ne, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { CognitoProfile } from '../../auth/cognito.ts'
import type { Identity } from '../../auth/identity.ts'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { newId } from '../../id.ts'
import { fail, ok, type Result } from '../../result.ts'
import { type UserRow, userRow } from '../users/schemas.ts'
import { users } from '../users/table.ts'
import { type SessionRow, sessionRow } from './schemas.ts'
import { sessions } from './table.ts'

export interface SignIn {
  user: UserRow
  session: SessionRow
  /** The user's first sign-in. */
  isNew: boolean
}

export interface SessionRepository {
  /**
   * Registers the user or logs them in, and records the session. Two first sign-ins at once make one user. The e-mail
   * follows Cognito at each sign-in; names and picture come from there once and are the user's own from then on.
   * Fails with `email_taken`, and
   * with `session_revoked` for a sign-in that was ended.
   */
  signIn(identity: Identity, profile: CognitoProfile, userAgent: string | null): Promise<Result<SignIn>>
  /** Those that are not revoked, the newest first. */
  list(limit: number, after: SessionPosition | null): Promise<Result<SessionRow[]>>
  /** `not_found` where there is none of this id, or it is revoked already. */
  revoke(id: string): Promise<Result<void>>
  /** Ends this sign-in: none of its tokens, refreshed ones included, is taken again. */
  signOut(identity: Identity): Promise<Result<void>>
  /** Ends all sign-ins but this one. */
  signOutOthers(identity: Identity): Promise<Result<void>>
}

/** Where a page of the list starts: behind this session. */
export interface SessionPosition {
  createdAt: string
  id: string
}

const EMAIL_TAKEN: ConstraintErrors = { users_email_key: { code: 'email_taken' } }

export function createSessionRepository(db: Database, userId: string): SessionRepository {
  const open = and(eq(sessions.userId, userId), isNull(sessions.revokedAt))
  const revoked = { revokedAt: sql`now()` }

  return {
    async signIn(identity, profile, userAgent) {
      const [results, error] = await db.write(
        'sessions.signIn',
        (q) => [
          q
            .insert(users)
            .values({
              id: identity.userId,
              email: profile.email,
              emailVerified: profile.emailVerified,
              firstName: profile.firstName,
              lastName: profile.lastName,
              name: profile.name,
              avatarUrl: profile.avatarUrl,
            })
            .onConflictDoUpdate({
              target: users.id,
              set: {
                lastLogin: sql`now()`,
                email: profile.email,
                emailVerified: profile.emailVerified,
                updatedAt: sql`now()`,
                version: sql`users.version + 1`,
              },
            })
            // xmax is 0 in a row that no transaction has touched since it was inserted.
            .returning({ ...getTableColumns(users), isNew: sql<boolean>`xmax = 0` }),
          q
            .insert(sessions)
            .values({
              userId: identity.userId,
              id: newId(),
              signInId: identity.signInId,
              userAgent,
              expiresAt: toTime(identity.expiresAt),
            })
            .onConflictDoUpdate({
              target: [sessions.userId, sessions.signInId],
              set: { lastSeenAt: sql`now()`, expiresAt: sql`excluded.expires_at`, userAgent },
            })
            .returning(),
        ],
        EMAIL_TAKEN,
      )
      if (error) return fail(error)
      const [user, userError] = oneRow(results[0], userRow.extend({ isNew: z.boolean() }))
      if (userError) return fail(userError)
      const [session, sessionError] = oneRow(results[1], sessionRow)
      if (sessionError) return fail(sessionError)
      const { isNew, ...row } = user
      return ok({ user: row, session, isNew })
    },

    async list(limit, after) {
      const behind =
        after && sql`(${sessions.createdAt}, ${sessions.id}) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`
      const [results, error] = await db.read('sessions.list', (q) => [
        q
          .select()
          .from(sessions)
          .where(and(open, behind ?? undefined))
          .orderBy(desc(sessions.createdAt), desc(sessions.id))
          .limit(limit),
      ])
      return error ? fail(error) : allRows(results[0], sessionRow)
    },

    async revoke(id) {
      const [results, error] = await db.write('sessions.revoke', (q) => [
        q
          .update(sessions)
          .set(revoked)
          .where(and(open, eq(sessions.id, id)))
          .returning({ id: sessions.id }),
      ])
      if (error) return fail(error)
      return results[0].length > 0 ? ok(undefined) : fail({ code: 'not_found' })
    },

    async signOut({ signInId, expiresAt }) {
      // A sign-in that never called POST /v1/session has no row yet, and must be refused from now on all the same.
      const row = { userId, id: newId(), signInId, expiresAt: toTime(expiresAt), ...revoked }
      const [, error] = await db.write('sessions.signOut', (q) => [
        q
          .insert(sessions)
          .values(row)
          .onConflictDoUpdate({ target: [sessions.userId, sessions.signInId], set: revoked }),
      ])
      return error ? fail(error) : ok(undefined)
    },

    async signOutOthers({ signInId }) {
      const [, error] = await db.write('sessions.signOutOthers', (q) => [
        q
          .update(sessions)
          .set(revoked)
          .where(and(open, ne(sessions.signInId, signInId))),
      ])
      return error ? fail(error) : ok(undefined)
    },
  }
}

const toTime = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString()
