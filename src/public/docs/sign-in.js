const TOKEN = 'parley.token'
const PENDING = 'parley.sign-in'
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
const SCOPE = 'openid email profile aws.cognito.signin.user.admin'

/** The access token for calls from this page. It lives as long as the tab. */
export const getToken = () => sessionStorage.getItem(TOKEN) ?? ''

/** Keeps a token, or forgets it; `tokenchange` is sent to the document. */
export function setToken(token) {
  if (token) sessionStorage.setItem(TOKEN, token)
  else sessionStorage.removeItem(TOKEN)
  document.dispatchEvent(new Event('tokenchange'))
}

/** What a token says of itself, unverified; null where it is no JWT. */
export function claimsOf(token) {
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(token.split('.')[1], { alphabet: 'base64url' })))
  } catch {
    return null
  }
}

let local

/** The local Cognito that `npm run dev` has started, or null. A deployed page does not ask. */
export const localIssuer = () => (local ??= findLocalIssuer())

async function findLocalIssuer() {
  if (!LOOPBACK.has(location.hostname)) return null
  const { headers } = await fetch('/docs', { method: 'HEAD', cache: 'no-store' })
  const [issuer, clientId] = headers.get('X-Local-Sign-In')?.split(' ') ?? []
  return issuer ? { issuer, clientId } : null
}

const redirectUri = () => `${location.origin}/docs`
const base64Url = (bytes) => bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
const random = () => base64Url(crypto.getRandomValues(new Uint8Array(32)))

async function endpointsOf(issuer) {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`)
  if (!response.ok) throw new Error(`The local Cognito answered ${response.status}.`)
  return response.json()
}

/** Leaves for the sign-in page (authorization code flow with PKCE), which comes back to `hash`. */
export async function signInLocally({ issuer, clientId }, hash) {
  const { authorization_endpoint: endpoint } = await endpointsOf(issuer)
  const [state, verifier] = [random(), random()]
  sessionStorage.setItem(PENDING, JSON.stringify({ state, verifier, hash }))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri(),
    scope: SCOPE,
    state,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    // Otherwise one could never become another user.
    prompt: 'login',
  })
  location.assign(`${endpoint}?${query}`)
}

/**
 * Takes what the sign-in page has sent back: gets the token for the code, and registers the user.
 *
 * @returns {Promise<boolean>} whether someone has signed in; rejects where that failed
 */
export async function finishSignIn({ issuer, clientId }) {
  const answer = new URLSearchParams(location.search)
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null')
  if (!pending || answer.get('state') !== pending.state) return false
  sessionStorage.removeItem(PENDING)
  history.replaceState(null, '', `/docs${pending.hash}`)
  if (!answer.has('code')) throw new Error(answer.get('error_description') ?? answer.get('error') ?? 'It sent no code.')
  const { token_endpoint: endpoint } = await endpointsOf(issuer)
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri(),
    code: answer.get('code'),
    code_verifier: pending.verifier,
  })
  const tokens = await (await fetch(endpoint, { method: 'POST', body })).json()
  if (!tokens.access_token) throw new Error(tokens.error ?? 'It sent no token.')
  const session = await fetch('/v1/session', {
    method: 'POST',
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  })
  if (!session.ok) throw new Error((await session.json()).detail)
  setToken(tokens.access_token)
  return true
}
