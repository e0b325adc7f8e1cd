import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { operation } from '../../http/openapi.ts'
import { allowedVersions, etagOf, isFresh } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { createUserRepository } from './repository.ts'
import { type UserRow, userPatch, userSchema } from './schemas.ts'

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
        responses: { 200: { description: 'The changed profile', schema: userSchema } },
        preconditions: 'write',
      }),
      validate('json', userPatch),
      async (c) => {
        const users = createUserRepository(c.var.db)
        const [user, error] = await users.patch(c.var.identity.userId, c.req.valid('json'), allowedVersions(c))
        if (error) return problem(c, error)
        c.header('ETag', etagOf(user))
        return c.json(toUser(user), 200)
      },
    )

/** The wire form, field by field: a new column is not shown by accident. */
export function toUser({ deletedAt: _deletedAt, version: _version, ...user }: UserRow) {
  return user
}
