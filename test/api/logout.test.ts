import { beforeEach, describe, expect, inject, it } from 'vitest'
import { callCognito } from '../../dev/cognito/call.ts'
import { refreshLocally } from '../../dev/cognito/sign-in.ts'
import {
  ACCESS,
  type Browser,
  cookiesFor,
  cookiesOf,
  createBrowser,
  isCleared,
  openBrowser,
  REFRESH,
} from './browser.ts'
import { readLog } from './discretion.ts'
import { createApi, type Tokens, type TestUser } from './harness.ts'
import { expectProblem } from './helpers.ts'
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

/** Whether Cognito still gives tokens for this one. */
const isAlive = ({ refreshToken }: Pick<Tokens, 'refreshToken'>) =>
  refreshLocally(cognito, refreshToken).then(
    () => true,
    () => false,
  )

const isKnownToCognito = ({ accessToken }: Pick<Tokens, 'accessToken'>) =>
  callCognito(cognito, 'GetUser', { AccessToken: accessToken }).then(
    () => true,
    () => false,
  )

/** A Worker whose Cognito has its keys and nothing else; it takes tokens that are issued anew for it. */
const downIssuer = `${inject('faults')}/${cognito.poolId}`
const whileCognitoIsDown = () => createApi({ COGNITO_ISSUER: downIssuer })

describe('Logging out by cookie', () => {
  it('ends the session here, the tokens at Cognito, and the cookies', async () => {
    const old = Object.fromEntries(browser.cookies)
    const posts = await api.posts()
    const response = await browser.send('DELETE', '/v1/session')
    expect([response.status, await response.text(), isCleared(response)]).toEqual([204, '', true])
    expect(await api.posts()).toBe(posts + 1)
    expect(browser.cookies.size).toBe(0)
    expect([await isAlive(tokens), await isKnownToCognito(tokens)]).toEqual([false, false])
    const thief = createBrowser(api, old)
    await expectProblem(await thief.send('GET', '/v1/me'), 401, 'session_revoked')
    await expectProblem(await thief.send('POST', PATH), 401, 'unauthenticated')
    expect((await ada.get('/v1/me')).status).toBe(200)
  })

  it('works a second time', async () => {
    const old = Object.fromEntries(browser.cookies)
    await browser.send('DELETE', '/v1/session')
    const again = await createBrowser(api, old).send('DELETE', '/v1/session')
    expect([again.status, isCleared(again)]).toEqual([204, true])
  })

  it.each<[what: string, access: () => Promise<string | null>]>([
    ['an expired access token', () => expired(tokens.accessToken)],
    ['garbage for an access token', async () => 'garbage'],
    ['no access cookie', async () => null],
  ])('gives up the refresh token with %s', async (_, access) => {
    const token = await access()
    browser.cookies.delete(ACCESS)
    if (token !== null) browser.cookies.set(ACCESS, token)
    const response = await browser.send('DELETE', '/v1/session')
    expect([response.status, await response.text(), isCleared(response)]).toEqual([204, '', true])
    expect(response.headers.has('WWW-Authenticate')).toBe(false)
    expect([await isAlive(tokens), await isKnownToCognito(tokens)]).toEqual([false, false])
  })

  it('takes back a refresh cookie that holds nothing of worth', async () => {
    for (const value of ['garbage', `other.${tokens.refreshToken}`]) {
      const response = await createBrowser(api, { [REFRESH]: value }).send('DELETE', '/v1/session')
      expect([response.status, isCleared(response)]).toEqual([204, true])
    }
    expect(await isAlive(tokens)).toBe(true)
  })

  it('is a 401 with a bad access cookie alone, which goes', async () => {
    const response = await createBrowser(api, { [ACCESS]: 'garbage' }).send('DELETE', '/v1/session')
    expect(isCleared(response)).toBe(true)
    await expectProblem(response, 401, 'unauthenticated')
  })

  it('holds here when Cognito is down, and the log says so', async () => {
    const log = readLog()
    const accessToken = await reissue(tokens.accessToken, { iss: downIssuer })
    const down = createBrowser(whileCognitoIsDown(), cookiesFor({ ...tokens, accessToken }))
    const response = await down.send('DELETE', '/v1/session')
    expect([response.status, isCleared(response)]).toEqual([204, true])
    expect(log.lines()).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'refresh_token_not_revoked', requestId: expect.any(String) }),
    )
    for (const token of [accessToken, tokens.refreshToken]) expect(log.text()).not.toContain(token)
    await expectProblem(await api.as(tokens).get('/v1/me'), 401, 'session_revoked')
    expect(await isAlive(tokens)).toBe(true)
  })

  it('changes nothing when the database is down', async () => {
    const lost = createBrowser(createApi({ DATABASE_URL: NOWHERE }), Object.fromEntries(browser.cookies))
    const response = await lost.send('DELETE', '/v1/session')
    expect([response.status, cookiesOf(response)]).toEqual([503, []])
    expect(await isAlive(tokens)).toBe(true)
  })

  it('is not meant beside a bearer token', async () => {
    const other = await ada.elsewhere()
    const headers = { Authorization: `Bearer ${other.accessToken}` }
    const response = await browser.send('DELETE', '/v1/session', { headers })
    expect([response.status, cookiesOf(response)]).toEqual([204, []])
    expect([await isAlive(tokens), await isAlive(other)]).toEqual([true, true])
    expect((await browser.send('GET', '/v1/me')).status).toBe(200)
  })
})
