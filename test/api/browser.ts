import { inject } from 'vitest'
import type { Api, Call, Tokens } from './harness.ts'

export const OWN_ORIGIN = 'https://parley.test'
export const ACCESS = '__Host-parley-access'
export const REFRESH = '__Host-parley-refresh'

/** Somebody's browser on a page of Parley's own origin: keeps cookies and sends them along. */
export interface Browser {
  cookies: Map<string, string>
  send(method: string, path: string, call?: Call): Promise<Response>
}

export function createBrowser(api: Api, cookies: Record<string, string> = {}): Browser {
  const jar = new Map(Object.entries(cookies))
  return {
    cookies: jar,
    async send(method, path, { headers, ...call } = {}) {
      const Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const sent = { Origin: OWN_ORIGIN, ...(Cookie && { Cookie }), ...headers }
      const response = await api.call(method, path, { ...call, headers: sent })
      for (const { name, value, attributes } of cookiesOf(response)) {
        if (attributes.includes('Max-Age=0')) jar.delete(name)
        else jar.set(name, value)
      }
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

export const isCleared = (response: Response): boolean =>
  cookiesOf(response)
    .filter(({ value, attributes }) => value === '' && attributes.includes('Max-Age=0'))
    .map(({ name }) => name)
    .toSorted()
    .join() === [ACCESS, REFRESH].join()

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
