import { forgetCookies } from '../../auth/cookie-session.ts'
import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { operation } from '../../http/openapi.ts'
import { allowedStates, etagOf, isFresh } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { createUserRepository } from './repository.ts'
import { deletionSchema, type User, type UserRow, userPatch, userSchema } from './schemas.ts'

export const meRoutes = (deps: Deps) =>
  userRoutes(deps)
    .get(
      '/',
      operation({
        operationId: 'getMe',
        tag: 'Profile',
        summary: 'Read the profile',
        responses: { 200: { description: 'The profile', schema: userSchema } },
        preconditions: 'read',
      }),
      async (c) => {
        const [user, error] = await createUserRepository(c.var.db).get(c.var.identity.userId)
        if (error) return problem(c, error)
        c.header('ETag', etagOf(user))
        return isFresh(c, etagOf(user)) ? c.body(null, 304) : c.json(toUser(user), 200)
      },
    )
    .patch(
      '/',
      operation({
        operationId: 'updateMe',
        tag: 'Profile',
        summary: 'Change the profile',
        description: 'Fields that are absent stay; null clears one.',
        examples: {
          name: { summary: 'Another name', value: { firstName: 'Ada', lastName: 'King' } },
          noPicture: { summary: 'Without a picture', value: { avatarUrl: null } },
        },
        responses: { 200: { description: 'The changed profile', schema: userSchema } },
        preconditions: 'write',
      }),
      validate('json', userPatch),
      async (c) => {
        const users = createUserRepository(c.var.db)
        const [user, error] = await users.patch(c.var.identity.userId, c.req.valid('json'), allowedStates(c))
        if (error) return problem(c, error)
        c.header('ETag', etagOf(user))
        return c.json(toUser(user), 200)
      },
    )
    .delete(
      '/',
      operation({
        operationId: 'deleteMe',
        tag: 'Profile',
        summary: 'Delete the account',
        description:
          'With everything in it. All sign-ins end at once. Until `purgeAfter`, signing in anew and calling POST /v1/session restores the account; after it everything is purged for good.',
        responses: { 200: { description: 'Deleted, and until when it can be restored', schema: deletionSchema } },
        preconditions: 'write',
      }),
      async (c) => {
        const users = createUserRepository(c.var.db)
        const [deletion, error] = await users.remove(c.var.identity, deps.graceDays, allowedStates(c))
        if (error) return problem(c, error)
        const response = c.json(deletion, 200)
        await forgetCookies(c, deps, response.headers)
        return response
      },
    )

/** The wire form, field by field: a new column is not shown by accident. */
export function toUser(row: UserRow): User {
  const { id, email, emailVerified, firstName, lastName, name, avatarUrl, lastLogin, createdAt, updatedAt } = row
  return { id, email, emailVerified, firstName, lastName, name, avatarUrl, lastLogin, createdAt, updatedAt }
}
