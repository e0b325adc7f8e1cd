import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { asUser } from '../db/database.ts'
import type { Deps } from '../deps.ts'
import type { IdentityEnv, UserEnv } from '../http/app-env.ts'
import { problem } from '../http/problem.ts'
import { limitRefused, limitUser } from '../http/rate-limit.ts'
import { timed } from '../trace.ts'

/** A router whose handlers have a verified identity and the database as that user sees it. */
export const userRoutes = (deps: Deps) => new Hono<UserEnv>().use(authenticate(deps)).use(openDatabase(deps))

/** Behind `authenticate`: the database as that user sees it. */
export const openDatabase = (deps: Deps) =>
  createMiddleware<UserEnv>((c, next) => {
    const { identity, trace } = c.var
    c.set('db', asUser(deps.database, trace, { ...identity, seen: deps.seenIsDue(identity.signInId) }))
    return next()
  })

/**
 * Verifies the bearer token (RFC 6750), or answers 401, whatever was wrong with it. Who asks too often gets a 429: a
 * user by their verified `sub`, whoever is refused by their address.
 */
export const authenticate = (deps: Deps) =>
  createMiddleware<IdentityEnv>(async (c, next) => {
    const refuse = async (reason: string) =>
      (await limitRefused(c, deps)) ?? problem(c, { code: 'unauthenticated', context: { reason } })

    const token = bearerToken(c.req.header('Authorization'))
    if (token === null) return refuse('no_token')
    const [identity, failure] = await timed(c.var.trace, 'auth', () => deps.verifyToken(token))
    if (failure?.reason === 'keys_unavailable') {
      return problem(c, { code: 'identity_provider_unavailable', context: { reason: failure.reason } })
    }
    if (failure) return refuse(failure.reason)
    c.set('identity', identity)
    c.var.trace.identity = identity
    return (await limitUser(c, deps, identity.userId)) ?? next()
  })

/** @returns the token of an `Authorization: Bearer …` header, or null */
export const bearerToken = (header: string | undefined): string | null =>
  /^Bearer +([\w.~+/=-]+) *$/i.exec(header ?? '')?.[1] ?? null
