import { beforeAll, describe, expect, inject, it } from 'vitest'
import { refreshLocally } from '../../dev/cognito/sign-in.ts'
import { ACCESS, bodyOf, cookiesFor, cookiesOf, createBrowser, openBrowser, REFRESH, refreshNameOf } from './browser.ts'
import { createApi, signIn, type TestUser, type Tokens } from './harness.ts'
import { expectProblem, expectRefused, type Page, read, type SignIn } from './helpers.ts'
import { expired, reissue, tampered } from './tokens.ts'

const api = createApi()
const JSON_TYPE = { 'Content-Type': 'application/json' }
const SCOPE = 'aws.cognito.signin.user.admin'
let ada: TestUser

beforeAll(async () => {
  ada = await api.newUser()
})

const post = (json: unknown, headers: Record<string, string> = {}) =>
  createBrowser(api).send('POST', '/v1/session', { json, headers })

const maxAgeOf = ({ attributes }: { attributes: string[] }) => Number(/^Max-Age=(\d+)$/.exec(attributes[0] ?? '')?.[1])

describe('Signing in by cookie', () => {
  it('registers and logs in as with a bearer token', async () => {
    const tokens = await signIn()
    const first = await read<SignIn>(post(bodyOf(tokens)), 201)
    expect(first.user).toMatchObject({ id: tokens.sub, email: tokens.email })
    const again = await read<SignIn>(post(bodyOf(tokens)))
    expect(again.session.id).toBe(first.session.id)
    expect((await read<SignIn>(api.as(tokens).post('/v1/session'))).session.id).toBe(first.session.id)
  })

  it('sets two cookies that only this host can set and no script can read', async () => {
    const tokens = await signIn()
    const response = await post(bodyOf(tokens))
    const [access, refresh, ...others] = cookiesOf(response)
    if (!access || !refresh) throw new Error('No cookies')
    const rest = ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict']
    expect(access).toEqual({
      name: ACCESS,
      value: tokens.accessToken,
      attributes: [expect.stringMatching(/^Max-Age=/), ...rest],
    })
    expect(refresh).toEqual({
      name: await refreshNameOf(tokens),
      value: cookiesFor(tokens)[REFRESH],
      attributes: [`Max-Age=${30 * 86_400}`, ...rest],
    })
    expect(others).toEqual([])
    // The local Cognito's tokens live for a day.
    expect(maxAgeOf(access)).toBeGreaterThan(86_300)
    expect(maxAgeOf(access)).toBeLessThanOrEqual(86_400)
  })

  it('lets the access cookie live as long as its token, and the refresh cookie as configured', async () => {
    const tokens = await signIn()
    const accessToken = await reissue(tokens.accessToken, { exp: Math.floor(Date.now() / 1000) + 100 })
    const brief = createBrowser(createApi({ REFRESH_COOKIE_DAYS: '7' }))
    const response = await brief.send('POST', '/v1/session', { json: bodyOf({ ...tokens, accessToken }) })
    const [access, refresh] = cookiesOf(response).map(maxAgeOf)
    expect(access).toBeGreaterThan(80)
    expect(access).toBeLessThanOrEqual(100)
    expect(refresh).toBe(7 * 86_400)
  })

  it.each(['0', '401', '1.5', 'always'])('cannot be configured to last %s days', async (REFRESH_COOKIE_DAYS) => {
    await expectProblem(await createApi({ REFRESH_COOKIE_DAYS }).call('GET', '/healthz'), 500, 'misconfigured')
  })

  it('repeats no token in its answer', async () => {
    const tokens = await signIn()
    const text = await (await post(bodyOf(tokens))).text()
    for (const token of [tokens.accessToken, tokens.refreshToken]) expect(text).not.toContain(token.slice(-40))
  })

  it('sets nothing for a bearer token', async () => {
    expect(cookiesOf(await ada.post('/v1/session'))).toEqual([])
    expect(cookiesOf(await ada.get('/v1/me'))).toEqual([])
  })

  it.each<[what: string, token: () => Promise<string>]>([
    ['garbage', async () => 'garbage'],
    ['an ID token', async () => ada.idToken],
    ['an expired token', () => expired(ada.accessToken)],
    ['a token with another signature', async () => tampered(ada.accessToken)],
    ['a token of another client', () => reissue(ada.accessToken, { client_id: 'other' })],
    ['a token of 9 KiB', async () => 'x'.repeat(9000)],
  ])('refuses %s as a bearer token is refused', async (_, token) => {
    const before = await api.posts()
    const accessToken = await token()
    const id = { 'X-Request-Id': 'same' }
    const [response, bearer] = [
      await post(bodyOf({ ...ada, accessToken }), id),
      await api.as({ ...ada, accessToken }).post('/v1/session', undefined, id),
    ]
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"')
    expect(await response.clone().text()).toBe(await bearer.text())
    await expectProblem(response, 401, 'unauthenticated')
    expect(cookiesOf(response)).toEqual([])
    expect(await api.posts()).toBe(before)
  })

  it('refuses a sign-in that was revoked, and sets nothing', async () => {
    const other = await ada.elsewhere()
    await other.delete('/v1/session')
    const response = await post(bodyOf(other))
    await expectProblem(response, 401, 'session_revoked')
    expect(cookiesOf(response)).toEqual([])
  })

  it.each<[what: string, json: unknown, paths: string[]]>([
    ['another transport', { transport: 'bearer', accessToken: 'a', refreshToken: 'b' }, ['transport']],
    ['no refresh token', { transport: 'cookie', accessToken: 'a' }, ['refreshToken']],
    ['an empty refresh token', { transport: 'cookie', accessToken: 'a', refreshToken: '' }, ['refreshToken']],
    ['a second cookie', { transport: 'cookie', accessToken: 'a', refreshToken: 'b; Path=/' }, ['refreshToken']],
    ['a new line', { transport: 'cookie', accessToken: 'a', refreshToken: 'b\r\nX: y' }, ['refreshToken']],
    ['an unknown field', { transport: 'cookie', accessToken: 'a', refreshToken: 'b', idToken: 'c' }, ['idToken']],
    ['a list', [], ['(root)']],
  ])('refuses a body with %s', async (_, json, paths) => {
    const before = await api.posts()
    await expectRefused(await post(json), ...paths)
    expect(await api.posts()).toBe(before)
  })

  it('refuses a body that is no JSON', async () => {
    const browser = createBrowser(api)
    await expectRefused(await browser.send('POST', '/v1/session', { body: '{"a":', headers: JSON_TYPE }), '(root)')
    const form = { body: 'transport=cookie', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }
    await expectProblem(await browser.send('POST', '/v1/session', form), 415, 'unsupported_media_type')
  })

  it('takes the content type without a body for no body', async () => {
    expect((await ada.post('/v1/session', undefined, JSON_TYPE)).status).toBe(200)
  })

  it('takes back the refresh cookies that were there, under whatever name', async () => {
    const [first, second] = [await ada.elsewhere(), await ada.elsewhere()]
    const browser = createBrowser(api, { [REFRESH]: 'of.0.2.0', other: 'x' })
    await browser.send('POST', '/v1/session', { json: bodyOf(first) })
    expect(browser.refreshNames()).toEqual([await refreshNameOf(first)])
    await browser.send('POST', '/v1/session', { json: bodyOf(second) })
    expect(browser.refreshNames()).toEqual([await refreshNameOf(second)])
    // The same tokens once more.
    await browser.send('POST', '/v1/session', { json: bodyOf(second) })
    expect([...browser.cookies.keys()].toSorted()).toEqual([ACCESS, await refreshNameOf(second), 'other'])
  })

  it('takes as long a refresh token as browsers keep with its name', async () => {
    const { clientId } = inject('cognito')
    const most = 4096 - (await refreshNameOf(ada)).length - clientId.length - 1
    const longest = bodyOf({ ...ada, refreshToken: 'x'.repeat(most) })
    const [, refresh] = cookiesOf(await post(longest))
    expect((refresh?.name.length ?? 0) + (refresh?.value.length ?? 0)).toBe(4096)
    await expectRefused(await post({ ...longest, refreshToken: `${longest.refreshToken}x` }), 'refreshToken')
  })

  it('names tokens that no browser would keep', async () => {
    const before = await api.posts()
    const accessToken = await reissue(ada.accessToken, { long: 'x'.repeat(3000) })
    expect(accessToken.length).toBeGreaterThan(4096)
    await expectRefused(await post(bodyOf({ ...ada, accessToken })), 'accessToken')
    const refreshToken = 'x'.repeat(4096)
    await expectRefused(await post(bodyOf({ ...ada, refreshToken })), 'refreshToken')
    await expectRefused(await post(bodyOf({ accessToken, refreshToken })), 'accessToken', 'refreshToken')
    // As a bearer token it is good, as far as Parley is concerned.
    expect((await api.as({ ...ada, accessToken }).get('/v1/me')).status).toBe(200)
    expect(await api.posts()).toBe(before + 1)
  })
})

it('Signing in needs the scope with which Cognito tells who it is', async () => {
  const before = await api.posts()
  for (const scope of ['', 'openid email', `${SCOPE}s`, SCOPE.toUpperCase()]) {
    const accessToken = await reissue(ada.accessToken, { scope })
    for (const response of [
      await post(bodyOf({ ...ada, accessToken })),
      await api.as({ ...ada, accessToken }).post('/v1/session'),
    ]) {
      expect(response.headers.get('WWW-Authenticate')).toBe(`Bearer error="insufficient_scope", scope="${SCOPE}"`)
      await expectProblem(response, 403, 'insufficient_scope')
    }
  }
  expect(await api.posts()).toBe(before)
})

describe('The access cookie', () => {
  it('is taken where a bearer token is, to read and to write', async () => {
    const browser = await openBrowser(api, await ada.elsewhere())
    expect(await read(browser.send('GET', '/v1/me'))).toMatchObject({ id: ada.sub })
    const json = { title: 'By cookie' }
    const { id } = await read<{ id: string }>(browser.send('POST', '/v1/conversations', { json }), 201)
    const path = `/v1/conversations/${id}`
    expect((await browser.send('PATCH', path, { json: { title: 'Still' } })).status).toBe(200)
    expect(await read(ada.get(path))).toMatchObject({ title: 'Still' })
    const { data } = await read<Page<{ current: boolean }>>(browser.send('GET', '/v1/sessions'))
    expect(data.filter(({ current }) => current)).toHaveLength(1)
    expect((await browser.send('POST', '/v1/session')).status).toBe(200)
    expect((await browser.send('DELETE', path)).status).toBe(204)
    expect(browser.cookies.size).toBe(2)
  })

  it.each(['GET', 'HEAD'])('needs no Origin for %s', async (method) => {
    const Cookie = `${ACCESS}=${ada.accessToken}`
    expect((await api.call(method, '/v1/me', { headers: { Cookie } })).status).toBe(200)
  })

  it('is found among others', async () => {
    for (const Cookie of [
      `a=b; ${ACCESS}=${ada.accessToken}; c=d`,
      `${ACCESS}s=x;${ACCESS}=${ada.accessToken}`,
      `=; ;x;%; ${ACCESS}=${ada.accessToken}`,
    ]) {
      expect((await api.call('GET', '/v1/me', { headers: { Cookie } })).status).toBe(200)
    }
  })

  it('goes by its whole name', async () => {
    for (const name of ['parley-access', '__host-parley-access', `x${ACCESS}`, `${ACCESS}x`, REFRESH]) {
      const response = await api.call('GET', '/v1/me', { headers: { Cookie: `${name}=${ada.accessToken}` } })
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
      await expectProblem(response, 401, 'unauthenticated')
    }
  })

  it.each<[what: string, token: () => Promise<string>]>([
    ['nothing', async () => ''],
    ['garbage', async () => 'garbage%'],
    ['an ID token', async () => ada.idToken],
    ['a refresh token', async () => ada.refreshToken],
    ['an expired token', () => expired(ada.accessToken)],
    ['a token with another signature', async () => tampered(ada.accessToken)],
  ])('with %s in it is refused', async (_, token) => {
    const before = await api.posts()
    const response = await createBrowser(api, { [ACCESS]: await token() }).send('GET', '/v1/me')
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"')
    await expectProblem(response, 401, 'unauthenticated')
    expect(await api.posts()).toBe(before)
  })

  it('is not looked at beside an Authorization header, good or bad', async () => {
    const eve = await api.newUser()
    const browser = await openBrowser(api, await ada.elsewhere())
    const as = (Authorization: string) => browser.send('GET', '/v1/me', { headers: { Authorization } })
    expect(await read(as(`Bearer ${eve.accessToken}`))).toMatchObject({ id: eve.sub })
    for (const header of ['Bearer garbage', 'Bearer', 'Basic eDp5', '']) {
      await expectProblem(await as(header), 401, 'unauthenticated')
    }
    // And nothing stands on it: a foreign page may use its own bearer token.
    const headers = { Authorization: `Bearer ${eve.accessToken}`, Origin: 'https://evil.example.com' }
    expect((await browser.send('POST', '/v1/conversations', { json: {}, headers })).status).toBe(201)
    await expectProblem(
      await createBrowser(api, { [ACCESS]: 'garbage' }).send('GET', '/v1/me', { headers: { Authorization: '' } }),
      401,
      'unauthenticated',
    )
  })

  it('lets no cache give one the answer of another', async () => {
    const browser = await openBrowser(api, await ada.elsewhere())
    for (const path of ['/v1/me', '/v1/conversations']) {
      const { headers } = await browser.send('GET', path)
      expect(headers.get('Cache-Control')).toBe('no-store')
    }
    const tag = (await browser.send('GET', '/v1/me')).headers.get('ETag') ?? ''
    expect((await browser.send('GET', '/v1/me', { headers: { 'If-None-Match': tag } })).status).toBe(304)
  })

  it('ends with its account: the refresh token is revoked at Cognito and the cookies go', async () => {
    const user = await api.newUser()
    const browser = await openBrowser(api, user)
    expect((await browser.send('DELETE', '/v1/me')).status).toBe(200)
    expect(browser.cookies.size).toBe(0)
    await expect(refreshLocally(inject('cognito'), user.refreshToken)).rejects.toThrow()
  })

  it('ends with its session', async () => {
    const tokens: Tokens = await ada.elsewhere()
    const browser = await openBrowser(api, tokens)
    const { data } = await read<Page<{ id: string; current: boolean }>>(browser.send('GET', '/v1/sessions'))
    await ada.delete(`/v1/sessions/${data.find(({ current }) => current)?.id}`)
    const response = await browser.send('GET', '/v1/me')
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"')
    await expectProblem(response, 401, 'session_revoked')
  })
})
