import { beforeAll, describe, expect, inject, it } from 'vitest'
import { refreshLocally } from '../../dev/cognito/sign-in.ts'
import { bodyOf, type Browser, cookiesOf, createBrowser, openBrowser, OWN_ORIGIN } from './browser.ts'
import { readLog } from './discretion.ts'
import { type Call, createApi, signIn, type TestUser } from './harness.ts'
import { expectProblem, read } from './helpers.ts'

const CHAT = 'https://chat.example.com'
const api = createApi({ CORS_ORIGINS: CHAT })
const closed = createApi()

const ORIGINS = [
  null,
  OWN_ORIGIN,
  CHAT,
  'https://evil.example.com',
  'null',
  '',
  'http://parley.test',
  'https://parley.test:8443',
  'https://parley.test.evil.com',
  `${OWN_ORIGIN}/`,
  `${OWN_ORIGIN}, ${CHAT}`,
]
const SITES = [null, 'same-origin', 'same-site', 'cross-site', 'none']
const TYPES = [
  null,
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
]

interface Case {
  origin: string | null
  site: string | null
}
const CASES: Case[] = ORIGINS.flatMap((origin) => SITES.map((site) => ({ origin, site })))
const isAllowed = ({ origin, site }: Case) =>
  origin === null ? site === 'same-origin' : [OWN_ORIGIN, CHAT].includes(origin)
const REFUSED = CASES.filter((each) => !isAllowed(each))
/** One of each kind: the rule is the same for all routes, and the first one meets all cases. */
const [FOREIGN, ALLOWED] = [
  [
    { origin: 'https://evil.example.com', site: 'cross-site' },
    { origin: null, site: null },
  ],
  [
    { origin: OWN_ORIGIN, site: 'same-origin' },
    { origin: CHAT, site: 'cross-site' },
    { origin: null, site: 'same-origin' },
  ],
]

let ada: TestUser
let browser: Browser

beforeAll(async () => {
  ada = await api.newUser()
  browser = await openBrowser(api, await ada.elsewhere())
})

const ROUTES: [method: string, path: string, json?: () => unknown][] = [
  ['POST', '/v1/conversations', () => ({ title: 'Forged' })],
  ['PATCH', '/v1/me', () => ({ name: 'Forged' })],
  [
    'PUT',
    '/v1/conversations/forged/messages',
    () => ({ messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Forged' }] }] }),
  ],
  ['DELETE', '/v1/sessions'],
  ['POST', '/v1/session'],
  ['POST', '/v1/session', () => bodyOf(ada)],
  ['POST', '/v1/session/refresh'],
  ['DELETE', '/v1/session'],
]

/** With exactly these headers and the browser's cookies. */
function send(from: Browser, method: string, path: string, { origin, site }: Case, call: Call = {}) {
  const Cookie = [...from.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = {
    Cookie,
    ...(origin === null ? {} : { Origin: origin }),
    ...(site === null ? {} : { 'Sec-Fetch-Site': site }),
    ...call.headers,
  }
  return api.call(method, path, { ...call, headers })
}

describe.each(ROUTES)('%s %s by cookie', (method, path, json) => {
  const isFirst = path === '/v1/conversations'
  const body = (type: string | null): Call => ({
    ...(json === undefined ? {} : { body: JSON.stringify(json()) }),
    headers: type === null ? {} : { 'Content-Type': type },
  })

  it('is refused to pages of others, whatever they send, and nothing happens', async () => {
    const before = await api.posts()
    for (const from of isFirst ? REFUSED : FOREIGN) {
      for (const type of TYPES) {
        const response = await send(browser, method, path, from, body(type))
        await expectProblem(response, 403, 'origin_not_allowed')
        expect(cookiesOf(response)).toEqual([])
      }
    }
    expect(await api.posts()).toBe(before)
    // Signed in still, at Cognito as well.
    expect(await read(send(browser, 'GET', '/v1/me', { origin: null, site: null }))).toMatchObject({ id: ada.sub })
    const refreshToken = [...browser.cookies.values()][1]?.replace(/^[^.]+\./, '') ?? ''
    expect((await refreshLocally(inject('cognito'), refreshToken)).sub).toBe(ada.sub)
  })

  it('is open to our own pages and to configured ones', async () => {
    for (const from of isFirst ? CASES.filter(isAllowed) : ALLOWED) {
      const fresh = await openBrowser(api, await signIn())
      const response = await send(fresh, method, path, from, body('application/json'))
      expect([from, response.status < 300]).toEqual([from, true])
    }
  })
})

it('The origin comes before the token: a bad one tells a foreign page nothing', async () => {
  const stale = createBrowser(api, { '__Host-parley-access': 'garbage', '__Host-parley-refresh': 'garbage' })
  const from = { origin: 'https://evil.example.com', site: 'cross-site' }
  for (const [method, path] of ROUTES) {
    await expectProblem(await send(stale, method, path, from), 403, 'origin_not_allowed')
  }
})

it('Who has no configured origins takes nothing but their own', async () => {
  const own = await openBrowser(closed, await ada.elsewhere())
  const response = await own.send('PATCH', '/v1/me', { json: { name: 'Ada' }, headers: { Origin: CHAT } })
  await expectProblem(response, 403, 'origin_not_allowed')
  expect((await own.send('PATCH', '/v1/me', { json: { name: 'Ada' } })).status).toBe(200)
})

it('Reading is open to pages of every origin: who may see the answer is for CORS to say', async () => {
  for (const from of CASES) {
    const response = await send(browser, 'GET', '/v1/me', from)
    const credentials = response.headers.get('Access-Control-Allow-Credentials')
    expect([from, response.status, credentials]).toEqual([from, 200, from.origin === CHAT ? 'true' : null])
  }
})

it('A bearer token needs no origin: no browser sends it by itself', async () => {
  for (const Origin of ['https://evil.example.com', 'null']) {
    expect((await ada.patch('/v1/me', { name: 'Ada' }, { Origin, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(200)
  }
})

/** Has a page of that origin refused; what the problem and the log say of it. */
async function refusal(Origin: string | null, url = OWN_ORIGIN) {
  const log = readLog()
  const headers = { Cookie: '__Host-parley-access=x', ...(Origin === null ? {} : { Origin }) }
  const response = await api.fetch(`${url}/v1/me`, { method: 'PATCH', headers })
  const { detail } = await expectProblem(response, 403, 'origin_not_allowed')
  const line = log.lines().at(-1)
  expect(line).toMatchObject({ event: 'request', error: 'origin_not_allowed' })
  return { detail, cause: line?.['cause'] }
}

describe('The refusal names the origin and says what to do, in the problem and in the log', () => {
  it('where a page is not in CORS_ORIGINS', async () => {
    const { detail, cause } = await refusal('https://evil.example.com')
    expect(detail).toBe(
      'The page\'s origin "https://evil.example.com" is neither the API\'s own nor in CORS_ORIGINS. If the page is yours, add its origin there.',
    )
    expect(cause).toEqual({ origin: 'https://evil.example.com' })
  })

  it('where there is none', async () => {
    const { detail, cause } = await refusal(null)
    expect(detail).toMatch(
      /^The request has no Origin header, and its Sec-Fetch-Site is not same-origin\. .*CORS_ORIGINS/,
    )
    expect(cause).toEqual({ origin: null })
  })

  it.each(['null', '', `${OWN_ORIGIN}/`, 'https://*.example.com', '"><script>'])(
    'where %j is no origin',
    async (origin) => {
      const { detail, cause } = await refusal(origin)
      expect(detail).toBe(`The Origin header is "${origin}", which CORS_ORIGINS cannot name.`)
      expect(cause).toEqual({ origin })
    },
  )

  it('and no more of it than 200 characters', async () => {
    const origin = `https://${'a'.repeat(900)}.example.com`
    const { detail, cause } = await refusal(origin)
    expect(detail).toContain(`"${origin.slice(0, 200)}…"`)
    expect(detail.length).toBeLessThan(400)
    expect(cause).toEqual({ origin: `${origin.slice(0, 200)}…` })
  })

  it.each([
    ['http://localhost:5173', 'http://127.0.0.1:8787', 'localhost and 127.0.0.1'],
    ['http://127.0.0.1:8787', 'http://localhost:8787', '127.0.0.1 and localhost'],
    ['http://localhost:5173', 'http://[::1]:8787', 'localhost and [::1]'],
  ])('where the page is on %s and the API on %s', async (origin, url, names) => {
    const { detail } = await refusal(origin, url)
    expect(detail).toContain(`"${origin}" is neither the API's own nor in CORS_ORIGINS. Use the same host name`)
    expect(detail).toContain(`for the page and the API: browsers keep no cookies between ${names}.`)
    expect((await refusal(origin, url.replace(/\/\/.*:/, '//parley.test:'))).detail).not.toContain('host name')
  })
})

it('Cookies that a browser drops between two names of one machine are a warning in the log', async () => {
  const log = readLog()
  const page = 'http://localhost:5173'
  const local = createApi({ CORS_ORIGINS: page })
  const signInAt = async (url: string) => {
    const headers = { 'Content-Type': 'application/json', Origin: page }
    const body = JSON.stringify(bodyOf(await signIn()))
    return (await local.fetch(`${url}/v1/session`, { method: 'POST', headers, body })).status
  }
  expect(await signInAt('http://localhost:8787')).toBe(201)
  expect(log.text()).not.toContain('cookies_dropped')
  expect(await signInAt('http://127.0.0.1:8787')).toBe(201)
  expect(log.lines()).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      event: 'cookies_dropped',
      route: '/v1/session',
      advice: expect.stringContaining('browsers keep no cookies between localhost and 127.0.0.1'),
    }),
  )
})
