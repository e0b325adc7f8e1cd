import type { Directory } from '../directory.ts'
import { isLoopbackUrl } from './loopback.ts'

/** An authorization request that may be granted. */
export interface AuthorizeRequest {
  clientId: string
  redirectUri: string
  state: string | null
  scope: string
  nonce: string | undefined
  challenge: string | null
  prompt: string | null
  loginHint: string
}

/** What becomes of a request: it is served, or refused at its own redirect URI, or where there is none to be trusted, on a page here. */
export type Authorization =
  | { kind: 'request'; request: AuthorizeRequest }
  | { kind: 'redirect'; location: string }
  | { kind: 'error'; error: string; clientId: string }

const SCOPES = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin']
/** Without `openid` there is no ID token to carry them. */
const OF_THE_ID_TOKEN = ['email', 'phone', 'profile']

/** Reads the query of `/oauth2/authorize` and `/login`, with Cognito's errors. */
export async function readAuthorization(
  directory: Pick<Directory, 'findClient'>,
  query: URLSearchParams,
): Promise<Authorization> {
  const clientId = query.get('client_id') ?? ''
  const client = await directory.findClient(clientId)
  if (client === null) return { kind: 'error', error: 'invalid_client', clientId }
  const redirectUri = query.get('redirect_uri') ?? ''
  const isTwofold = query.getAll('client_id').length > 1 || query.getAll('redirect_uri').length > 1
  if (isTwofold || !isRegistered(redirectUri, client.CallbackURLs)) {
    return { kind: 'error', error: 'redirect_mismatch', clientId }
  }
  const state = query.get('state')
  const refuse = (error: string, description: string): Authorization => ({
    kind: 'redirect',
    location: withParameters(redirectUri, { error_description: description, state, error }),
  })
  const names = [...query.keys()]
  if (new Set(names).size < names.length) return refuse('invalid_request', 'duplicate parameter')
  const type = query.get('response_type')
  if (type === 'token') return refuse('unauthorized_client', 'only response_type=code is allowed')
  if (type !== 'code') return refuse('invalid_request', 'response_type must be code')
  const challenge = query.get('code_challenge')
  const method = query.get('code_challenge_method')
  if ((challenge === null) !== (method === null)) {
    return refuse('invalid_request', 'code_challenge and code_challenge_method belong together')
  }
  if (method !== null && method !== 'S256') return refuse('invalid_request', 'code_challenge_method must be S256')
  if (challenge !== null && !/^[\w-]{43}$/.test(challenge)) {
    return refuse('invalid_request', 'code_challenge must be a SHA-256 in base64url')
  }
  const allowed = client.AllowedOAuthScopes ?? SCOPES
  const scopes = query.get('scope')?.split(' ').filter(Boolean) ?? []
  const granted = scopes.length > 0 ? scopes : allowed
  const lacksOpenId = !granted.includes('openid') && OF_THE_ID_TOKEN.some((scope) => granted.includes(scope))
  if (lacksOpenId || !granted.every((scope) => allowed.includes(scope))) {
    return refuse('invalid_request', 'invalid_scope')
  }
  return {
    kind: 'request',
    request: {
      clientId,
      redirectUri,
      state,
      scope: granted.join(' '),
      nonce: query.get('nonce') ?? undefined,
      challenge,
      prompt: query.get('prompt'),
      loginHint: query.get('login_hint') ?? '',
    },
  }
}

/** Exactly what an app client has registered; for one that has registered nothing, as the local one, whatever is on this machine. */
export const isRegistered = (uri: string, registered: readonly string[] = []): boolean =>
  registered.length > 0 ? registered.includes(uri) : isLoopbackUrl(uri)

/** The URI with more in its query; null is left out. */
export function withParameters(uri: string, parameters: Record<string, string | null>): string {
  const url = new URL(uri)
  for (const [name, value] of Object.entries(parameters)) if (value !== null) url.searchParams.set(name, value)
  return url.href
}
