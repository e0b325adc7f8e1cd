import { forgetCookies } from '../../auth/cookie-session.ts'
import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { operation } from '../../http/openapi.ts'
import { allowedStates, etagOf, isFresh } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { profileTag } from './schemas.ts'
import { validate } from '../../http/validate.ts'
import { deletionSchema, toUser, userPatch, userSchema } from './schemas.ts'
import { createUserService } from './service.ts'

/** `/v1/me` */
export const meRoutes = (deps: Deps) => {
  const users = createUserService(deps)
  return userRoutes(deps)
    .get(
      '/',
      operation({
        operationId: 'getMe',
        tag: profileTag,
        summary: 'Read the profile',
        responses: { 200: { description: 'The profile', schema: userSchema } },
        preconditions: 'read',
      }),
      async (c) => {
        const [user, error] = await users.get(c.var.caller)
        if (error) return problem(c, error)
        c.header('ETag', etagOf(user))
        return isFresh(c, etagOf(user)) ? c.body(null, 304) : c.json(toUser(user), 200)
      },
    )
    .patch(
      '/',
      operation({
        operationId: 'updateMe',
        tag: profileTag,
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
        const [user, error] = await users.patch(c.var.caller, c.req.valid('json'), allowedStates(c))
        if (error) return problem(c, error)
        c.header('ETag', etagOf(user))
        return c.json(toUser(user), 200)
      },
    )
    .delete(
      '/',
      operation({
        operationId: 'deleteMe',
        tag: profileTag,
        summary: 'Delete the account',
        description:
          'With everything in it. All sign-ins end at once. Until `purgeAfter`, signing in anew and calling POST /v1/session restores the account; after it everything is purged for good.',
        responses: { 200: { description: 'Deleted, and until when it can be restored', schema: deletionSchema } },
        preconditions: 'write',
      }),
      async (c) => {
        const [deletion, error] = await users.remove(c.var.caller, allowedStates(c))
        if (error) return problem(c, error)
        const response = c.json(deletion, 200)
        await forgetCookies(c, deps, response.headers)
        return response
      },
    )
}
