import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { id, storedId, storedTime } from '../../http/fields.ts'
import { pageOf } from '../../http/page.ts'
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

export const sessionPage = pageOf(
  sessionSchema.extend({ current: z.boolean().meta({ description: 'The one that asks' }) }),
).meta({ id: 'SessionPage' })
export const sessionPath = z.object({ sessionId: id })

export const signInSchema = z.object({ user: userSchema, session: sessionSchema }).meta({ id: 'SignIn' })
