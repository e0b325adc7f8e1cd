import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { createCodes } from './codes.ts'
import type { LoginDeps, LoginOptions } from './deps.ts'
import { endpointRoutes } from './endpoint-routes.ts'
import { formRoutes } from './form-routes.ts'
import { errorPage, signedOutPage } from './pages.ts'
import { policy } from './policy.ts'
import { createVisitors } from './visitors.ts'

const STYLE = readFileSync(new URL('style.css', import.meta.url), 'utf8')

/**
 * The public pages and endpoints that a Cognito user pool has at its domain ("managed login"): the authorization code flow of
 * OAuth 2.0 with PKCE, OpenID discovery, and the forms for signing up, in and out.
 */
export function createLogin(options: LoginOptions): Hono {
  const deps: LoginDeps = { ...options, codes: createCodes(), visitors: createVisitors(options.portOf) }
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('X-Frame-Options', 'DENY')
    // Not no-referrer: with that, browsers send our own forms with `Origin: null`.
    c.header('Referrer-Policy', 'same-origin')
    if (!c.res.headers.has('Content-Security-Policy')) c.header('Content-Security-Policy', policy(null))
  })
  app.onError((_error, c) => c.html(errorPage('server_error'), 500))
  app.notFound((c) => c.html(errorPage('not_found'), 404))
  app.get('/assets/login.css', (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
  app.get('/error', (c) => c.html(errorPage(c.req.query('error') ?? ''), 400))
  app.get('/signed-out', (c) => c.html(signedOutPage()))
  app.route('/', endpointRoutes(deps))
  app.route('/', formRoutes(deps))
  return app
}
