import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { storedId, storedTime } from '../../http/fields.ts'
import { userSchema } from '../users/schemas.ts'
import { sessions } from './table.ts'

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

export const signInSchema = z.object({ user: userSchema, session: sessionSchema }).meta({ id: 'SignIn' })
