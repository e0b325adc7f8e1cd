import type { ErrorHandler, NotFoundHandler } from 'hono'
import type { Router } from 'hono/router'
import type { RouterRoute } from 'hono/types'
import type { AppEnv } from './app-env.ts'
import { problem } from './problem.ts'

/** What was thrown instead of returned. Its message and stack may hold anything, so that only its name is logged. */
export const onError: ErrorHandler<AppEnv> = (thrown, c) =>
  problem(c, { code: 'internal', context: { thrown: thrown.name, at: frames(thrown.stack) } })

/** 405 with `Allow` (RFC 9110 §15.5.6) where the path has routes for other methods, else 404. */
export const onNotFound =
  (router: Router<[unknown, RouterRoute]>): NotFoundHandler<AppEnv> =>
  (c) => {
    const allowed = METHODS.filter((method) => hasRoute(router, method, c.req.path))
    if (allowed.length === 0 || isServed(allowed, c.req.method)) return problem(c, { code: 'not_found' })
    const response = problem(c, { code: 'method_not_allowed' })
    response.headers.set('Allow', allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)).join(', '))
    return response
  }

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Middleware is registered for all methods, a handler for one. */
const hasRoute = (router: Router<[unknown, RouterRoute]>, method: string, path: string): boolean =>
  router.match(method, path)[0].some(([[, route]]) => route.method === method)

/** A route may answer with a 404 of its own. Hono serves HEAD as GET. */
const isServed = (allowed: readonly string[], method: string): boolean =>
  allowed.includes(method === 'HEAD' ? 'GET' : method)

/** Where it was thrown: the stack's frames, without the message above them. */
const frames = (stack = ''): string[] =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .map((line) => line.trim())
