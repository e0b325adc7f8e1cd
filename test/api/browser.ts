import { inject } from 'vitest'
import type { Api, Call, Tokens } from './harness.ts'

export const OWN_ORIGIN = 'https://parley.test'
export const ACCESS = '__Host-parley-access'
/** As release 0.2.0 names it; now a suffix tells its token. */
export const REFRESH = '__Host-parley-refresh'

/** The name of the cookie of a refresh token. */
export async function refreshNameOf({ refreshToken }: Pick<Tokens, 'refreshToken'>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(refreshToken)))
  return `${REFRESH}-${digest.toBase64({ alphabet: 'base64url' }).slice(0, 8)}`
}

/** Somebody's browser on a page of Parley's own origin: keeps cookies and sends them along. */
export interface Browser {
  cookies: Map<string, string>
  /** Sends the cookies that are there now, and keeps those of the answer when it comes. */
  send(method: string, path: string, call?: Call): Promise<Response>
  /** The names of its refresh cookies, the oldest first. */
  refreshNames(): string[]
}

/** Does with cookies what an answer says. One that is set again stays in its place, as in browsers (RFC 6265 §5.3). */
export function receive(jar: Map<string, string>, response: Response): void {
  for (const { name, value, attributes } of cookiesOf(response)) {
    if (attributes.includes('Max-Age=0')) jar.delete(name)
    else jar.set(name, value)
  }
}

export function createBrowser(api: Api, cookies: Record<string, string> = {}): Browser {
  const jar = new Map(Object.entries(cookies))
  return {
    cookies: jar,
    refreshNames: () => [...jar.keys()].filter((name) => name.startsWith(REFRESH)),
    async send(method, path, { headers, ...call } = {}) {
      const Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const sent = { Origin: OWN_ORIGIN, ...(Cookie && { Cookie }), ...headers }
      const response = await api.call(method, path, { ...call, headers: sent })
      receive(jar, response)
      return response
    },
  }
}

export interface SetCookie {
  name: string
  value: string
  attributes: string[]
}

/** What an answer sets, in order. */
export const cookiesOf = ({ headers }: Response): SetCookie[] =>
  headers.getSetCookie().map((line) => {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = ''] = pair.split('=', 1)
    return { name, value: pair.slice(name.length + 1), attributes }
  })

/** The names of the cookies that an answer takes back; null where it also sets some. */
export function takenBack(response: Response): string[] | null {
  const cookies = cookiesOf(response)
  const isGone = cookies.every(({ value, attributes }) => value === '' && attributes.includes('Max-Age=0'))
  return isGone ? cookies.map(({ name }) => name) : null
}

/** Whether an answer takes back the access cookie and all the refresh cookies that it sets anything about. */
export const isCleared = (response: Response): boolean => takenBack(response)?.[0] === ACCESS

export const bodyOf = ({ accessToken, refreshToken }: Pick<Tokens, 'accessToken' | 'refreshToken'>) => ({
  transport: 'cookie',
  accessToken,
  refreshToken,
})

/** The cookies that sign-in would set, without it. */
export const cookiesFor = ({ accessToken, refreshToken }: Pick<Tokens, 'accessToken' | 'refreshToken'>) => ({
  [ACCESS]: accessToken,
  [REFRESH]: `${inject('cognito').clientId}.${refreshToken}`,
})

/** Signs in by cookie. */
export async function openBrowser(api: Api, tokens: Pick<Tokens, 'accessToken' | 'refreshToken'>): Promise<Browser> {
  const browser = createBrowser(api)
  const response = await browser.send('POST', '/v1/session', { json: bodyOf(tokens) })
  if (!response.ok) throw new Error(`Signing in by cookie was answered ${response.status}: ${await response.text()}`)
  return browser
}
