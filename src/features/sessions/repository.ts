import { getTableColumns, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { CognitoProfile } from '../../auth/cognito.ts'
import type { Identity } from '../../auth/identity.ts'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { oneRow } from '../../db/rows.ts'
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
   * Fails with `email_taken`.
   */
  signIn(identity: Identity, profile: CognitoProfile, userAgent: string | null): Promise<Result<SignIn>>
}

const EMAIL_TAKEN: ConstraintErrors = { users_email_key: { code: 'email_taken' } }

export function createSessionRepository(db: Database): SessionRepository {
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
              expiresAt: new Date(identity.expiresAt * 1000).toISOString(),
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
  }
}
