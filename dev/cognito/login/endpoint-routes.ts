import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { isRegistered, withParameters } from './authorize.ts'
import { authorizationOf, grant, type LoginDeps, queryOf, readForm, turnAway } from './deps.ts'
import { describe } from './discovery.ts'
import { exchange, readUserInfo, revoke, type TokenAnswer } from './tokens.ts'

const USER_INFO_ERRORS = {
  400: ['invalid_request', 'Bad OAuth2 request at UserInfo Endpoint'],
  401: ['invalid_token', 'Access token is expired, disabled, or deleted, or the user has globally signed out.'],
} as const

/** What apps and their libraries ask: discovery, `/oauth2/…` and `/logout`. */
export function endpointRoutes(deps: LoginDeps): Hono {
  const { peer, poolId, issuerOf, visitors } = deps
  const app = new Hono()

  // Any origin, as Cognito; but only pages of this machine get so far: see `createFront`.
  for (const path of ['/:pool/.well-known/*', '/oauth2/token', '/oauth2/revoke', '/oauth2/userInfo']) {
    app.use(path, cors({ origin: '*', allowHeaders: ['Authorization', 'Content-Type'] }))
  }

  app.get('/:pool/.well-known/openid-configuration', (c) => {
    if (c.req.param('pool') === poolId) return c.json(describe(issuerOf(poolId)))
    return c.json({ message: `User pool ${c.req.param('pool')} does not exist.` }, 400)
  })

  app.get('/oauth2/authorize', async (c) => {
    const asked = await authorizationOf(c, deps)
    if (asked.kind !== 'request') return turnAway(c, asked)
    const { prompt, redirectUri, state } = asked.request
    const { who } = visitors.read(c)
    const asksAgain = prompt === 'login' || prompt === 'select_account'
    if (who !== undefined && !asksAgain) return grant(c, deps, asked.request, who)
    if (prompt === 'none') return c.redirect(withParameters(redirectUri, { error: 'login_required', state }))
    return c.redirect(`/login?${queryOf(c)}`)
  })

  app.post('/oauth2/token', async (c) =>
    toJson(c, await exchange(deps, await readForm(c), c.req.header('Authorization'))),
  )
  app.post('/oauth2/revoke', async (c) =>
    toJson(c, await revoke(deps, await readForm(c), c.req.header('Authorization'))),
  )
  app.on(['GET', 'POST'], '/oauth2/userInfo', async (c) => {
    const token = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1]
    const user = token === undefined ? null : await readUserInfo(peer.directory, token)
    if (user !== null) return c.json(user)
    const status = token === undefined ? 400 : 401
    const [error, description] = USER_INFO_ERRORS[status]
    c.header('WWW-Authenticate', `error="${error}", error_description="${description}"`)
    return c.json({ error, error_description: description }, status)
  })

  app.get('/logout', async (c) => {
    const query = queryOf(c)
    const clientId = query.get('client_id') ?? ''
    const client = await peer.directory.findClient(clientId)
    if (client === null) return turnAway(c, { kind: 'error', error: 'invalid_client', clientId })
    const to = query.get('logout_uri')
    if (to !== null) {
      if (!isRegistered(to, client.LogoutURLs))
        return turnAway(c, { kind: 'error', error: 'logout_mismatch', clientId })
      visitors.replace(c, {})
      return c.redirect(new URL(to).href)
    }
    if (!query.has('redirect_uri')) return turnAway(c, { kind: 'error', error: 'missing_uri', clientId })
    const asked = await authorizationOf(c, deps)
    if (asked.kind !== 'request') return turnAway(c, asked)
    visitors.replace(c, {})
    return c.redirect(`/login?${query}`)
  })
  return app
}

const toJson = (c: Context, { status, body }: TokenAnswer) =>
  body === null ? c.body(null, status) : c.json(body, status)
