import { describe, expect, inject, it } from 'vitest'
import { createCognito } from '../../src/auth/cognito.ts'
import { createSessionService } from '../../src/features/sessions/service.ts'
import { createTrace } from '../../src/trace.ts'
import { readLog } from './discretion.ts'
import { createApi, signIn, type Tokens } from './harness.ts'
import { expectProblem, type Page, queryAsSuperuser, read, type SignIn } from './helpers.ts'
import { reissue } from './tokens.ts'

interface AuditEvent {
  action: string
  resource: string
}

const api = createApi()
/** A server that has Cognito's keys, but whose API is down. */
const issuer = `${inject('faults')}/${inject('cognito').poolId}`
const down = createApi({ COGNITO_ISSUER: issuer })
/** The same sign-in as a client of the Worker whose Cognito is down. */
const duringOutage = async (tokens: Tokens) =>
  down.as({ ...tokens, accessToken: await reissue(tokens.accessToken, { iss: issuer }) })

const register = (tokens: Tokens) => read<SignIn>(api.as(tokens).post('/v1/session'), 201)

describe('While Cognito is down', () => {
  it('a registered user signs in with the stored profile, in one request to the database', async () => {
    const tokens = await signIn()
    const before = await register(tokens)
    expect(before.profileStale).toBe(false)
    const later = await duringOutage(await signIn(tokens.email))
    const log = readLog()
    const { user, session, profileStale } = await read<SignIn>(
      later.post('/v1/session', undefined, { 'User-Agent': 'Tablet/1.0' }),
    )
    expect(profileStale).toBe(true)
    const { lastLogin, updatedAt, ...profile } = user
    expect(before.user).toMatchObject(profile)
    expect(Date.parse(lastLogin)).toBeGreaterThan(Date.parse(before.user.lastLogin))
    expect(updatedAt).toBe(lastLogin)
    const { data } = await read<Page<SignIn['session']>>(later.get('/v1/sessions'))
    expect(data.map(({ id, userAgent }) => [id, userAgent])).toEqual([
      [session.id, 'Tablet/1.0'],
      [before.session.id, null],
    ])
    expect(log.lines()).toContainEqual(expect.objectContaining({ route: '/v1/session', status: 200, dbTrips: 1 }))
    expect(log.lines()).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        event: 'profile_stale',
        cause: expect.objectContaining({ status: 503 }),
      }),
    )
  })

  it('a sign-in changes nothing else, and the trail has its session alone', async () => {
    const tokens = await signIn()
    await register(tokens)
    const later = await duringOutage(await signIn(tokens.email))
    const state = 'select email, email_verified, first_name, last_name, name, version from users where id = $1'
    const [stored] = await queryAsSuperuser(state, [tokens.sub])
    await read(later.post('/v1/session'))
    const version = Number(stored?.['version']) + 1
    expect(await queryAsSuperuser(state, [tokens.sub])).toEqual([{ ...stored, version }])
    const { data } = await read<Page<AuditEvent>>(later.get('/v1/audit-events'))
    expect(data.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      'create session',
      'create session',
      'create user',
    ])
  })

  it('a user who is not registered gets a 503 that says when to come again, and leaves no trace', async () => {
    const tokens = await signIn()
    const response = await (await duringOutage(tokens)).post('/v1/session')
    await expectProblem(response, 503, 'identity_provider_unavailable')
    expect(response.headers.get('Retry-After')).toBe('5')
    await expectProblem(await api.as(tokens).get('/v1/me'), 403, 'not_registered')
    expect((await register(tokens)).user.id).toBe(tokens.sub)
  })

  it('a sign-in that was ended stays ended', async () => {
    const tokens = await signIn()
    await register(tokens)
    await api.as(tokens).delete('/v1/session')
    await expectProblem(await (await duringOutage(tokens)).post('/v1/session'), 401, 'session_revoked')
  })

  it('a new sign-in brings a deleted account back', async () => {
    const tokens = await signIn()
    await register(tokens)
    await api.as(tokens).delete('/v1/me')
    const back = await duringOutage(await signIn(tokens.email))
    expect(await read<SignIn>(back.post('/v1/session'))).toMatchObject({ user: { id: tokens.sub }, profileStale: true })
    await read(back.get('/v1/me'))
    const { data } = await read<Page<AuditEvent>>(back.get('/v1/audit-events'))
    expect(data.map(({ action, resource }) => `${action} ${resource}`)).toContain('restore user')
  })

  it('an account whose grace time is over does not come back', async () => {
    const tokens = await signIn()
    await register(tokens)
    await queryAsSuperuser(`update users set deleted_at = now(), purge_after = now() where id = $1`, [tokens.sub])
    const late = await duringOutage(await signIn(tokens.email))
    await expectProblem(await late.post('/v1/session'), 403, 'account_deleted')
  })

  it('a page gets its cookies', async () => {
    const tokens = await signIn()
    await register(tokens)
    const { accessToken } = await duringOutage(tokens)
    const json = { transport: 'cookie', accessToken, refreshToken: tokens.refreshToken }
    const response = await down.call('POST', '/v1/session', { json, headers: { Origin: 'https://parley.test' } })
    expect((await read<SignIn>(response)).profileStale).toBe(true)
    expect(response.headers.getSetCookie()).toHaveLength(2)
  })
})

const exception = (name: string, status: number) => async () => Response.json({ __type: name }, { status })

describe('What Cognito says to a sign-in of a registered user', () => {
  const database = { connectionString: inject('bindings').DATABASE_URL, timeoutMs: 10_000 }

  /** Signs a registered user in by way of a Cognito that answers so. */
  async function signInWith(answer: () => Promise<Response>) {
    const tokens = await signIn()
    await register(tokens)
    const cognito = createCognito({ issuer: 'https://cognito.test/pool', timeoutMs: 100, fetch: answer })
    const sessions = createSessionService({ cognito, database, log: () => undefined })
    const rest = {
      clientId: 'c',
      scopes: [],
      groups: [],
      signedInAt: null,
      expiresAt: Math.floor(Date.now() / 1000) + 60,
    }
    const identity = { ...rest, userId: tokens.sub, signInId: crypto.randomUUID() }
    return sessions.signIn({ identity, trace: createTrace('stale') }, tokens.accessToken)
  }

  it.each<[string, () => Promise<Response>]>([
    ['throttling', exception('TooManyRequestsException', 400)],
    ['a 500', exception('InternalErrorException', 500)],
    ['a lost connection', () => Promise.reject(new TypeError('connection refused'))],
    ['nothing in time', () => new Promise(() => undefined)],
    ['a page of a proxy', async () => new Response('<html>', { status: 502 })],
  ])('is no verdict: %s', async (_, answer) => {
    const [signedIn, error] = await signInWith(answer)
    expect(error).toBeNull()
    expect(signedIn).toMatchObject({ profileStale: true, isNew: false })
  })

  it.each(['NotAuthorizedException', 'UserNotFoundException', 'PasswordResetRequiredException'])(
    'is a verdict: %s',
    async (name) => {
      expect((await signInWith(exception(name, 400)))[1]?.code).toBe('unauthenticated')
    },
  )
})
