import { beforeEach, describe, expect, inject, it } from 'vitest'
import * as z from 'zod'
import { callCognito } from '../../dev/cognito/call.ts'
import { refreshLocally, signInLocally } from '../../dev/cognito/sign-in.ts'
import {
  ACCESS,
  bodyOf,
  type Browser,
  cookiesFor,
  cookiesOf,
  createBrowser,
  isCleared,
  openBrowser,
  OWN_ORIGIN,
  REFRESH,
} from './browser.ts'
import { readLog } from './discretion.ts'
import { createApi, type Tokens, type TestUser } from './harness.ts'
import { expectProblem, type Page, read, type SignIn } from './helpers.ts'
import { expired, reissue } from './tokens.ts'

const NOWHERE = 'postgres://parley_app:password@127.0.0.1:1/postgres'
const PATH = '/v1/session/refresh'
const cognito = inject('cognito')
const api = createApi()
let ada: TestUser
let tokens: Tokens
let browser: Browser

beforeEach(async () => {
  ada = await api.newUser()
  tokens = await ada.elsewhere()
  browser = await openBrowser(api, tokens)
})

const revokeAtCognito = ({ refreshToken }: Tokens) =>
  callCognito(cognito, 'RevokeToken', { Token: refreshToken, ClientId: cognito.clientId })

/** Whether Cognito still gives tokens for this one. */
const isAlive = ({ refreshToken }: Pick<Tokens, 'refreshToken'>) =>
  refreshLocally(cognito, refreshToken).then(
    () => true,
    () => false,
  )

/** A Worker whose Cognito has its keys and nothing else; it takes tokens that are issued anew for it. */
const downIssuer = `${inject('faults')}/${cognito.poolId}`
const whileCognitoIsDown = () => createApi({ COGNITO_ISSUER: downIssuer })

/** An app client that rotates refresh tokens, and a browser that is signed in to it. */
async function openRotating(overrides: Parameters<typeof createApi>[0] = {}) {
  const created = await callCognito(cognito, 'CreateUserPoolClient', {
    UserPoolId: cognito.poolId,
    ClientName: 'rotating',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
    EnableTokenRevocation: true,
    RefreshTokenRotation: { Feature: 'ENABLED' },
  })
  const clientId = z.object({ UserPoolClient: z.object({ ClientId: z.string() }) }).parse(created)
    .UserPoolClient.ClientId
  const both = { COGNITO_CLIENT_IDS: `${cognito.clientId},${clientId}` }
  const signedIn = await signInLocally({ ...cognito, clientId }, ada.email)
  const { cookies } = await openBrowser(createApi(both), signedIn)
  return createBrowser(createApi({ ...both, ...overrides }), Object.fromEntries(cookies))
}

describe('Refreshing', () => {
  it('sets an access cookie that works, and leaves the refresh cookie', async () => {
    const response = await browser.send('POST', PATH)
    const { session } = await read<Pick<SignIn, 'session'>>(response.clone())
    const [access, ...others] = cookiesOf(response)
    expect(others).toEqual([])
    expect(access).toMatchObject({ name: ACCESS, attributes: expect.arrayContaining(['HttpOnly', 'Secure', 'Path=/']) })
    expect(access?.value).not.toBe(tokens.accessToken)
    expect(await read(browser.send('GET', '/v1/me'))).toMatchObject({ id: ada.sub })
    const { data } = await read<Page<{ id: string; current: boolean }>>(browser.send('GET', '/v1/sessions'))
    expect(data.find(({ current }) => current)?.id).toBe(session.id)
    expect(await response.text()).not.toContain(access?.value.slice(-40))
    expect((await browser.send('POST', PATH)).status).toBe(200)
  })

  it('works once the access token has expired, or its cookie is gone', async () => {
    browser.cookies.set(ACCESS, await expired(tokens.accessToken))
    await expectProblem(await browser.send('GET', '/v1/me'), 401, 'unauthenticated')
    expect((await browser.send('POST', PATH)).status).toBe(200)
    expect((await browser.send('GET', '/v1/me')).status).toBe(200)
    browser.cookies.delete(ACCESS)
    expect((await browser.send('POST', PATH)).status).toBe(200)
    expect((await browser.send('GET', '/v1/me')).status).toBe(200)
  })

  it('moves on when the session expires, in one request to the database', async () => {
    const accessToken = await reissue(tokens.accessToken, { exp: Math.floor(Date.now() / 1000) + 60 })
    const short = createBrowser(api)
    const before = await read<SignIn>(short.send('POST', '/v1/session', { json: bodyOf({ ...tokens, accessToken }) }))
    const posts = await api.posts()
    const { session } = await read<Pick<SignIn, 'session'>>(short.send('POST', PATH))
    expect(await api.posts()).toBe(posts + 1)
    expect(session.id).toBe(before.session.id)
    expect(Date.parse(session.expiresAt)).toBeGreaterThan(Date.parse(before.session.expiresAt) + 3_600_000)
    expect(Date.parse(session.lastSeenAt)).toBeGreaterThanOrEqual(Date.parse(before.session.lastSeenAt))
  })

  it('makes the session of a sign-in that has none', async () => {
    const other = await ada.elsewhere()
    const { session } = await read<Pick<SignIn, 'session'>>(createBrowser(api, cookiesFor(other)).send('POST', PATH))
    expect(session.expiresAt).not.toBe('')
  })

  it('takes over a refresh token that Cognito has rotated', async () => {
    const rotating = await openRotating()
    for (let turn = 0; turn < 3; turn++) {
      const old = rotating.cookies.get(REFRESH)
      const response = await rotating.send('POST', PATH)
      expect(response.status).toBe(200)
      const [, refresh] = cookiesOf(response)
      expect(refresh).toMatchObject({ name: REFRESH, attributes: expect.arrayContaining([`Max-Age=${30 * 86_400}`]) })
      expect(refresh?.value).not.toBe(old)
      const reused = await createBrowser(createApi(), { [REFRESH]: old ?? '' }).send('POST', PATH)
      await expectProblem(reused, 401, 'unauthenticated')
    }
    const { data } = await read<Page<{ current: boolean }>>(rotating.send('GET', '/v1/sessions'))
    expect(data.filter(({ current }) => current)).toHaveLength(1)
  })

  it('keeps the rotated token also when the database fails after it', async () => {
    const rotating = await openRotating({ DATABASE_URL: NOWHERE })
    const old = rotating.cookies.get(REFRESH)
    const response = await rotating.send('POST', PATH)
    await expectProblem(response, 503, 'outcome_unknown')
    expect(cookiesOf(response).map(({ name }) => name)).toEqual([REFRESH])
    expect(rotating.cookies.get(REFRESH)).not.toBe(old)
  })
})

const expectOver = async (code: 'unauthenticated' | 'session_revoked', from = browser) => {
  const response = await from.send('POST', PATH)
  expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"')
  await expectProblem(response, 401, code)
  expect(isCleared(response)).toBe(true)
  expect(from.cookies.size).toBe(0)
}

describe('Refreshing is over, and the cookies are taken back,', () => {
  it('once Cognito has revoked the refresh token', async () => {
    await revokeAtCognito(tokens)
    const posts = await api.posts()
    await expectOver('unauthenticated')
    expect(await api.posts()).toBe(posts)
  })

  it('once the user is gone at Cognito', async () => {
    await callCognito(cognito, 'AdminDeleteUser', { UserPoolId: cognito.poolId, Username: ada.email })
    await expectOver('unauthenticated')
  })

  it('once the session is revoked here', async () => {
    await ada.delete('/v1/sessions')
    await expectOver('session_revoked')
    expect(await isAlive(tokens)).toBe(true)
  })

  it('once the account is deleted', async () => {
    expect((await ada.delete('/v1/me')).status).toBe(200)
    const response = await browser.send('POST', PATH)
    expect([401, 403]).toContain(response.status)
    expect(isCleared(response)).toBe(true)
  })

  it.each([
    ['another client id', () => `other.${tokens.refreshToken}`],
    ['no client id', () => `.${tokens.refreshToken}`],
    ['no token', () => `${cognito.clientId}.`],
    ['no dot', () => cognito.clientId],
    ['nothing', () => ''],
    ['garbage', () => `${cognito.clientId}.garbage`],
    ['an access token', () => `${cognito.clientId}.${tokens.accessToken}`],
  ])('where the cookie holds %s', async (_, value) => {
    await expectOver('unauthenticated', createBrowser(api, { [REFRESH]: value(), [ACCESS]: tokens.accessToken }))
  })
})

describe('Refreshing leaves the cookies', () => {
  it('without a refresh cookie', async () => {
    const response = await createBrowser(api, { [ACCESS]: tokens.accessToken }).send('POST', PATH)
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
    await expectProblem(response, 401, 'unauthenticated')
    expect(cookiesOf(response)).toEqual([])
    // A bearer token is none.
    await expectProblem(await ada.post(PATH, undefined, { Origin: OWN_ORIGIN }), 401, 'unauthenticated')
  })

  it('when Cognito is down', async () => {
    const log = readLog()
    const response = await createBrowser(whileCognitoIsDown(), Object.fromEntries(browser.cookies)).send('POST', PATH)
    await expectProblem(response, 503, 'identity_provider_unavailable')
    expect(cookiesOf(response)).toEqual([])
    expect(log.text()).not.toContain(tokens.refreshToken)
    expect((await browser.send('POST', PATH)).status).toBe(200)
  })

  it('when the database is down', async () => {
    const lost = createBrowser(createApi({ DATABASE_URL: NOWHERE }), Object.fromEntries(browser.cookies))
    const response = await lost.send('POST', PATH)
    expect(response.status).toBe(503)
    expect(cookiesOf(response)).toEqual([])
  })
})

it('Refreshing is limited by address before Cognito is asked', async () => {
  const limited = createApi({ RATE_LIMIT: 'on' })
  const address = `2001:db8:${Math.floor(Math.random() * 0xffff).toString(16)}:77::1`
  const attempt = () =>
    createBrowser(limited, { [REFRESH]: 'garbage' }).send('POST', PATH, { headers: { 'CF-Connecting-IP': address } })
  let response = await attempt()
  // Twice the quota, as a minute may end in between.
  for (let turn = 0; turn < 600 && response.status === 401; turn++) response = await attempt()
  await expectProblem(response, 429, 'rate_limited')
  expect(cookiesOf(response)).toEqual([])
})
