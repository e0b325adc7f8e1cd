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
  openBrowser,
  OWN_ORIGIN,
  receive,
  REFRESH,
  refreshNameOf,
  takenBack,
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
async function openRotating({ grace = 0, ...overrides }: Parameters<typeof createApi>[0] & { grace?: number } = {}) {
  const created = await callCognito(cognito, 'CreateUserPoolClient', {
    UserPoolId: cognito.poolId,
    ClientName: 'rotating',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
    EnableTokenRevocation: true,
    RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: grace },
  })
  const clientId = z.object({ UserPoolClient: z.object({ ClientId: z.string() }) }).parse(created)
    .UserPoolClient.ClientId
  const both = { COGNITO_CLIENT_IDS: `${cognito.clientId},${clientId}` }
  const signedIn = await signInLocally({ ...cognito, clientId }, ada.email)
  const { cookies } = await openBrowser(createApi(both), signedIn)
  const api = createApi({ ...both, ...overrides })
  return { ...createBrowser(api, Object.fromEntries(cookies)), api }
}

const valueOf = ({ cookies }: Browser, name = '') => cookies.get(name) ?? ''

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
      const [name = ''] = rotating.refreshNames()
      const old = valueOf(rotating, name)
      const response = await rotating.send('POST', PATH)
      expect(response.status).toBe(200)
      const [, refresh, gone] = cookiesOf(response)
      expect(refresh).toMatchObject({ attributes: expect.arrayContaining([`Max-Age=${30 * 86_400}`]) })
      expect(refresh?.name).toBe(
        await refreshNameOf({ refreshToken: refresh?.value.split('.').slice(1).join('.') ?? '' }),
      )
      expect(refresh?.value).not.toBe(old)
      expect(gone).toMatchObject({ name, attributes: expect.arrayContaining(['Max-Age=0']) })
      expect(rotating.refreshNames()).toEqual([refresh?.name])
      const reused = await createBrowser(rotating.api, { [name]: old }).send('POST', PATH)
      await expectProblem(reused, 401, 'unauthenticated')
    }
    const { data } = await read<Page<{ current: boolean }>>(rotating.send('GET', '/v1/sessions'))
    expect(data.filter(({ current }) => current)).toHaveLength(1)
  })

  it('keeps the rotated token also when the database fails after it', async () => {
    const rotating = await openRotating({ DATABASE_URL: NOWHERE })
    const [old] = rotating.refreshNames()
    const response = await rotating.send('POST', PATH)
    await expectProblem(response, 503, 'outcome_unknown')
    const [next, ...others] = rotating.refreshNames()
    expect(next).not.toBe(old)
    expect(others).toEqual([])
    expect(cookiesOf(response).map(({ name }) => name)).toEqual([next, old])
  })
})

/** Two tabs refresh at the same moment. @returns what each of them was answered, a 200 first */
async function race(browser: Browser): Promise<Response[]> {
  const answers = await Promise.all([browser.send('POST', PATH), browser.send('POST', PATH)])
  return answers.toSorted((a, b) => a.status - b.status)
}

describe('Two tabs that refresh at the same moment, with rotation,', () => {
  it.each(['last', 'first'])('keep the cookies of the one that wins, with the other answer %s', async (order) => {
    const rotating = await openRotating()
    const before = new Map(rotating.cookies)
    const answers = await race(rotating)
    expect(answers.map(({ status }) => status)).toEqual([200, 401])
    expect(takenBack(answers[1] ?? new Response())).toEqual(
      createBrowser(api, Object.fromEntries(before)).refreshNames(),
    )
    const jar = new Map(before)
    for (const answer of order === 'last' ? answers : answers.toReversed()) receive(jar, answer)
    const tab = createBrowser(rotating.api, Object.fromEntries(jar))
    expect(tab.refreshNames()).toHaveLength(1)
    expect((await tab.send('GET', '/v1/me')).status).toBe(200)
    expect((await tab.send('POST', PATH)).status).toBe(200)
    expect((await tab.send('GET', '/v1/me')).status).toBe(200)
  })

  it('both win within the grace time, and the next refresh tidies up', async () => {
    const rotating = await openRotating({ grace: 60 })
    expect((await race(rotating)).map(({ status }) => status)).toEqual([200, 200])
    expect(rotating.refreshNames()).toHaveLength(2)
    expect((await rotating.send('GET', '/v1/me')).status).toBe(200)
    const newest = rotating.refreshNames().at(-1)
    expect((await rotating.send('POST', PATH)).status).toBe(200)
    expect(rotating.refreshNames()).toHaveLength(1)
    expect(rotating.refreshNames()).not.toContain(newest)
    expect((await rotating.send('POST', PATH)).status).toBe(200)
  })

  it('leave the cookies that both won to a log-out, which revokes and takes back all', async () => {
    const rotating = await openRotating({ grace: 60 })
    await race(rotating)
    const old = Object.fromEntries(rotating.cookies)
    const names = rotating.refreshNames()
    const response = await rotating.send('DELETE', '/v1/session')
    expect([response.status, takenBack(response)]).toEqual([204, [ACCESS, ...names]])
    for (const name of names) {
      const thief = createBrowser(rotating.api, { [name]: old[name] ?? '' })
      await expectProblem(await thief.send('POST', PATH), 401, 'unauthenticated')
    }
  })
})

describe('Of several refresh cookies', () => {
  it('the last counts, and a success takes back the others', async () => {
    const [name = ''] = browser.refreshNames()
    const several = { [REFRESH]: 'old.one', [`${REFRESH}-aaaaaaaa`]: 'older.one', [name]: valueOf(browser, name) }
    const tab = createBrowser(api, several)
    expect((await tab.send('POST', PATH)).status).toBe(200)
    expect(tab.refreshNames()).toEqual([name])
  })

  it('a refused one goes alone, so that the next attempt takes the one before it', async () => {
    const [name = ''] = browser.refreshNames()
    const tab = createBrowser(api, { [name]: valueOf(browser, name), [`${REFRESH}-aaaaaaaa`]: 'bad.one' })
    await expectProblem(await tab.send('POST', PATH), 401, 'unauthenticated')
    expect(tab.refreshNames()).toEqual([name])
    expect((await tab.send('POST', PATH)).status).toBe(200)
  })

  it('names with another suffix are none', async () => {
    for (const suffix of ['-', '-short', '-muchtoolong', 's', '-bad name']) {
      const tab = createBrowser(api, { [`${REFRESH}${suffix}`]: `${cognito.clientId}.${tokens.refreshToken}` })
      const response = await tab.send('POST', PATH)
      expect([response.status, cookiesOf(response)]).toEqual([401, []])
    }
  })

  it('too many for the header are taken back, but the newest, so that the next request gets through', async () => {
    for (let i = 0; i < 5; i++) browser.cookies.set(`${REFRESH}-old0000${i}`, 'x'.repeat(3_900))
    const [name = ''] = browser.refreshNames()
    const own = valueOf(browser, name)
    browser.cookies.delete(name)
    browser.cookies.set(name, own)
    await expectProblem(await browser.send('GET', '/v1/me'), 431, 'headers_too_large')
    expect(browser.refreshNames()).toEqual([name])
    expect((await browser.send('POST', PATH)).status).toBe(200)
  })
})

const expectOver = async (code: 'unauthenticated' | 'session_revoked', from = browser) => {
  const [used] = from.refreshNames()
  const response = await from.send('POST', PATH)
  expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"')
  await expectProblem(response, 401, code)
  expect(takenBack(response)).toEqual([used])
  // It ends by itself, and may be that of another tab, which has just refreshed.
  expect([...from.cookies.keys()]).toEqual([ACCESS])
}

describe('Refreshing is over, and the refresh cookie is taken back,', () => {
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
    expect(takenBack(response)).toHaveLength(1)
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
