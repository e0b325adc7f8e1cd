import { createRequire } from 'node:module'
import type * as Errors from 'cognito-local/lib/errors.js'

const load = createRequire(import.meta.url)

// Vitest has its own copy of each module, and cognito-local's server has Node's: `instanceof` there must find these classes.
export const { InvalidPasswordError, NotAuthorizedError, UserNotConfirmedException, UserNotFoundError } = load(
  'cognito-local/lib/errors.js',
) as typeof Errors

/** @returns Cognito's name for what an action was rejected with, such as `NotAuthorizedException`; undefined for any other error */
export const exceptionOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
