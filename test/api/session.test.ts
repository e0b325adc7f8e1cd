import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { callCognito } from '../../dev/cognito/call.ts'
import { refreshLocally } from '../../dev/cognito/sign-in.ts'
import { createApi, signIn, type Tokens } from './harness.ts'
import { expectProblem, read, type SignIn, statusesOf } from './helpers.ts'
import { reissue } from './tokens.ts'
import { setAttributes } from './pool.ts'

const api = createApi()

const logIn = (tokens: Tokens, status: 200 | 201 = 200) => read<SignIn>(api.as(tokens).post('/v1/session'), status)

describe('The first sign-in', () => {
  // What most HTTP clients send for a POST without a body.
  it.each([
    ['{}', 'application/json'],
    [' { }\n', 'application/json; charset=utf-8'],
    ['{}', 'text/plain'],
    ['', 'application/json'],
    ['null', 'application/json'],
  ])('takes the body %j as none', async (body, type) => {
    const { accessToken } = await signIn()
    const headers = { Authorization: `Bearer ${accessToken}`, 'Content-Type': type }
    const response = await api.call('POST', '/v1/session', { body, headers })
    await read<SignIn>(response, 201)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it.each([
    [33 * 1024, 413, 'payload_too_large'],
    [31 * 1024, 400, 'invalid_request'],
  ] as const)('reads 32 KiB at most before it knows who asks: %d bytes', async (length, status, code) => {
    const headers = { Origin: 'https://parley.test', 'Content-Type': 'application/json' }
    const body = JSON.stringify({ transport: 'cookie', accessToken: 'x'.repeat(length) })
    await expectProblem(await api.call('POST', '/v1/session', { body, headers }), status, code)
  })

  it('registers the user with the profile that Cognito has', async () => {
    const tokens = await signIn(`grace.hopper+${crypto.randomUUID()}@example.com`)
    await setAttributes(tokens.email, { picture: 'https://example.com/grace.png', name: 'Rear Admiral Hopper' })
    const { user, session } = await logIn(tokens, 201)
    expect(user).toEqual({
      id: tokens.sub,
      email: tokens.email,
      emailVerified: true,
      firstName: 'Grace',
      lastName: 'Hopper',
      name: 'Rear Admiral Hopper',
      avatarUrl: 'https://example.com/grace.png',
      lastLogin: user.createdAt,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: user.createdAt,
    })
    expect(Object.keys(session).sort()).toEqual(['createdAt', 'expiresAt', 'id', 'lastSeenAt', 'userAgent'])
    expect(Date.parse(session.expiresAt)).toBeGreaterThan(Date.now())
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'nonsense', 'https://ada:secret@example.com/a.png'])(
    'takes over no picture such as %s',
    async (picture) => {
      const tokens = await signIn()
      await setAttributes(tokens.email, { picture })
      expect((await logIn(tokens, 201)).user.avatarUrl).toBeNull()
    },
  )

  it('makes one user when two devices come at the same moment', async () => {
    const phone = await signIn()
    const laptop = await signIn(phone.email)
    const answers = await Promise.all([phone, laptop].map((tokens) => api.as(tokens).post('/v1/session')))
    expect(statusesOf(answers)).toEqual([200, 201])
    const [one, other] = await Promise.all(answers.map((answer) => answer.json<SignIn>()))
    expect(one?.user.id).toBe(phone.sub)
    expect(other?.user.id).toBe(phone.sub)
    expect(one?.session.id).not.toBe(other?.session.id)
  })
})

describe('A further sign-in', () => {
  it('keeps its session, also after a refresh', async () => {
    const tokens = await signIn()
    const { session } = await logIn(tokens, 201)
    expect((await logIn(tokens)).session.id).toBe(session.id)
    const refreshed = await refreshLocally(inject('cognito'), tokens.refreshToken)
    expect((await logIn({ ...tokens, ...refreshed })).session.id).toBe(session.id)
    expect((await logIn(await signIn(tokens.email))).session.id).not.toBe(session.id)
  })

  it('makes one session out of many requests at the same moment', async () => {
    const tokens = await signIn()
    await logIn(tokens, 201)
    const answers = await Promise.all(Array.from({ length: 8 }, () => logIn(tokens)))
    expect(new Set(answers.map(({ session }) => session.id)).size).toBe(1)
  })

  it('notes which client it was, however long its name', async () => {
    const user = api.as(await signIn())
    const { session } = await read<SignIn>(user.post('/v1/session', undefined, { 'User-Agent': 'Phone/1.0' }), 201)
    expect(session.userAgent).toBe('Phone/1.0')
    const again = await read<SignIn>(user.post('/v1/session', undefined, { 'User-Agent': 'x'.repeat(5000) }))
    expect(again.session.userAgent).toHaveLength(512)
  })

  it('follows a change of e-mail at Cognito, and keeps the names that the user chose here', async () => {
    const tokens = await signIn()
    const before = await logIn(tokens, 201)
    await api.as(tokens).patch('/v1/me', { name: 'Mine', avatarUrl: null })
    const email = `new-${tokens.email}`
    await setAttributes(tokens.email, { email, name: 'Theirs', picture: 'https://example.com/theirs.png' })
    const { user } = await logIn(tokens)
    expect(user).toMatchObject({ email, name: 'Mine', avatarUrl: null, createdAt: before.user.createdAt })
    expect(Date.parse(user.lastLogin)).toBeGreaterThan(Date.parse(before.user.lastLogin))
  })
})

describe('An e-mail address', () => {
  it('is no key: two users may have the same one, as federated and native users of one person do', async () => {
    const [ada, eve] = [await signIn(), await signIn()]
    await logIn(ada, 201)
    await setAttributes(eve.email, { email: ada.email.toUpperCase() })
    expect((await logIn(eve, 201)).user).toMatchObject({ id: eve.sub, email: ada.email.toUpperCase() })
    expect((await logIn(ada)).user).toMatchObject({ id: ada.sub, email: ada.email })
  })

  it('may be missing, as with those who signed up by phone', async () => {
    const tokens = await signIn()
    await setAttributes(tokens.email, { email: '' })
    expect((await logIn(tokens, 201)).user).toMatchObject({ id: tokens.sub, email: null })
  })
})

describe('Cognito', () => {
  it('is asked once more when it fails, then the answer is a 503 and nobody is registered', async () => {
    const tokens = await signIn()
    // A server that has Cognito's keys, but whose API is down.
    const issuer = `${inject('faults')}/${inject('cognito').poolId}`
    const down = createApi({ COGNITO_ISSUER: issuer })
    const accessToken = await reissue(tokens.accessToken, { iss: issuer })
    const response = await down.as({ ...tokens, accessToken }).post('/v1/session')
    await expectProblem(response, 503, 'identity_provider_unavailable')
    expect(response.headers.get('Retry-After')).toBe('5')
    expect(await down.posts()).toBe(1)
    await expectProblem(await api.as(tokens).get('/v1/me'), 403, 'not_registered')
  })

  it('is needed for its keys: without them every route is a 503, not a 401', async () => {
    const logged = vi.spyOn(console, 'error')
    onTestFinished(() => logged.mockRestore())
    const tokens = await signIn()
    const issuer = 'http://127.0.0.1:1/pool'
    const lost = createApi({ COGNITO_ISSUER: issuer })
    const accessToken = await reissue(tokens.accessToken, { iss: issuer })
    const user = lost.as({ ...tokens, accessToken })
    await expectProblem(await user.post('/v1/session'), 503, 'identity_provider_unavailable')
    await expectProblem(await user.get('/v1/me'), 503, 'identity_provider_unavailable')
    expect(await lost.posts()).toBe(0)
    expect(JSON.stringify(logged.mock.calls)).not.toContain(accessToken)
  })

  it('has the last word on a token that it revoked', async () => {
    const tokens = await signIn()
    await logIn(tokens, 201)
    const { clientId: ClientId } = inject('cognito')
    await callCognito(inject('cognito'), 'RevokeToken', { Token: tokens.refreshToken, ClientId })
    const response = await api.as(tokens).post('/v1/session')
    await expectProblem(response, 401, 'unauthenticated')
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"')
    expect((await logIn(await signIn(tokens.email))).user.id).toBe(tokens.sub)
  })

  it('has the last word on a user who is gone', async () => {
    const tokens = await signIn()
    const { poolId: UserPoolId } = inject('cognito')
    await callCognito(inject('cognito'), 'AdminDeleteUser', { UserPoolId, Username: tokens.email })
    await expectProblem(await api.as(tokens).post('/v1/session'), 401, 'unauthenticated')
  })
})
