import { beforeAll, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { openConversation } from './helpers.ts'

const api = createApi()
const API_POLICY = "default-src 'none'; frame-ancestors 'none'"
const NOWHERE = 'postgres://parley_app:password@127.0.0.1:1/postgres'
let ada: TestUser

beforeAll(async () => {
  ada = await api.newUser()
})

const ANSWERS: [what: string, status: number, answer: () => Promise<Response>][] = [
  ['health', 200, () => api.call('GET', '/healthz')],
  ['readiness', 200, () => api.call('GET', '/readyz')],
  ['nothing', 404, () => api.call('GET', '/nothing')],
  ['no token', 401, () => api.call('GET', '/v1/me')],
  ['a profile', 200, () => ada.get('/v1/me')],
  ['a list', 200, () => ada.get('/v1/conversations')],
  ['what was created', 201, () => ada.post('/v1/conversations', {})],
  ['a bad request', 400, () => ada.post('/v1/conversations', { unknown: true })],
  ['a body too large', 413, () => ada.post('/v1/conversations', { title: 'x'.repeat(1_100_000) })],
  ['the reference', 200, () => api.call('GET', '/docs')],
  ['a script of the reference', 200, () => api.call('GET', '/docs/docs.js')],
  ['the OpenAPI document', 200, () => api.call('GET', '/openapi.json')],
  ['a HEAD', 200, () => api.call('HEAD', '/healthz')],
  ['a misconfigured Worker', 500, () => createApi({ DATABASE_URL: '' }).call('GET', '/v1/me')],
  ['a failure of the database', 503, () => createApi({ DATABASE_URL: NOWHERE }).as(ada).get('/v1/me')],
]

describe.each(ANSWERS)('The answer for %s', (_, status, answer) => {
  it('tells browsers to be careful with it', async () => {
    const { headers, status: answered } = await answer()
    expect(answered).toBe(status)
    expect(Object.fromEntries(headers)).toMatchObject({
      'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': expect.any(String),
      'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
      'x-request-id': expect.any(String),
    })
  })
})

describe('The Content-Security-Policy', () => {
  it('of the API allows nothing', async () => {
    for (const path of ['/healthz', '/v1/me', '/nothing', '/openapi.json', '/docs/nothing.js']) {
      expect((await api.call('GET', path)).headers.get('Content-Security-Policy')).toBe(API_POLICY)
    }
  })

  it('of the reference allows what is its own, and no inline script', async () => {
    const policy = (await api.call('GET', '/docs')).headers.get('Content-Security-Policy') ?? ''
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("connect-src 'self';")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    const page = await (await api.call('GET', '/docs')).text()
    expect(page).not.toMatch(/<script(?![^>]* src="\/)|<style|style="| on\w+="/)
  })

  it('of the reference allows the local issuer where `npm run dev` says that there is one, and tells the page', async () => {
    const deployed = (await api.call('GET', '/docs')).headers
    expect(deployed.get('X-Local-Sign-In')).toBeNull()
    const { headers } = await createApi({ DEVELOPMENT_COOKIES: 'on' }).call('HEAD', '/docs')
    const [issuer = '', clientId] = headers.get('X-Local-Sign-In')?.split(' ') ?? []
    expect(headers.get('Content-Security-Policy')).toContain(`connect-src 'self' ${new URL(issuer).origin};`)
    expect(clientId).toMatch(/^\w+$/)
  })
})

describe('A cache', () => {
  it.each([
    '/v1/conversations',
    '/v1/sessions',
    '/healthz',
    '/readyz',
    '/nothing',
    `/v1/conversations/${crypto.randomUUID()}`,
  ])('keeps nothing of %s', async (path) => {
    expect((await ada.get(path)).headers.get('Cache-Control')).toBe('no-store')
  })

  it('keeps nothing that has an ETag either: two users of one browser ask for the same /v1/me', async () => {
    const { id } = await openConversation(ada)
    for (const path of ['/v1/me', `/v1/conversations/${id}`]) {
      const response = await ada.get(path)
      const unchanged = await ada.get(path, { 'If-None-Match': response.headers.get('ETag') ?? '' })
      expect([response.status, unchanged.status]).toEqual([200, 304])
      for (const { headers } of [response, unchanged]) expect(headers.get('Cache-Control')).toBe('no-store')
    }
  })

  it('may keep the reference', async () => {
    for (const path of ['/docs', '/docs/docs.css', '/openapi.json']) {
      expect((await api.call('GET', path)).headers.get('Cache-Control')).not.toContain('no-store')
    }
  })
})
