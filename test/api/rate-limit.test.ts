// @module-tag slow
import { beforeAll, describe, expect, it } from 'vitest'
import config from '../../wrangler.toml?raw'
import { QUOTAS } from '../../src/http/rate-limit.ts'
import { type Call, createApi, signIn, type TestUser, type Tokens } from './harness.ts'
import { expectProblem } from './helpers.ts'

const limited = createApi({ RATE_LIMIT: 'on' })
const unlimited = createApi()
let ada: Tokens

beforeAll(async () => {
  ada = await unlimited.newUser()
})

/** The local counters start anew with each minute of the clock: work that a minute's end cut in two is done again. */
async function withinOneMinute<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000)
    const result = await work()
    if (Math.floor(Date.now() / 60_000) === minute) return result
  }
}

async function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let index = 0; index < count; index += 1) results.push(await work(index))
  return results
}

const countOf = (answers: readonly Response[], status: number) =>
  answers.filter((answer) => answer.status === status).length

async function expectLimited(response: Response | undefined, name: keyof typeof QUOTAS): Promise<void> {
  if (!response) throw new Error('No answer')
  const { requests, seconds } = QUOTAS[name]
  expect(response.headers.get('Retry-After')).toBe(String(seconds))
  expect(response.headers.get('RateLimit')).toBe(`"${name}";r=0;t=${seconds}`)
  expect(response.headers.get('RateLimit-Policy')).toBe(`"${name}";q=${requests};w=${seconds}`)
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  await expectProblem(response, 429, 'rate_limited')
}

// Requests that are refused before they reach the database count as well, and are quick.
const CALLS: [name: 'user' | 'search' | 'session', what: string, call: (user: TestUser) => Promise<Response>][] = [
  ['user', 'requests', (user) => user.get('/v1/conversations/none')],
  ['search', 'searches, also at a path that ends in a slash', (user) => user.post('/v1/search/', { unknown: true })],
  ['search', 'searches of vectors', (user) => user.post('/v1/vectors/search', { unknown: true })],
  ['session', 'sign-ins', (user) => user.post('/v1/session')],
]

describe.each(CALLS)('The limit %s on %s', (name, _, call) => {
  it('lets as many through as it says, and no other user pays for it', async () => {
    const { requests } = QUOTAS[name]
    const { answers, other, own } = await withinOneMinute(async () => {
      const user = limited.as(await signIn())
      const answers = await times(requests + 2, () => call(user))
      const other = await call(limited.as(ada))
      // The tighter limits are counted apart from the rest.
      return { answers, other, own: await user.get('/v1/conversations/none') }
    })
    expect(countOf(answers, 429)).toBe(2)
    await expectLimited(answers.at(-1), name)
    expect(other.status).not.toBe(429)
    expect(own.status === 429).toBe(name === 'user')
  })
})

const randomGroup = () => Math.floor(Math.random() * 0xffff + 1).toString(16)
const newNetwork = () => `2001:db8:${randomGroup()}:${randomGroup()}`
const newAddress = () => `10.${[0, 0, 0].map(() => Math.floor(Math.random() * 256)).join('.')}`
const from = (address: string, headers: Record<string, string> = {}) =>
  limited.call('GET', '/v1/me', { headers: { 'CF-Connecting-IP': address, ...headers } })

const JSON_TYPE = { 'Content-Type': 'application/json' }
const OWN_PAGE = { Origin: 'https://parley.test' }
const FOREIGN_PAGE = { Origin: 'https://evil.example' }
const TOKENS = { transport: 'cookie', accessToken: 'a', refreshToken: 'b' }
/** What the routes that give cookies refuse to anybody. */
const REFUSALS: [what: string, status: number, path: string, call: Call][] = [
  ['a body that is no sign-in', 400, '/v1/session', { json: { transport: 'x' }, headers: OWN_PAGE }],
  ['a body that is no JSON', 400, '/v1/session', { body: '{', headers: { ...OWN_PAGE, ...JSON_TYPE } }],
  ['a bad token', 401, '/v1/session', { json: TOKENS, headers: OWN_PAGE }],
  ['a foreign page', 403, '/v1/session', { json: TOKENS, headers: FOREIGN_PAGE }],
  ['a long body', 413, '/v1/session', { body: 'x'.repeat(33_000), headers: JSON_TYPE }],
  ['another media type', 415, '/v1/session', { body: 'x=y', headers: OWN_PAGE }],
  ['a long header', 431, '/v1/session', { headers: { Origin: 'x'.repeat(2_000) } }],
  ['a foreign page', 403, '/v1/session/refresh', { headers: FOREIGN_PAGE }],
  ['no cookie', 401, '/v1/session/refresh', { headers: OWN_PAGE }],
  ['a bad cookie', 401, '/v1/session/refresh', { headers: { ...OWN_PAGE, Cookie: '__Host-parley-refresh=x' } }],
]

it.each(REFUSALS)('What is refused for %s with %i counts against its address, once: POST %s', async (...refusal) => {
  const [, status, path, { headers, ...rest }] = refusal
  const { requests } = QUOTAS.address
  const send = (address: string) =>
    limited.call('POST', path, { ...rest, headers: { ...headers, 'CF-Connecting-IP': address } })
  const { answers, other } = await withinOneMinute(async () => {
    const address = newAddress()
    return { answers: await times(requests + 2, () => send(address)), other: await send(newAddress()) }
  })
  expect([countOf(answers, status), countOf(answers, 429)]).toEqual([requests, 2])
  await expectLimited(answers.at(-1), 'address')
  expect(other.status).toBe(status)
})

it('A good sign-in counts against no address', async () => {
  const { answers, refused } = await withinOneMinute(async () => {
    const headers = { 'CF-Connecting-IP': newAddress() }
    const users = await times(3, () => signIn())
    const answers = await times(3, (index) => limited.as(users[index] ?? ada).post('/v1/session', undefined, headers))
    return { answers, refused: await times(QUOTAS.address.requests, () => from(headers['CF-Connecting-IP'])) }
  })
  expect([countOf(answers, 201), countOf(refused, 401)]).toEqual([3, QUOTAS.address.requests])
})

describe('The limit on refused requests', () => {
  const { requests } = QUOTAS.address
  const bad = { Authorization: 'Bearer garbage' }

  it('counts by address, with a bad token or none, and leaves others alone', async () => {
    const { answers, other } = await withinOneMinute(async () => {
      const address = newAddress()
      const answers = await times(requests + 2, (index) => from(address, index % 2 ? bad : {}))
      return { answers, other: await from(newAddress()) }
    })
    expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([requests, 2])
    await expectLimited(answers.at(-1), 'address')
    await expectProblem(other, 401, 'unauthenticated')
  })

  it('lets a user in who is at the same address', async () => {
    const { last, own } = await withinOneMinute(async () => {
      const address = newAddress()
      const answers = await times(requests + 1, () => from(address))
      return { last: answers.at(-1), own: await from(address, { Authorization: `Bearer ${ada.accessToken}` }) }
    })
    expect([last?.status, own.status]).toEqual([429, 200])
  })

  it('takes the addresses of one IPv6 network for one', async () => {
    const { answers, other } = await withinOneMinute(async () => {
      const network = newNetwork()
      const answers = await times(requests + 1, (index) =>
        from(`${network}${index % 2 ? '::' : ':1:2:3:'}${index + 1}`),
      )
      return { answers, other: await from(`${newNetwork()}::1`) }
    })
    expect(countOf(answers, 429)).toBe(1)
    expect(other.status).toBe(401)
  })

  it('lets those pass whom no edge gives an address', async () => {
    const answers = await times(requests + 1, () => limited.call('GET', '/v1/me'))
    expect(countOf(answers, 401)).toBe(answers.length)
  })
})

it('Every environment has each limit, counters of its own, and the figures that clients are told', () => {
  const LIMITER = /name = "(\w+)_LIMIT", namespace_id = "(\d+)", simple = \{ limit = (\d+), period = (\d+) \}/g
  const found = [...config.matchAll(LIMITER)].map(([, name = '', , requests, seconds]) => [
    name.toLowerCase(),
    { requests: Number(requests), seconds: Number(seconds) },
  ])
  expect(found).toEqual(['production', 'staging'].flatMap(() => Object.entries(QUOTAS)))
  expect(new Set([...config.matchAll(LIMITER)].map(([, , namespace]) => namespace)).size).toBe(found.length)
})

it('RATE_LIMIT=off takes the limits away', async () => {
  const user = unlimited.as(await signIn())
  const answers = await times(QUOTAS.session.requests + 1, () => user.post('/v1/session'))
  expect(countOf(answers, 429)).toBe(0)
})

it('No limit stands between a monitor and /healthz', async () => {
  const headers = { 'CF-Connecting-IP': '192.0.2.1' }
  const answers = await times(QUOTAS.user.requests + 1, () => limited.call('GET', '/healthz', { headers }))
  expect(countOf(answers, 200)).toBe(answers.length)
})

it('/readyz, which asks the database, answers one address as often as one user', async () => {
  const { requests } = QUOTAS.user
  const { answers, other } = await withinOneMinute(async () => {
    const headers = { 'CF-Connecting-IP': newAddress() }
    const answers = await times(requests + 1, () => limited.call('GET', '/readyz', { headers }))
    return { answers, other: await limited.call('GET', '/readyz', { headers: { 'CF-Connecting-IP': newAddress() } }) }
  })
  expect([countOf(answers, 200), other.status]).toEqual([requests, 200])
  await expectLimited(answers.at(-1), 'user')
})
