import { beforeAll, describe, expect, it } from 'vitest'
import { readLog } from './discretion.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem } from './helpers.ts'

const CHAT = 'https://chat.example.com'
const LOCAL = 'http://localhost:5173'
const open = createApi({ CORS_ORIGINS: `${CHAT}, ${LOCAL}` })
const closed = createApi()
const STRANGERS = [
  'https://evil.example.com',
  'https://chat.example.com.evil.com',
  'http://chat.example.com',
  'https://chat.example.com:8443',
  'https://CHAT.example.com',
  'null',
  '*',
  `${CHAT},${LOCAL}`,
]
let ada: TestUser

beforeAll(async () => {
  ada = await open.newUser()
})

const corsHeaders = ({ headers }: Response) => [...headers.keys()].filter((name) => name.startsWith('access-control-'))
const preflight = (api: typeof open, Origin: string) =>
  api.call('OPTIONS', '/v1/me', {
    headers: {
      Origin,
      'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': 'authorization,content-type,if-match',
    },
  })

describe.each([CHAT, LOCAL])('The configured origin %s', (Origin) => {
  it('may read answers, and the headers that a client needs', async () => {
    const { headers, status } = await ada.get('/v1/me', { Origin })
    expect(status).toBe(200)
    expect(headers.get('Access-Control-Allow-Origin')).toBe(Origin)
    expect(headers.get('Access-Control-Expose-Headers')?.split(', ')).toEqual(
      expect.arrayContaining(['ETag', 'Location', 'X-Request-Id', 'Server-Timing', 'Retry-After', 'RateLimit']),
    )
    expect(headers.get('Access-Control-Allow-Credentials')).toBe('true')
  })

  it('may read problems', async () => {
    const refused = await open.call('GET', '/v1/me', { headers: { Origin } })
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe(Origin)
    await expectProblem(refused, 401, 'unauthenticated')
    const missing = await open.call('GET', '/nothing', { headers: { Origin } })
    expect(missing.headers.get('Access-Control-Allow-Origin')).toBe(Origin)
  })

  it('may ask before it sends, without a token, and keep the answer', async () => {
    const response = await preflight(open, Origin)
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': Origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': expect.stringMatching(/GET.*POST.*PUT.*PATCH.*DELETE/),
      'access-control-allow-headers':
        'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-Id, traceparent, tracestate, sentry-trace, baggage',
      'access-control-max-age': expect.stringMatching(/^\d+$/),
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    })
  })
})

describe.each(STRANGERS)('The foreign origin %s', (Origin) => {
  it('gets no CORS header', async () => {
    const answers = await Promise.all([ada.get('/v1/me', { Origin }), preflight(open, Origin)])
    expect(answers.flatMap(corsHeaders)).toEqual([])
  })

  it('is named in the log, since the browser does not say what it lacks', async () => {
    const log = readLog()
    await preflight(open, Origin)
    await ada.get('/v1/me', { Origin })
    expect(log.lines()).toMatchObject([
      { event: 'request', method: 'OPTIONS', refusedOrigin: Origin },
      { event: 'request', method: 'GET', status: 200, refusedOrigin: Origin },
    ])
  })
})

it('The log names no origin of a page that may read the answer, nor one where there is none', async () => {
  const log = readLog()
  await ada.get('/v1/me')
  await ada.get('/v1/me', { Origin: CHAT })
  await ada.get('/v1/me', { Origin: 'https://parley.test' })
  await preflight(open, LOCAL)
  expect(log.lines()).toHaveLength(4)
  expect(log.text()).not.toContain('refusedOrigin')
})

it('Every answer varies by origin, so that no cache serves one to another', async () => {
  for (const headers of [{}, { Origin: CHAT }, { Origin: 'https://evil.example.com' }] as Record<string, string>[]) {
    expect((await ada.get('/v1/me', headers)).headers.get('Vary')).toMatch(/\bOrigin\b/)
    expect((await open.call('GET', '/healthz', { headers })).headers.get('Vary')).toBe('Origin')
  }
})

it('Without a configured origin nobody gets a CORS header', async () => {
  const log = readLog()
  const answers = await Promise.all([closed.as(ada).get('/v1/me', { Origin: CHAT }), preflight(closed, CHAT)])
  expect(answers.flatMap(corsHeaders)).toEqual([])
  expect(log.lines().map((line) => line['refusedOrigin'])).toEqual([CHAT, CHAT])
})

it.each([
  '*',
  'chat.example.com',
  `${CHAT}/`,
  `${CHAT}/path`,
  'ftp://chat.example.com',
  'http://*.chat.pages.dev',
  'https://*.dev',
  'https://*',
  'https://*.*.pages.dev',
  'https://chat.*.dev',
  'https://a*.pages.dev',
  'https://*.chat.pages.dev/',
  'https://*.127.0.0.1',
  'https://*.chat.pages.dev:x',
  'null',
])('%s is no origin to configure', async (origin) => {
  await expectProblem(await createApi({ CORS_ORIGINS: origin }).call('GET', '/healthz'), 500, 'misconfigured')
})

describe('A pattern for preview deployments', () => {
  const PATTERN = 'https://*.chat.pages.dev'
  const previews = createApi({ CORS_ORIGINS: `${CHAT}, ${PATTERN}` })
  const PREVIEW = 'https://feature-1.chat.pages.dev'

  it('lets a page of one label call by bearer token', async () => {
    const preflighted = await preflight(previews, PREVIEW)
    expect([preflighted.status, preflighted.headers.get('Access-Control-Allow-Origin')]).toEqual([204, PREVIEW])
    const { status, headers } = await previews.as(ada).get('/v1/me', { Origin: PREVIEW })
    expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([200, PREVIEW])
    expect(headers.get('Vary')).toMatch(/\bOrigin\b/)
  })

  it('lets it have no answer that came by cookie, and change nothing by cookie', async () => {
    for (const response of [
      await preflight(previews, PREVIEW),
      await previews.as(ada).get('/v1/me', { Origin: PREVIEW }),
    ]) {
      expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull()
    }
    const Cookie = `__Host-parley-access=${ada.accessToken}`
    const refused = await previews.call('PATCH', '/v1/me', {
      json: { name: 'Forged' },
      headers: { Origin: PREVIEW, Cookie },
    })
    const { detail } = await expectProblem(refused, 403, 'origin_not_allowed')
    expect(detail).toBe(
      `The page's origin "${PREVIEW}" fits a pattern in CORS_ORIGINS, which is good for bearer tokens only. Cookies need the origin itself there.`,
    )
    const exact = await previews.call('PATCH', '/v1/me', { json: { name: 'Ada' }, headers: { Origin: CHAT, Cookie } })
    expect([exact.status, exact.headers.get('Access-Control-Allow-Credentials')]).toEqual([200, 'true'])
  })

  it('puts no cookie into the browser of such a page', async () => {
    const json = { transport: 'cookie', accessToken: ada.accessToken, refreshToken: ada.refreshToken }
    const refused = await previews.call('POST', '/v1/session', { json, headers: { Origin: PREVIEW } })
    expect(refused.headers.get('Set-Cookie')).toBeNull()
    await expectProblem(refused, 403, 'origin_not_allowed')
  })

  it.each([
    'https://chat.pages.dev',
    'https://.chat.pages.dev',
    'https://a.b.chat.pages.dev',
    'http://feature-1.chat.pages.dev',
    'https://feature-1.chat.pages.dev:8443',
    'https://feature-1.chat.pages.dev.evil.com',
    'https://evil.com/.chat.pages.dev',
    'https://evil.com?.chat.pages.dev',
    'https://evil.com#.chat.pages.dev',
    'https://user@evil.chat.pages.dev',
    'https://-.chat.pages.dev',
    'https://*.chat.pages.dev',
    'https://feature-1.evilchat.pages.dev',
    'https://FEATURE.chat.pages.dev',
  ])('does not let in %s', async (Origin) => {
    const answers = [await previews.as(ada).get('/v1/me', { Origin }), await preflight(previews, Origin)]
    expect(answers.flatMap(corsHeaders)).toEqual([])
  })
})
