import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { pathId, storedId, storedTime } from '../../http/fields.ts'
import { pageOf } from '../../http/page.ts'
import { userSchema } from '../users/schemas.ts'
import { sessions } from './table.ts'

/** For the reference. */
export const sessionTag = { name: 'Session', description: 'Sign in with a Cognito access token.' }

/** A row as it leaves the repository. */
export const sessionRow = createSelectSchema(sessions, {
  userId: storedId,
  id: storedId,
  createdAt: storedTime,
  lastSeenAt: storedTime,
  expiresAt: storedTime,
  revokedAt: storedTime.nullable(),
})
export type SessionRow = z.output<typeof sessionRow>

/** A session on the wire; the sign-in's id stays inside. */
export const sessionSchema = sessionRow.omit({ userId: true, signInId: true, revokedAt: true }).meta({ id: 'Session' })

export const sessionPage = pageOf(
  sessionSchema.extend({ current: z.boolean().meta({ description: 'The one that asks' }) }),
).meta({ id: 'SessionPage' })
export const sessionPath = z.object({ sessionId: pathId('the session') })

export const signInSchema = z
  .object({
    user: userSchema,
    session: sessionSchema,
    profileStale: z.boolean().meta({
      description: 'True while Cognito cannot be asked: e-mail and emailVerified are those of an earlier sign-in',
    }),
  })
  .meta({ id: 'SignIn' })

export const refreshSchema = z.object({ session: sessionSchema }).meta({ id: 'Refresh' })

/** Tokens that are to become cookies. What is in them is the verifier's and Cognito's affair. */
export const cookieSignIn = z.strictObject({
  transport: z.literal('cookie'),
  accessToken: z.string().min(1).meta({ description: 'As Cognito gave it, as the bearer token would be' }),
  refreshToken: z
    .string()
    .regex(/^[\w.=-]+$/, { error: 'must be a token' })
    .meta({ description: 'Of the same sign-in' }),
})
/** What `POST /v1/session` takes, in words of JSON Schema. */
export const signInRequest = z
  .union([z.strictObject({}).meta({ title: 'With a bearer token' }), cookieSignIn])
  .meta({ id: 'SignInRequest' })
export type CookieSignIn = z.output<typeof cookieSignIn>

export function toSession({ userId: _user, signInId: _signIn, revokedAt: _revoked, ...session }: SessionRow) {
  return session
}
