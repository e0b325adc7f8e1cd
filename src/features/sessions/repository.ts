import './sql/export.ts'
import { and, desc, eq, getTableColumns, isNull, ne, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import * as z from 'zod'
import type { CognitoProfile } from '../../auth/cognito.ts'
import type { Identity } from '../../auth/identity.ts'
import { now, undeleted } from '../../db/row-state.ts'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { newId } from '../../id.ts'
import { type AppError, fail, ok, type Result } from '../../result.ts'
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
   * A deleted account comes back. Fails with `session_revoked` for a sign-in that was ended, and with
   * `account_deleted` where it is too late to restore.
   *
   * @param profile null where Cognito could not be asked: a registered user keeps the profile that is stored, and a new one is not
   *   registered (`not_registered`)
   */
  signIn(identity: Identity, profile: CognitoProfile | null, userAgent: string | null): Promise<Result<SignIn>>
  /** Notes that this sign-in has a new access token; makes the session of one that has none. */
  renew(identity: Identity, userAgent: string | null): Promise<Result<SessionRow>>
  /** Those that are not revoked, the newest first. */
  list(limit: number, after: SessionPosition | null): Promise<Result<SessionRow[]>>
  /** `not_found` where there is none of this id, or it is revoked already. */
  revoke(id: string): Promise<Result<void>>
  /** Ends this sign-in: none of its tokens, refreshed ones included, is taken again. */
  signOut(identity: Identity): Promise<Result<void>>
  /** Ends all sign-ins but this one, those without a row as well. @returns since when only newer ones are taken */
  signOutOthers(identity: Pick<Identity, 'signInId'>): Promise<Result<string>>
}

/** Where a page of the list starts: behind this session. */
export interface SessionPosition {
  createdAt: string
  id: string
}

const BEING_PURGED: AppError = {
  code: 'account_deleted',
  detail:
    'The time to restore this account is over. Once it is purged, usually within minutes, signing in makes a new one.',
}

const ended = z.object({ notValidBefore: z.string() })
/** The session of a user without a row in `users`. */
const NO_USER: ConstraintErrors = { sessions_user_id_users_id_fk: { code: 'not_registered' } }

export function createSessionRepository(db: Database, userId: string): SessionRepository {
  const open = and(eq(sessions.userId, userId), isNull(sessions.revokedAt))
  const revoked = { revokedAt: now }

  return {
    async signIn(identity, profile, userAgent) {
      const [results, error] = await db.write(
        'sessions.signIn',
        (q) => [profile ? register(q, identity, profile) : logInAsStored(q, identity), record(q, identity, userAgent)],
        NO_USER,
      )
      if (error) return fail(error.code === 'account_deleted' ? { ...error, ...BEING_PURGED } : error)
      if (results[0].length === 0) return fail(BEING_PURGED)
      const [user, userError] = oneRow(results[0], userRow.extend({ isNew: z.boolean() }))
      if (userError) return fail(userError)
      const [session, sessionError] = oneRow(results[1], sessionRow)
      if (sessionError) return fail(sessionError)
      const { isNew, ...row } = user
      return ok({ user: row, session, isNew })
    },

    async renew(identity, userAgent) {
      const [results, error] = await db.write('sessions.renew', (q) => [record(q, identity, userAgent)])
      return error ? fail(error) : oneRow(results[0], sessionRow)
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

    async signOut({ signInId }) {
      // It has a row, however new it is: the batch begins with app.admit_request.
      const [, error] = await db.write('sessions.signOut', (q) => [
        q
          .update(sessions)
          .set(revoked)
          .where(and(open, eq(sessions.signInId, signInId))),
      ])
      return error ? fail(error) : ok(undefined)
    },

    async signOutOthers({ signInId }) {
      const [results, error] = await db.write('sessions.signOutOthers', (q) => [
        // First: a sign-in that gets its row at this moment waits for this one, or has it already.
        q
          .update(users)
          .set({ notValidBefore: now })
          .where(eq(users.id, userId))
          .returning({ notValidBefore: users.notValidBefore }),
        q
          .update(sessions)
          .set(revoked)
          .where(and(open, ne(sessions.signInId, signInId))),
      ])
      if (error) return fail(error)
      const [row, missing] = oneRow(results[0], ended)
      return missing ? fail(missing) : ok(row.notValidBefore)
    },
  }
}

/** What each sign-in sets, with or without a profile. */
const loggedIn = { lastLogin: now, ...undeleted }
/** By the wall clock, after the row is locked: a purge that began while this waited goes on. */
const isNotDue = sql`users.purge_after is null or users.purge_after > clock_timestamp()`

/** Inserts the user with Cognito's profile, or logs them in. No row where the account is being purged. */
const register = (q: NeonHttpDatabase, { userId }: Identity, profile: CognitoProfile) =>
  q
    .insert(users)
    .values({
      id: userId,
      email: profile.email,
      emailVerified: profile.emailVerified,
      firstName: profile.firstName,
      lastName: profile.lastName,
      name: profile.name,
      avatarUrl: profile.avatarUrl,
      // What the user had before, and deleted, is gone, but not what was signed in to it.
      notValidBefore: sql`app.purged_at(${userId})`,
    })
    .onConflictDoUpdate({
      target: users.id,
      set: {
        ...loggedIn,
        version: sql`users.version + 1`,
        email: profile.email,
        emailVerified: profile.emailVerified,
      },
      setWhere: isNotDue,
    })
    // xmax is 0 in a row that no transaction has touched since it was inserted.
    .returning({ ...getTableColumns(users), isNew: sql<boolean>`xmax = 0` })

/** Logs the user in with the profile that is stored. No row where there is no user, or the account is being purged. */
const logInAsStored = (q: NeonHttpDatabase, { userId }: Identity) =>
  q
    .update(users)
    .set(loggedIn)
    .where(and(eq(users.id, userId), isNotDue))
    .returning({ ...getTableColumns(users), isNew: sql<boolean>`false` })

/** The session of a sign-in, seen now; it expires with the newest access token. */
const record = (q: NeonHttpDatabase, { userId, signInId, expiresAt }: Identity, userAgent: string | null) =>
  q
    .insert(sessions)
    .values({ userId, id: newId(), signInId, userAgent, expiresAt: toTime(expiresAt) })
    .onConflictDoUpdate({
      target: [sessions.userId, sessions.signInId],
      set: { lastSeenAt: now, expiresAt: sql`excluded.expires_at`, userAgent },
    })
    .returning()

const toTime = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString()
