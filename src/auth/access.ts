import { createMiddleware } from 'hono/factory'
import type { IdentityEnv } from './user-env.ts'
import { problem } from '../http/problem.ts'
import type { AppError } from '../result.ts'
import type { Identity } from './identity.ts'

/** What a token must show beside being valid; what is left out asks for nothing. */
export interface AccessRule {
  /** OAuth scopes, all of them needed. */
  scopes?: readonly string[]
  /** Cognito groups, one of them enough. */
  groups?: readonly string[]
}

/** With it Cognito's `GetUser` answers. */
export const PROFILE_SCOPE = 'aws.cognito.signin.user.admin'

/** @returns `insufficient_scope` or `group_required` where the token falls short of the rule, else null */
export function checkAccess(identity: Identity, { scopes = [], groups = [] }: AccessRule): AppError | null {
  const missing = scopes.filter((scope) => !identity.scopes.includes(scope))
  if (missing.length > 0) {
    return { code: 'insufficient_scope', detail: `The access token lacks the scope ${missing.join(' ')}.` }
  }
  const isMember = groups.length === 0 || groups.some((group) => identity.groups.includes(group))
  return isMember ? null : { code: 'group_required' }
}

/** After `requireIdentity`, for a route that wants more than the rest (RFC 6750 §3.1). */
export const requireAccess = (rule: AccessRule) =>
  createMiddleware<IdentityEnv>((c, next) => {
    const refusal = checkAccess(c.var.identity, rule)
    return refusal === null ? next() : Promise.resolve(refuseAccess(c, refusal, rule))
  })

/** The 403 that says what is missing, as RFC 6750 has it for scopes. */
export function refuseAccess(
  c: Parameters<typeof problem>[0],
  refusal: AppError,
  { scopes = [] }: AccessRule,
): Response {
  const response = problem(c, refusal)
  if (refusal.code === 'insufficient_scope') {
    const challenge = `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"`
    response.headers.set('WWW-Authenticate', challenge)
  }
  return response
}
