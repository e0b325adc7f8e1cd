import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { expectDiscreet, expectFailure, type Log, readLog } from './discretion.ts'
import { createApi, type Overrides, type TestUser } from './harness.ts'
import { openConversation } from './helpers.ts'

const LIST = '/v1/conversations'
const healthy = createApi()
let ada: TestUser
let log: Log

beforeAll(async () => {
  ada = await healthy.newUser()
})

beforeEach(() => {
  log = readLog()
})

afterEach(() => {
  expectDiscreet(log.text(), ada)
})

const exportLine = () => log.lines().find(({ event, route }) => event === 'request' && route === '/v1/me/export')
/** An account whose export takes several trips, through a database that fails in these ways. */
async function exportThrough(faults: string): Promise<Response> {
  const user = await healthy.newUser()
  const { id } = await openConversation(user)
  for (let n = 0; n < 4; n++) await user.post(`${LIST}/${id}/messages`, { role: 'user', content: 'x'.repeat(190_000) })
  const url = new URL(inject('bindings').DATABASE_URL)
  url.port = new URL(inject('faults')).port
  url.searchParams.set('faults', faults)
  return createApi({ DATABASE_URL: url.href }).as(user).get('/v1/me/export')
}

describe('A binding', () => {
  const CASES: [name: keyof Overrides, value: string | undefined][] = [
    ['DATABASE_URL', undefined],
    ['DATABASE_URL', ''],
    ['DATABASE_URL', 'mysql://root:do-not-leak@host/db'],
    ['DATABASE_URL', 'postgres://root:do-not-leak@host'],
    ['DATABASE_URL', 'postgres://root:do-not-leak@host:99999/db'],
    ['DATABASE_URL_SYSTEM', undefined],
    ['DATABASE_URL_SYSTEM', 'do-not-leak'],
    ['COGNITO_ISSUER', undefined],
    ['COGNITO_ISSUER', 'ftp://do-not-leak'],
    ['COGNITO_CLIENT_IDS', ' , '],
    ['COGNITO_REQUIRED_SCOPES', 'chat/read, "do-not-leak"'],
    ['EMBEDDING_PROVIDER', 'do-not-leak'],
    ['EMBEDDING_BASE_URL', 'do-not-leak'],
    ['DATABASE_TIMEOUT_MS', 'do-not-leak'],
    ['DATABASE_TIMEOUT_MS', '0'],
    // An empty one is no 0.
    ['ACCOUNT_GRACE_DAYS', ''],
    ['QUOTA_MESSAGES', ''],
  ]
  it.each(CASES)('%s that is %s is named in the log, and its value is not', async (name, value) => {
    const api = createApi({ [name]: value })
    const response = await api.as(ada).get(LIST, { 'X-Request-Id': 'mine-1' })
    const { requestId } = await expectFailure(response, 500, 'misconfigured')
    expect(requestId).toBe('mine-1')
    expect(log.lines()).toMatchObject([{ level: 'error', event: 'misconfigured', requestId: 'mine-1' }])
    expect(log.text()).toContain(name)
    await api.sweep()
    expect(log.lines()).toHaveLength(2)
  })

  it('that is missing keeps nobody from hearing so, whatever is asked', async () => {
    const api = createApi({ DATABASE_URL: undefined, EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: undefined })
    for (const path of ['/healthz', '/readyz', '/v1/me', '/nothing']) {
      const response = await api.call('GET', path)
      await expectFailure(response, 500, 'misconfigured')
      expect(response.headers.get('Server-Timing')).toBe('auth;dur=0, db;dur=0, embed;dur=0')
    }
    expect(log.lines()[0]).toMatchObject({ variables: ['DATABASE_URL: is missing'] })
  })
})

describe('The log', () => {
  it('has one line a request: which route, how it ended, what it took, and nothing that was said', async () => {
    const title = `Title ${crypto.randomUUID()}`
    const { id } = await openConversation(ada, { title })
    await ada.get(`${LIST}/${id}`)
    await healthy.call('GET', '/v1/me', { headers: { Authorization: 'Bearer garbage' } })
    const [created, got, refused] = log.lines()
    const user = expect.stringMatching(/^[\da-f]{16}$/)
    expect(created).toMatchObject({ event: 'request', method: 'POST', route: LIST, status: 201, dbTrips: 1, user })
    expect(got).toMatchObject({
      method: 'GET',
      route: `${LIST}/:conversationId`,
      status: 200,
      dbTrips: 1,
      user: created?.['user'],
    })
    expect(refused).toMatchObject({ route: '/v1/me', status: 401, dbTrips: 0, error: 'unauthenticated' })
    expect(log.text()).not.toContain(title)
    expect(log.text()).not.toContain(id)
    expect(log.text()).not.toContain('garbage')
  })

  it('has the true status of a failed request, and why', async () => {
    const down = createApi({
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_API_KEY: 'sk-do-not-leak',
      EMBEDDING_BASE_URL: `${inject('faults')}/embedder/401`,
    })
    const query = { query: 'x', mode: 'semantic' }
    await expectFailure(await down.as(ada).post('/v1/search', query), 503, 'embedding_unavailable')
    expect(log.lines()).toMatchObject([{ level: 'error', status: 503, error: 'embedding_unavailable' }])
    expect(log.text()).toContain('401')
  })

  it('says why a search went on by keyword alone', async () => {
    const down = createApi({
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_API_KEY: 'sk-do-not-leak',
      EMBEDDING_BASE_URL: `${inject('faults')}/embedder/401`,
    })
    const query = `Word ${crypto.randomUUID()}`
    expect((await down.as(ada).post('/v1/search', { query })).status).toBe(200)
    expect(log.lines()).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        event: 'search_degraded',
        error: 'embedding_unavailable',
        cause: expect.objectContaining({ status: 401 }),
      }),
    )
    expect(log.text()).not.toContain(query)
  })

  describe('of an answer that comes bit by bit', () => {
    it('waits until it has been read, and tells all that it took', async () => {
      const response = await exportThrough('pass')
      expect(response.headers.get('Server-Timing')).toMatch(/db;dur=\d/)
      expect(exportLine()).toBeUndefined()
      await response.text()
      await vi.waitFor(() => expect(exportLine()).toMatchObject({ status: 200, body: 'complete', level: 'info' }))
      expect(exportLine()?.['dbTrips']).toBeGreaterThan(1)
    })

    it('says where the client took no more of it', async () => {
      await (await exportThrough('pass')).body?.cancel()
      await vi.waitFor(() => expect(exportLine()).toMatchObject({ body: 'not_taken', dbTrips: 1 }))
    })

    it('does not wait for the body that a HEAD has none of', async () => {
      const user = await healthy.newUser()
      const response = await healthy.call('HEAD', '/v1/me/export', {
        headers: { Authorization: `Bearer ${user.accessToken}` },
      })
      expect(response.status).toBe(200)
      await vi.waitFor(() => expect(exportLine()).toMatchObject({ method: 'HEAD', status: 200 }))
    })

    it('says where it broke off', async () => {
      await expect((await exportThrough('pass,42P01')).text()).rejects.toThrow()
      await vi.waitFor(() => expect(exportLine()).toMatchObject({ level: 'error', status: 200, body: 'broken_off' }))
    })
  })

  it('warns of a query that is slower than wanted', async () => {
    await createApi({ SLOW_QUERY_MS: '1' }).as(ada).get(LIST)
    expect(log.lines()).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'slow_query', query: 'conversations.list', route: LIST }),
    )
  })
})
