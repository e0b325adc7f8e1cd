import { createHash, randomBytes } from 'node:crypto'
import { request as sendRaw } from 'node:http'
import type { RunningCognito } from '../../../dev/cognito.ts'
import { LOCAL_PASSWORD } from '../../../dev/cognito/sign-in.ts'

export const APP = 'http://localhost:5173/callback'

export interface Pkce {
  verifier: string
  challenge: string
}

export function newPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** A browser that follows nothing by itself, so that a test sees each answer. */
export interface WebVisitor {
  cookies: Map<string, string>
  /** @param to a path, or a whole URL as in `Location` */
  get: (to: string, headers?: Record<string, string>) => Promise<Response>
  /** Sends the one form of a page, with its hidden fields, as browsers do. */
  submit: (page: string, fields: Record<string, string>, headers?: Record<string, string>) => Promise<Response>
}

export function createVisitor({ port }: Pick<RunningCognito, 'port'>): WebVisitor {
  const origin = `http://127.0.0.1:${port}`
  const cookies = new Map<string, string>()
  const send = async (to: string, init: RequestInit = {}) => {
    const Cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { ...(Cookie && { Cookie }), ...(init.headers as Record<string, string>) }
    const response = await fetch(new URL(to, origin), { redirect: 'manual', ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }
  return {
    cookies,
    get: (to, headers = {}) => send(to, { headers }),
    submit: (page, fields, headers = {}) => {
      const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? ''
      const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
      const body = new URLSearchParams({ _csrf: csrf, ...fields })
      return send(action, { method: 'POST', body, headers: { Origin: origin, ...headers } })
    },
  }
}

/** The query of an authorization request. */
export const requestFor = (
  { clientId }: Pick<RunningCognito, 'clientId'>,
  parameters: Record<string, string | null> = {},
): string => {
  const all = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: APP,
    scope: 'openid email profile aws.cognito.signin.user.admin',
    state: 'the state',
    ...parameters,
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(all)) if (value !== null) query.set(name, value)
  return String(query)
}

export const locationOf = ({ headers }: Response): URL => new URL(headers.get('Location') ?? '')

/** Sends a request as it is, with a `Host` of its own, which `fetch` does not let one say. */
export const sendAs = (
  { port }: Pick<RunningCognito, 'port'>,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const request = sendRaw({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = ''
      response.on('data', (piece) => (body += String(piece)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    request.once('error', reject)
    request.end()
  })

export const codeOf = (location: URL): string => location.searchParams.get('code') ?? ''

export const withChallenge = ({ challenge }: Pkce) => ({ code_challenge: challenge, code_challenge_method: 'S256' })

export interface TokenBody {
  access_token: string
  id_token: string
  refresh_token: string
  expires_in: number
  token_type: string
  error?: string
}

interface Answer {
  status: number
  text: string
  body: TokenBody
}

/** An app at {@link APP} whose user is Ada. */
export interface App {
  origin: string
  post: (path: string, fields: Record<string, string>) => Promise<Answer>
  /** As far as the code: the URL to which the browser comes back. */
  signIn: (parameters?: Record<string, string | null>, visitor?: WebVisitor) => Promise<URL>
  redeem: (code: string, fields?: Record<string, string>) => Promise<Answer>
  /** A whole sign-in with PKCE. */
  tokensFor: (parameters?: Record<string, string | null>) => Promise<TokenBody>
}

export function createApp(cognito: RunningCognito): App {
  const origin = `http://127.0.0.1:${cognito.port}`
  const post: App['post'] = async (path, fields) => {
    const response = await fetch(`${origin}${path}`, { method: 'POST', body: new URLSearchParams(fields) })
    const text = await response.text()
    return { status: response.status, text, body: (text === '' ? {} : JSON.parse(text)) as TokenBody }
  }
  const signIn: App['signIn'] = async (parameters = {}, visitor = createVisitor(cognito)) => {
    const login = await visitor.get(`/login?${requestFor(cognito, parameters)}`)
    const fields = { username: 'ada@example.com', password: LOCAL_PASSWORD }
    return locationOf(await visitor.submit(await login.text(), fields))
  }
  const redeem: App['redeem'] = (code, fields = {}) => {
    const { clientId } = cognito
    const sent = { grant_type: 'authorization_code', client_id: clientId, redirect_uri: APP, code, ...fields }
    return post('/oauth2/token', sent)
  }
  return {
    origin,
    post,
    signIn,
    redeem,
    async tokensFor(parameters = {}) {
      const pkce = newPkce()
      const code = codeOf(await signIn({ ...withChallenge(pkce), ...parameters }))
      const { status, text, body } = await redeem(code, { code_verifier: pkce.verifier })
      if (status !== 200) throw new Error(`The code was not taken: ${text}`)
      return body
    },
  }
}
