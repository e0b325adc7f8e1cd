import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { asUser } from '../db/database.ts'
import type { Deps } from '../deps.ts'
import { isSafe } from '../http/origin.ts'
import type { IdentityEnv, UserEnv } from './user-env.ts'
import { authenticate } from './admission.ts'

/** A router whose handlers have a verified identity and call verbs as that user. */
export const userRoutes = (deps: Deps) => new Hono<UserEnv>().use(requireIdentity(deps)).use(asCaller(deps))

/** What a statement of a request that only reads may take, where its route says nothing else. */
const READ_MS = 2_000

/** After `requireIdentity`: the user who calls verbs. */
export const asCaller = (deps: Deps) =>
  createMiddleware<UserEnv>((c, next) => {
    const { identity, trace } = c.var
    const {
      heavy = false,
      heavyWith = [],
      statementMs = isSafe(c.req.method) ? READ_MS : undefined,
    } = c.var.operation ?? {}
    const isHeavy = heavy || heavyWith.some((name) => c.req.query(name) !== undefined)
    const rules = { lastSeen: deps.lastSeen, heavy: isHeavy, ...(statementMs === undefined ? {} : { statementMs }) }
    const db = asUser(deps.database, trace, identity, rules)
    const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
    c.set('caller', { userId: identity.userId, identity, db, trace, waitUntil })
    return next()
  })

/** Requires a verified token in the header or the cookie; {@link authenticate} describes the refusals. */
export const requireIdentity = (deps: Deps) =>
  createMiddleware<IdentityEnv>(async (c, next) => {
    const [admitted, refusal] = await authenticate(c, deps)
    if (refusal) return refusal
    c.set('identity', admitted.identity)
    return next()
  })
