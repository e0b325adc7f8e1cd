import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import type { AppEnv } from '../http/app-env.ts'
import { readAccessCookie } from '../http/cookies.ts'
import { isOwnPage, isSafe, originNotAllowed } from '../http/origin.ts'
import { problem } from '../http/problem.ts'
import { limitRefused, limitUser } from '../http/rate-limit.ts'
import { type AppError, fail, ok, type Result } from '../result.ts'
import { timed } from '../trace.ts'
import { checkAccess, refuseAccess } from './access.ts'
import type { Identity } from './identity.ts'

/** The part of Hono's context that every kind of route has. */
export interface AdmissionContext {
  req: { method: string; path: string; url: string; header: (name: string) => string | undefined }
  json: Context['json']
  var: Pick<AppEnv['Variables'], 'trace' | 'operation'>
}

/** Who asks, and the access token that says so. */
export interface Admitted {
  identity: Identity
  accessToken: string
}

/**
 * Verifies the request's bearer token (RFC 6750) or access cookie. An `Authorization` header wins, whatever is in it:
 * then cookies are not looked at. With the cookie, what may change something must come from a page of ours.
 *
 * @returns or the answer that refuses: see {@link verifyAndLimit}; 403 `origin_not_allowed`
 */
export async function authenticate(c: AdmissionContext, deps: Deps): Promise<Result<Admitted, Response>> {
  const header = c.req.header('Authorization')
  const byCookie = header === undefined
  const token = byCookie ? readAccessCookie(c, deps) : bearerToken(header)
  if (token === null) return fail(await refuse(c, deps, { code: 'unauthenticated', context: { reason: 'no_token' } }))
  if (byCookie && !isSafe(c.req.method) && !isOwnPage(c, deps)) return fail(problem(c, originNotAllowed(c, deps)))
  const [identity, refusal] = await verifyAndLimit(c, deps, token)
  return refusal ? fail(refusal) : ok({ identity, accessToken: token })
}

/**
 * Verifies an access token, however it came, counts the request against its user's limit, and applies the rule for all
 * tokens.
 *
 * @returns or the answer that refuses: 401, whatever was wrong with the token; 403 where it shows too little; 429, to a
 *   user by their verified `sub` and to whoever is refused by their address; 503 without the issuer's keys
 */
export async function verifyAndLimit(
  c: AdmissionContext,
  deps: Deps,
  accessToken: string,
): Promise<Result<Identity, Response>> {
  const [identity, failure] = await timed(c.var.trace, 'auth', () => deps.verifyToken(accessToken))
  if (failure) {
    const isDown = failure.reason === 'keys_unavailable'
    const code = isDown ? 'identity_provider_unavailable' : 'unauthenticated'
    return fail(await refuse(c, deps, { code, context: { reason: failure.reason } }))
  }
  c.var.trace.identity = identity
  const limited = await limitUser(c, deps, identity.userId)
  if (limited) return fail(limited)
  const refusal = checkAccess(identity, deps.access)
  return refusal ? fail(refuseAccess(c, refusal, deps.access)) : ok(identity)
}

/** Answers with the problem, and counts a 401 against the address that it goes to. */
export async function refuse(c: AdmissionContext, deps: Deps, error: AppError): Promise<Response> {
  const limited = error.code === 'unauthenticated' ? await limitRefused(c, deps) : null
  return limited ?? problem(c, error)
}

/** @returns the token of an `Authorization: Bearer …` header, or null */
const bearerToken = (header: string): string | null => /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1] ?? null
