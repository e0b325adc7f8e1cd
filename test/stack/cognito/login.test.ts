import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callCognito, type RunningCognito, signInLocally, startCognito } from '../../../dev/cognito.ts'
import { APP, type App, codeOf, createApp, createVisitor, locationOf, requestFor } from './web-visitor.ts'

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

describe('Discovery', () => {
  it('has the members of Cognito’s own document, at this host', async () => {
    const response = await fetch(`${cognito.issuer}/.well-known/openid-configuration`)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(await response.json()).toEqual({
      authorization_endpoint: `${app.origin}/oauth2/authorize`,
      end_session_endpoint: `${app.origin}/logout`,
      id_token_signing_alg_values_supported: ['RS256'],
      issuer: cognito.issuer,
      jwks_uri: `${cognito.issuer}/.well-known/jwks.json`,
      response_types_supported: ['code'],
      revocation_endpoint: `${app.origin}/oauth2/revoke`,
      scopes_supported: ['openid', 'email', 'phone', 'profile'],
      subject_types_supported: ['public'],
      token_endpoint: `${app.origin}/oauth2/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      userinfo_endpoint: `${app.origin}/oauth2/userInfo`,
    })
  })

  it('knows no other pool', async () => {
    expect((await fetch(`${app.origin}/other/.well-known/openid-configuration`)).status).toBe(400)
  })
})

describe('The code flow', () => {
  it('gives tokens that say who signed in, with which scopes and nonce', async () => {
    const body = await app.tokensFor({ nonce: 'the nonce' })
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 86_400, refresh_token: expect.any(String) })
    expect(decodeJwt(body.access_token)).toMatchObject({
      iss: cognito.issuer,
      client_id: cognito.clientId,
      token_use: 'access',
      scope: 'openid email profile aws.cognito.signin.user.admin',
      origin_jti: expect.any(String),
    })
    expect(decodeJwt(body.id_token)).toMatchObject({
      aud: cognito.clientId,
      nonce: 'the nonce',
      email: 'ada@example.com',
      email_verified: true,
      name: 'Ada Example',
      sub: (await signInLocally(cognito, 'ada@example.com')).sub,
    })
  })

  it('gives the state back, and keeps the query of the redirect URI', async () => {
    const location = await app.signIn({ redirect_uri: `${APP}?tab=1`, state: 'a&b=c #' })
    expect(location.origin + location.pathname).toBe(APP)
    expect([...location.searchParams.keys()]).toEqual(['tab', 'code', 'state'])
    expect(location.searchParams.get('state')).toBe('a&b=c #')
  })

  it('refreshes, as the same sign-in with the same scopes', async () => {
    const first = await app.tokensFor({ nonce: 'n', scope: 'openid email' })
    const fields = { grant_type: 'refresh_token', client_id: cognito.clientId, refresh_token: first.refresh_token }
    const { status, body } = await app.post('/oauth2/token', fields)
    expect(status).toBe(200)
    expect(body.refresh_token).toBeUndefined()
    const [before, after] = [decodeJwt(first.access_token), decodeJwt(body.access_token)]
    expect([after['origin_jti'], after['auth_time'], after['scope']]).toEqual([
      before['origin_jti'],
      before['auth_time'],
      'openid email',
    ])
    expect(decodeJwt(body.id_token)['nonce']).toBeUndefined()
    expect(decodeJwt(body.id_token)['name']).toBeUndefined()
  })

  it('gives a new refresh token each time, where the app client rotates them', async () => {
    const made = (await callCognito(cognito, 'CreateUserPoolClient', {
      UserPoolId: cognito.poolId,
      ClientName: 'rotating',
      RefreshTokenRotation: { Feature: 'ENABLED' },
    })) as { UserPoolClient: { ClientId: string } }
    const client = { client_id: made.UserPoolClient.ClientId }
    const code = codeOf(await app.signIn(client))
    const { body: first } = await app.redeem(code, client)
    const refresh = (token: string) =>
      app.post('/oauth2/token', { grant_type: 'refresh_token', refresh_token: token, ...client })
    const { body: second } = await refresh(first.refresh_token)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(await refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await refresh(second.refresh_token)).body).toMatchObject({ id_token: expect.any(String) })
  })

  it('ends a refresh token, and the access tokens of its sign-in', async () => {
    const { access_token: token, refresh_token: refresh } = await app.tokensFor()
    const userInfo = () => fetch(`${app.origin}/oauth2/userInfo`, { headers: { Authorization: `Bearer ${token}` } })
    expect((await userInfo()).status).toBe(200)
    const revoked = await app.post('/oauth2/revoke', { client_id: cognito.clientId, token: refresh })
    expect([revoked.status, revoked.text]).toEqual([200, ''])
    expect((await app.post('/oauth2/revoke', { client_id: cognito.clientId, token: refresh })).status).toBe(200)
    const fields = { grant_type: 'refresh_token', client_id: cognito.clientId, refresh_token: refresh }
    expect(await app.post('/oauth2/token', fields)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await userInfo()).status).toBe(401)
  })

  it('lets the next app in without a password, until /logout', async () => {
    const visitor = createVisitor(cognito)
    await app.signIn({}, visitor)
    const authorize = (parameters = {}) => visitor.get(`/oauth2/authorize?${requestFor(cognito, parameters)}`)
    expect(codeOf(locationOf(await authorize()))).not.toBe('')
    expect((await authorize({ prompt: 'login' })).headers.get('Location')).toMatch(/^\/login\?/)
    const after = 'http://localhost:5173/bye?x=1'
    const out = await visitor.get(`/logout?${new URLSearchParams({ client_id: cognito.clientId, logout_uri: after })}`)
    expect([out.status, locationOf(out).href]).toEqual([302, after])
    expect((await authorize()).headers.get('Location')).toMatch(/^\/login\?/)
    const silent = locationOf(await authorize({ prompt: 'none' }))
    expect(Object.fromEntries(silent.searchParams)).toEqual({ error: 'login_required', state: 'the state' })
  })

  it('/logout with a redirect URI leads to a new sign-in', async () => {
    const visitor = createVisitor(cognito)
    await app.signIn({}, visitor)
    const out = await visitor.get(`/logout?${requestFor(cognito)}`)
    expect(out.headers.get('Location')).toMatch(/^\/login\?response_type=code/)
    expect((await visitor.get(`/oauth2/authorize?${requestFor(cognito)}`)).headers.get('Location')).toMatch(/^\/login/)
  })

  it('signs up, asks for the code, and signs in', async () => {
    const visitor = createVisitor(cognito)
    const email = 'Grace@Example.com'
    let page = await (await visitor.get(`/signup?${requestFor(cognito)}`)).text()
    const weak = await visitor.submit(page, { username: email, password: 'password', name: 'Grace' })
    expect(weak.status).toBe(400)
    page = await weak.text()
    expect(page).toContain('The password is too weak')
    expect(page).toContain('value="Grace"')
    const sent = await visitor.submit(page, { username: email, password: 'Hopper-1906', name: 'Grace' })
    expect(sent.headers.get('Location')).toMatch(/^\/confirmUser\?/)
    // Not confirmed yet: the right password leads back to the code, a wrong one tells nothing.
    const other = createVisitor(cognito)
    const login = await (await other.get(`/login?${requestFor(cognito)}`)).text()
    expect((await other.submit(login, { username: email, password: 'wrong' })).status).toBe(400)
    const right = await other.submit(login, { username: email, password: 'Hopper-1906' })
    expect(right.headers.get('Location')).toMatch(/^\/confirmUser\?/)

    page = await (await visitor.get(sent.headers.get('Location') ?? '')).text()
    expect(page).toContain('grace@example.com')
    expect((await visitor.submit(page, { code: '123456' })).status).toBe(400)
    const code = codeOf(locationOf(await visitor.submit(page, { code: '000000' })))
    const { body } = await app.redeem(code)
    expect(decodeJwt(body.id_token)).toMatchObject({ email: 'grace@example.com', email_verified: true, name: 'Grace' })

    const again = await visitor.submit(await (await visitor.get(`/signup?${requestFor(cognito)}`)).text(), {
      username: 'grace@example.com',
      password: 'Hopper-1906',
    })
    expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('already exists')])
  })
})

describe('The token endpoint names what is wrong as Cognito does', () => {
  it.each<[fields: Record<string, string>, error: string]>([
    [{}, 'invalid_request'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    [{ grant_type: 'authorization_code', client_id: 'nobody', code: 'x', redirect_uri: APP }, 'invalid_client'],
    [{ grant_type: 'authorization_code', client_id: 'constructor', code: 'x', redirect_uri: APP }, 'invalid_client'],
    [{ grant_type: 'authorization_code', client_id: 'ours', code: 'x' }, 'invalid_request'],
    [{ grant_type: 'authorization_code', client_id: 'ours', code: 'x', redirect_uri: APP }, 'invalid_grant'],
    [{ grant_type: 'refresh_token', client_id: 'ours' }, 'invalid_request'],
    [{ grant_type: 'refresh_token', client_id: 'ours', refresh_token: 'garbage' }, 'invalid_grant'],
    [{ grant_type: 'refresh_token', client_id: 'ours', client_secret: 'x', refresh_token: 'y' }, 'invalid_client'],
  ])('%j: %s', async (fields, error) => {
    const sent = { ...fields, ...(fields['client_id'] === 'ours' && { client_id: cognito.clientId }) }
    const { status, body } = await app.post('/oauth2/token', sent)
    expect([status, body]).toEqual([400, { error }])
  })

  it('and so does the one for revocation', async () => {
    const { access_token: access } = await app.tokensFor()
    const client = { client_id: cognito.clientId }
    expect(await app.post('/oauth2/revoke', client)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(await app.post('/oauth2/revoke', { token: 'x', client_id: 'nobody' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
    expect(await app.post('/oauth2/revoke', { ...client, token: access })).toMatchObject({
      status: 400,
      body: { error: 'unsupported_token_type' },
    })
    expect((await app.post('/oauth2/revoke', { ...client, token: 'garbage' })).status).toBe(200)
  })

  it('and so does userInfo', async () => {
    const ask = (headers = {}) => fetch(`${app.origin}/oauth2/userInfo`, { headers })
    const { access_token: token } = await app.tokensFor({ scope: 'openid email' })
    expect(await (await ask({ Authorization: `Bearer ${token}` })).json()).toEqual({
      sub: decodeJwt(token).sub,
      email: 'ada@example.com',
      email_verified: 'true',
      username: decodeJwt(token)['username'],
    })
    const none = await ask()
    expect([none.status, none.headers.get('WWW-Authenticate')]).toEqual([
      400,
      'error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint"',
    ])
    // A token of Cognito's own API has not the scope openid.
    const { accessToken } = await signInLocally(cognito, 'ada@example.com')
    for (const bad of ['garbage', accessToken]) {
      const refused = await ask({ Authorization: `Bearer ${bad}` })
      expect([refused.status, refused.headers.get('WWW-Authenticate')]).toEqual([
        401,
        expect.stringContaining('error="invalid_token"'),
      ])
    }
  })
})
