import { decodeJwt } from 'jose'
import * as z from 'zod'
import type { AppClient, Directory } from '../directory.ts'
import { exceptionOf } from '../exceptions.ts'
import type { Peer } from '../peer.ts'
import { wasIssuedTo } from '../tokens.ts'
import { type CodeStore, provesChallenge } from './codes.ts'

/** An answer in JSON; a body of null is an empty one. */
export interface TokenAnswer {
  status: 200 | 400 | 401
  body: object | null
}

interface TokenDeps {
  peer: Peer
  codes: CodeStore
}

const refreshed = z.object({
  AuthenticationResult: z.object({
    AccessToken: z.string(),
    IdToken: z.string(),
    RefreshToken: z.string().optional(),
  }),
})

const refuse = (error: string, status: 400 | 401 = 400): TokenAnswer => ({ status, body: { error } })

/** `POST /oauth2/token`, with Cognito's errors. */
export async function exchange(
  { peer, codes }: TokenDeps,
  form: URLSearchParams,
  authorization: string | undefined,
): Promise<TokenAnswer> {
  if (hasTwofold(form)) return refuse('invalid_request')
  const grant = form.get('grant_type')
  if (grant === null) return refuse('invalid_request')
  // `client_credentials` needs scopes of a resource server, which the local pool has not.
  if (grant !== 'authorization_code' && grant !== 'refresh_token') return refuse('unsupported_grant_type')
  const client = await authenticateClient(peer.directory, form, authorization)
  if (client === null) return refuse('invalid_client')
  return grant === 'refresh_token' ? refresh(peer, client, form) : redeem(peer.directory, codes, client, form)
}

async function redeem(
  directory: Directory,
  codes: CodeStore,
  { ClientId }: AppClient,
  form: URLSearchParams,
): Promise<TokenAnswer> {
  const code = form.get('code')
  const redirectUri = form.get('redirect_uri')
  if (!code || !redirectUri) return refuse('invalid_request')
  const grant = codes.take(code)
  if (grant === null || grant.clientId !== ClientId || grant.redirectUri !== redirectUri) return refuse('invalid_grant')
  if (!provesChallenge(form.get('code_verifier'), grant.challenge)) return refuse('invalid_grant')
  try {
    const { AccessToken, IdToken, RefreshToken } = await directory.issue(ClientId, grant.who, grant)
    return tokens(AccessToken, IdToken, RefreshToken)
  } catch (error) {
    if (exceptionOf(error) === undefined) throw error
    return refuse('invalid_grant')
  }
}

async function refresh(peer: Peer, { ClientId }: AppClient, form: URLSearchParams): Promise<TokenAnswer> {
  const RefreshToken = form.get('refresh_token')
  if (!RefreshToken) return refuse('invalid_request')
  try {
    const answer = refreshed.parse(await peer.call('GetTokensFromRefreshToken', { ClientId, RefreshToken }))
    const { AccessToken, IdToken, RefreshToken: rotated } = answer.AuthenticationResult
    return tokens(AccessToken, IdToken, rotated)
  } catch (error) {
    if (exceptionOf(error) === undefined) throw error
    return refuse('invalid_grant')
  }
}

function tokens(accessToken: string, idToken: string, refreshToken: string | undefined): TokenAnswer {
  const { scope, exp = 0, iat = 0 } = decodeJwt(accessToken)
  return {
    status: 200,
    body: {
      ...(scopesOf(scope).includes('openid') && { id_token: idToken }),
      access_token: accessToken,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      expires_in: exp - iat,
      token_type: 'Bearer',
    },
  }
}

/** `POST /oauth2/revoke`: ends a refresh token and all tokens that came from it. What is good no more is a success, too (RFC 7009 §2.2). */
export async function revoke(
  { peer }: TokenDeps,
  form: URLSearchParams,
  authorization: string | undefined,
): Promise<TokenAnswer> {
  const Token = form.get('token')
  if (!Token || hasTwofold(form)) return refuse('invalid_request')
  const client = await authenticateClient(peer.directory, form, authorization)
  if (client === null) return refuse('invalid_client', 401)
  if (client.EnableTokenRevocation === false) return refuse('invalid_request')
  if (isKindOf(Token, ['access', 'id'])) return refuse('unsupported_token_type')
  if (!wasIssuedTo(Token, client.ClientId)) return refuse('unauthorized_client')
  try {
    await peer.call('RevokeToken', { ClientId: client.ClientId, Token })
  } catch (error) {
    if (exceptionOf(error) === undefined) throw error
  }
  return { status: 200, body: null }
}

/** The user's attributes that the scopes of an access token show; null where it is not good for that. */
export async function readUserInfo(directory: Directory, token: string): Promise<Record<string, string> | null> {
  try {
    const { claims, attributes } = await directory.readAccessToken(token)
    const scopes = scopesOf(claims['scope'])
    if (!scopes.includes('openid')) return null
    const shown = { email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name', 'picture'] }
    const names = Object.entries(shown).flatMap(([scope, names]) => (scopes.includes(scope) ? names : []))
    const entries = names.flatMap((name) => (attributes[name] === undefined ? [] : [[name, attributes[name]]]))
    // Cognito's `email_verified` is a string here.
    return { sub: String(claims.sub), ...Object.fromEntries(entries), username: String(claims['username']) }
  } catch (error) {
    if (exceptionOf(error) === undefined) throw error
    return null
  }
}

/** The app client that a form names, or its `Authorization: Basic`; null where there is none, or its secret is wrong. */
async function authenticateClient(
  directory: Directory,
  form: URLSearchParams,
  authorization: string | undefined,
): Promise<AppClient | null> {
  const basic = /^Basic +(\S+) *$/i.exec(authorization ?? '')?.[1]
  const [id, ...secrets] = Buffer.from(basic ?? '', 'base64')
    .toString()
    .split(':')
  const clientId = basic === undefined ? form.get('client_id') : id
  const secret = basic === undefined ? form.get('client_secret') : secrets.join(':')
  const client = await directory.findClient(clientId ?? '')
  return client !== null && (client.ClientSecret ?? null) === (secret || null) ? client : null
}

const hasTwofold = (form: URLSearchParams): boolean => new Set(form.keys()).size < [...form.keys()].length

const scopesOf = (scope: unknown): string[] => (typeof scope === 'string' ? scope.split(' ') : [])

function isKindOf(token: string, kinds: readonly string[]): boolean {
  try {
    return kinds.includes(String(decodeJwt(token)['token_use']))
  } catch {
    return false
  }
}
