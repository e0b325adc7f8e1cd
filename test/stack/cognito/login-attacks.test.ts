import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callCognito, type RunningCognito, signInLocally, startCognito } from '../../../dev/cognito.ts'
import { createCodes } from '../../../dev/cognito/login/codes.ts'
import { LOCAL_PASSWORD } from '../../../dev/cognito/sign-in.ts'
import {
  APP,
  type App,
  codeOf,
  createApp,
  createVisitor,
  locationOf,
  newPkce,
  type Pkce,
  requestFor,
  sendAs,
  type WebVisitor,
  withChallenge,
} from './web-visitor.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'parley-login-'))
let cognito: RunningCognito
let app: App

beforeAll(async () => {
  cognito = await startCognito({ dataDir })
  app = createApp(cognito)
  await signInLocally(cognito, 'ada@example.com')
})
afterAll(async () => {
  await cognito.close()
  rmSync(dataDir, { recursive: true })
})

const open = async (visitor: WebVisitor) => (await visitor.get(`/login?${requestFor(cognito)}`)).text()

describe('An authorization code', () => {
  it('is good once, and within five minutes', async () => {
    const pkce = newPkce()
    const code = codeOf(await app.signIn(withChallenge(pkce)))
    const redeems = [1, 2, 3].map(() => app.redeem(code, { code_verifier: pkce.verifier }))
    const statuses = (await Promise.all(redeems)).map(({ status, body }) => `${status} ${body.error}`)
    expect(statuses.toSorted((a, b) => a.localeCompare(b))).toEqual([
      '200 undefined',
      '400 invalid_grant',
      '400 invalid_grant',
    ])
    let now = 0
    const codes = createCodes(() => now)
    const grant = { clientId: 'c', redirectUri: APP, challenge: null, scope: '', nonce: undefined }
    const who = { username: 'ada', email: 'ada@example.com', authTime: 0 }
    const [early, late] = [codes.give({ ...grant, who }), codes.give({ ...grant, who })]
    now = 5 * 60_000 - 1
    expect(codes.take(early)).toMatchObject(grant)
    now += 1
    expect(codes.take(late)).toBeNull()
  })

  it.each<[what: string, fields: (pkce: Pkce) => Record<string, string>]>([
    ['another verifier', () => ({ code_verifier: newPkce().verifier })],
    ['no verifier', () => ({})],
    ['the challenge as verifier', ({ challenge }) => ({ code_verifier: challenge })],
    ['another redirect URI', ({ verifier }) => ({ code_verifier: verifier, redirect_uri: `${APP}/` })],
    [
      'the same redirect URI at 127.0.0.1',
      ({ verifier }) => ({ code_verifier: verifier, redirect_uri: APP.replace('localhost', '127.0.0.1') }),
    ],
  ])('is refused with %s, and is spent', async (_, fields) => {
    const pkce = newPkce()
    const code = codeOf(await app.signIn(withChallenge(pkce)))
    expect(await app.redeem(code, fields(pkce))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await app.redeem(code, { code_verifier: pkce.verifier })).toMatchObject({ status: 400 })
  })

  it('is refused with a verifier where the challenge was stripped on the way', async () => {
    const code = codeOf(await app.signIn())
    expect(await app.redeem(code, { code_verifier: newPkce().verifier })).toMatchObject({
      body: { error: 'invalid_grant' },
    })
  })

  it('is refused to another app client, as are refresh tokens', async () => {
    const made = (await callCognito(cognito, 'CreateUserPoolClient', {
      UserPoolId: cognito.poolId,
      ClientName: 'other',
    })) as { UserPoolClient: { ClientId: string } }
    const other = { client_id: made.UserPoolClient.ClientId }
    const pkce = newPkce()
    const code = codeOf(await app.signIn(withChallenge(pkce)))
    const borrowed = await app.redeem(code, { code_verifier: pkce.verifier, ...other })
    expect(borrowed).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    const { refresh_token: token } = await app.tokensFor()
    const refresh = { grant_type: 'refresh_token', refresh_token: token }
    expect(await app.post('/oauth2/token', { ...refresh, ...other })).toMatchObject({
      body: { error: 'invalid_grant' },
    })
    expect(await app.post('/oauth2/revoke', { token, ...other })).toMatchObject({
      body: { error: 'unauthorized_client' },
    })
    expect((await app.post('/oauth2/token', { ...refresh, client_id: cognito.clientId })).status).toBe(200)
  })
})

describe('The authorization endpoint', () => {
  it.each<[what: string, parameters: Record<string, string | null>, error: string, description: string]>([
    ['the implicit flow', { response_type: 'token' }, 'unauthorized_client', 'only response_type=code'],
    ['no response type', { response_type: null }, 'invalid_request', 'response_type must be code'],
    [
      'the challenge method plain',
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
      'invalid_request',
      'S256',
    ],
    ['a challenge without its method', { code_challenge: 'x'.repeat(43) }, 'invalid_request', 'belong together'],
    [
      'a challenge that is no hash',
      { code_challenge: 'x', code_challenge_method: 'S256' },
      'invalid_request',
      'SHA-256',
    ],
    ['an unknown scope', { scope: 'openid chat/all' }, 'invalid_request', 'invalid_scope'],
    ['the scope email alone', { scope: 'email' }, 'invalid_request', 'invalid_scope'],
  ])('sends the app an error about %s', async (_, parameters, error, description) => {
    const visitor = createVisitor(cognito)
    for (const path of ['/oauth2/authorize', '/login']) {
      const location = locationOf(await visitor.get(`${path}?${requestFor(cognito, parameters)}`))
      expect(location.origin + location.pathname).toBe(APP)
      expect(Object.fromEntries(location.searchParams)).toEqual({
        error,
        error_description: expect.stringContaining(description),
        state: 'the state',
      })
    }
  })

  it.each([
    'https://evil.example.com/callback',
    'http://localhost.evil.com/callback',
    'http://127.0.0.1.nip.io/callback',
    'http://localhost@evil.com/callback',
    'http://user@localhost:5173/callback',
    'http://localhost:5173/callback#fragment',
    '//evil.com/callback',
    'javascript:alert(1)//localhost',
    'data:text/html,x',
    'http:\\\\localhost\\callback',
    'http://localhost:5173\\@evil.com/',
    'http://localhost:5173/\r\nX: y',
    'http://192.168.0.1:5173/callback',
    'http://0.0.0.0:5173/callback',
    'myapp://localhost/callback',
    '/callback',
    '',
  ])('leads nobody to %j, before or after a sign-in', async (uri) => {
    const visitor = createVisitor(cognito)
    await app.signIn({}, visitor)
    const query = requestFor(cognito, { redirect_uri: uri })
    const out = new URLSearchParams({ client_id: cognito.clientId, logout_uri: uri })
    for (const path of [`/oauth2/authorize?${query}`, `/login?${query}`, `/logout?${query}`, `/logout?${out}`]) {
      expect((await visitor.get(path)).headers.get('Location')).toMatch(
        /^\/error\?error=(redirect|logout)_mismatch&client_id=/,
      )
    }
    // Nor is anybody signed out by it.
    const still = await visitor.get(`/oauth2/authorize?${requestFor(cognito)}`)
    expect(codeOf(locationOf(still))).not.toBe('')
  })

  it.each(['http://localhost:5173/', 'http://127.0.0.1:3000/cb?x=1', 'http://[::1]:8080/cb', 'https://localhost/cb'])(
    'leads to %s, since it is on this machine',
    async (uri) => {
      expect((await app.signIn({ redirect_uri: uri })).href).toMatch(
        new RegExp(`^${uri.replaceAll(/[[\]?]/g, '\\$&')}`),
      )
    },
  )

  it('leads to nothing but what an app client has registered, character by character', async () => {
    const registered = 'http://localhost:5173/registered'
    const made = (await callCognito(cognito, 'CreateUserPoolClient', {
      UserPoolId: cognito.poolId,
      ClientName: 'registered',
      CallbackURLs: [registered],
      LogoutURLs: [registered],
    })) as { UserPoolClient: { ClientId: string } }
    const client = { client_id: made.UserPoolClient.ClientId }
    const visitor = createVisitor(cognito)
    const authorize = (uri: string) =>
      visitor.get(`/oauth2/authorize?${requestFor(cognito, { ...client, redirect_uri: uri })}`)
    const logout = (uri: string) => visitor.get(`/logout?${new URLSearchParams({ ...client, logout_uri: uri })}`)
    expect((await authorize(registered)).headers.get('Location')).toMatch(/^\/login/)
    expect((await authorize(`${registered}/`)).headers.get('Location')).toMatch(/^\/error/)
    expect((await logout(registered)).headers.get('Location')).toBe(registered)
    expect((await logout(APP)).headers.get('Location')).toMatch(/^\/error/)
  })

  it('refuses a parameter that is there twice', async () => {
    const visitor = createVisitor(cognito)
    const twice = (name: string, value: string) =>
      visitor.get(`/oauth2/authorize?${requestFor(cognito)}&${new URLSearchParams({ [name]: value })}`)
    expect((await twice('redirect_uri', 'https://evil.com')).headers.get('Location')).toMatch(/^\/error/)
    expect((await twice('client_id', 'other')).headers.get('Location')).toMatch(/^\/error/)
    expect(locationOf(await twice('scope', 'openid')).searchParams.get('error')).toBe('invalid_request')
  })
})

describe('The sign-in form', () => {
  const fields = { username: 'ada@example.com', password: LOCAL_PASSWORD }

  it.each<[what: string, headers: Record<string, string>]>([
    ['of another site', { Origin: 'https://evil.example.com' }],
    ['of another port of this machine', { Origin: 'http://127.0.0.1:5173' }],
    ['of another name of this machine', { Origin: 'http://localhost:5173' }],
    ['in a sandbox', { Origin: 'null' }],
  ])('is not taken from a page %s', async (_, headers) => {
    const visitor = createVisitor(cognito)
    const answer = await visitor.submit(await open(visitor), fields, headers)
    expect([answer.status, answer.headers.get('Location')]).toEqual([403, null])
  })

  it('is not taken without an origin, its token, or its cookie, nor with those of another browser', async () => {
    const [ada, eve] = [createVisitor(cognito), createVisitor(cognito)]
    const [page, foreign] = [await open(ada), await open(eve)]
    const without = await fetch(`${app.origin}/login?${requestFor(cognito)}`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ _csrf: /_csrf" value="([^"]+)/.exec(page)?.[1] ?? '', ...fields }),
      headers: { Cookie: [...ada.cookies].map((pair) => pair.join('=')).join('; ') },
    })
    expect(without.status).toBe(403)
    expect((await ada.submit(page, { ...fields, _csrf: '' })).status).toBe(403)
    expect((await ada.submit(foreign, fields)).status).toBe(403)
    const bare = createVisitor(cognito)
    expect((await bare.submit(page, fields)).status).toBe(403)
    expect((await ada.submit(page, fields)).status).toBe(302)
  })

  it('gives a browser another cookie at sign-in, so that a planted one is worth nothing', async () => {
    const visitor = createVisitor(cognito)
    const page = await open(visitor)
    const planted = new Map(visitor.cookies)
    await visitor.submit(page, fields)
    expect(visitor.cookies).not.toEqual(planted)
    const attacker = createVisitor(cognito)
    for (const [name, value] of planted) attacker.cookies.set(name, value)
    const answer = await attacker.get(`/oauth2/authorize?${requestFor(cognito)}`)
    expect(answer.headers.get('Location')).toMatch(/^\/login/)
  })

  it('tells nothing about who has an account, and shows no password again', async () => {
    const visitor = createVisitor(cognito)
    const page = await open(visitor)
    const answers = await Promise.all(
      ['ada@example.com', 'nobody@example.com'].map(async (username) => {
        const answer = await visitor.submit(page, { username, password: 'Wrong-pass-1' })
        return [answer.status, (await answer.text()).replaceAll(username, '…')]
      }),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.[1]).toContain('Incorrect username or password.')
    expect(answers[0]?.[1]).not.toContain('Wrong-pass-1')
  })

  it('runs and loads nothing from elsewhere, and cannot be framed', async () => {
    const hostile = '"><script>alert(1)</script>'
    const visitor = createVisitor(cognito)
    const answers = [
      await visitor.get(`/login?${requestFor(cognito, { login_hint: hostile, state: hostile })}`),
      await visitor.get(`/error?error=${encodeURIComponent(hostile)}`),
      await visitor.submit(await open(visitor), { username: hostile, password: hostile }),
    ]
    for (const answer of answers) {
      expect(await answer.text()).not.toContain('<script>')
      expect(answer.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/)
      expect(answer.headers.get('X-Frame-Options')).toBe('DENY')
      expect(answer.headers.get('Cache-Control')).toBe('no-store')
    }
  })
})

describe('Under a foreign host name or from a foreign page', () => {
  const paths = ['/login', '/oauth2/authorize', '/logout', '/oauth2/token', '/pool/.well-known/jwks.json', '/']

  it.each(['evil.example.com', 'localhost', '127.0.0.1', 'localhost.evil.com', '127.0.0.1:1', '[::1]'])(
    'nothing is served to the host %j',
    async (Host) => {
      for (const path of paths) expect((await sendAs(cognito, path, { Host })).status).toBe(403)
      expect((await sendAs(cognito, '/', { Host }, 'POST')).status).toBe(403)
    },
  )

  it.each(['https://evil.example.com', 'null', 'http://localhost.evil.com', 'http://192.168.0.1:5173'])(
    'no page of %s may ask, not even beforehand',
    async (Origin) => {
      const Host = `127.0.0.1:${cognito.port}`
      for (const path of paths) {
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          expect((await sendAs(cognito, path, { Host, Origin }, method)).status).toBe(403)
        }
      }
    },
  )

  it('its own names are served, and pages of this machine may ask', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST']) {
      const headers = { Host: `${name}:${cognito.port}`, Origin: 'http://localhost:5173' }
      const path = `/${cognito.poolId}/.well-known/openid-configuration`
      expect((await sendAs(cognito, path, headers)).status).toBe(200)
    }
  })

  it('it listens on loopback only', async () => {
    await expect(fetch(`http://127.0.0.2:${cognito.port}/`)).rejects.toThrow('fetch failed')
  })

  it('takes no body without end', async () => {
    const body = `grant_type=${'x'.repeat(70_000)}`
    expect((await fetch(`${app.origin}/oauth2/token`, { method: 'POST', body })).status).toBe(413)
  })
})
