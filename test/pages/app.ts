import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { openIdBundle } from '../clients/oidc-client-ts.ts'

/** What a front end is told of its backend; nothing else differs between the local stack and a deployed one. */
export interface AppSettings {
  apiUrl: string
  issuer: string
  clientId: string
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>App</title>
<link rel="icon" href="data:,">
<p id="state">…</p>
<button id="sign-in">Sign in</button>
<button id="renew">Renew</button>
<button id="sign-out">Sign out</button>
<script src="/oidc-client-ts.js"></script>
<script src="/settings.js"></script>
<script src="/app.js"></script>`

/** As a front end would write it. */
const SCRIPT = `
const { apiUrl, issuer, clientId } = settings
const manager = new oidc.UserManager({
  authority: issuer,
  client_id: clientId,
  redirect_uri: location.origin + '/callback',
  scope: 'openid email profile aws.cognito.signin.user.admin',
  loadUserInfo: true,
  // Cognito has no silent renewal in a frame; with a refresh token none is needed.
  automaticSilentRenew: false,
  // Cognito revokes refresh tokens only, and with them the access tokens of their sign-in.
  revokeTokenTypes: ['refresh_token'],
})
globalThis.manager = manager
const show = (text) => (document.getElementById('state').textContent = text)
const api = (method, path, token, body) =>
  fetch(apiUrl + path, {
    method,
    credentials: 'include',
    headers: { ...(token && { Authorization: 'Bearer ' + token }), ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
  })
globalThis.api = api
const showUser = (user) => show(user ? 'signed in as ' + user.profile.email : 'signed out')
const click = (id, run) =>
  (document.getElementById(id).onclick = () => run().catch((error) => show('failed: ' + error.message)))

click('sign-in', () => manager.signinRedirect())
click('renew', async () => {
  const user = await manager.signinSilent()
  show('renewed for ' + user.profile.email)
})
click('sign-out', async () => {
  await manager.revokeTokens()
  // Cognito's own names for what OpenID calls post_logout_redirect_uri.
  await manager.signoutRedirect({ extraQueryParams: { client_id: clientId, logout_uri: location.origin + '/' } })
})
const start = async () => {
  if (location.pathname !== '/callback') return manager.getUser()
  const user = await manager.signinRedirectCallback()
  history.replaceState(null, '', '/')
  return user
}
start().then(showUser, (error) => show('failed: ' + error.message))
`

/** A front end on a port of its own, reachable as `localhost` and as `127.0.0.1`. */
export async function startApp(): Promise<{ port: number; use: (settings: AppSettings) => void; close: () => void }> {
  const bundle = await readFile(openIdBundle, 'utf8')
  let settings: AppSettings | undefined
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://app').pathname
    const scripts: Record<string, string> = {
      '/oidc-client-ts.js': bundle,
      '/settings.js': `const settings = ${JSON.stringify(settings)}`,
      '/app.js': SCRIPT,
    }
    const script = scripts[path]
    response.writeHead(200, { 'content-type': script === undefined ? 'text/html' : 'text/javascript' })
    response.end(script ?? PAGE)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    use: (next) => (settings = next),
    close: () => server.close(),
  }
}
