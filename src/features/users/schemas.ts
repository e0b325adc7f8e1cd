import { createSelectSchema } from 'drizzle-zod'
import * as z from 'zod'
import { hasCredentials } from '../../auth/profile.ts'
import { changesSomething, storedId, storedTime } from '../../http/fields.ts'
import { users } from './table.ts'

/** For the reference. */
export const profileTag = { name: 'Profile', description: 'The signed-in user.' }

/** A row as it leaves the repository. */
export const userRow = createSelectSchema(users, {
  id: storedId,
  lastLogin: storedTime,
  createdAt: storedTime,
  updatedAt: storedTime,
  deletedAt: storedTime.nullable(),
  purgeAfter: storedTime.nullable(),
  notValidBefore: storedTime.nullable(),
})
export type UserRow = z.output<typeof userRow>

/** A profile on the wire. */
export const userSchema = userRow
  .omit({ deletedAt: true, purgeAfter: true, notValidBefore: true, version: true })
  .meta({ id: 'User' })
export type User = z.output<typeof userSchema>

/** What a deleted account's owner is told. */
export const deletionSchema = z
  .object({
    deletedAt: storedTime,
    purgeAfter: storedTime.meta({ description: 'Until then signing in anew restores the account; then it is purged' }),
  })
  .meta({ id: 'AccountDeletion' })
export type Deletion = z.output<typeof deletionSchema>

const shortText = z.string().trim().min(1).max(200).nullable()

export const userPatch = z
  .strictObject({
    firstName: shortText,
    lastName: shortText,
    name: shortText,
    avatarUrl: z
      .url({ protocol: /^https$/ })
      .max(2048)
      .refine((url) => !hasCredentials(url), { error: 'must hold no user and no password' })
      .nullable(),
  })
  .partial()
  .refine(...changesSomething)
  .meta({ id: 'UserPatch', minProperties: 1 })
export type UserPatch = z.output<typeof userPatch>

/** The wire form, field by field: a new column is not shown by accident. */
export function toUser(row: UserRow): User {
  const { id, email, emailVerified, firstName, lastName, name, avatarUrl, lastLogin, createdAt, updatedAt } = row
  return { id, email, emailVerified, firstName, lastName, name, avatarUrl, lastLogin, createdAt, updatedAt }
}
