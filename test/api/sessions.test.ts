import { beforeEach, describe, expect, inject, it } from 'vitest'
import { refreshLocally } from '../../dev/cognito/sign-in.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, type Page, queryAs, read, type SignIn, walk } from './helpers.ts'

type Session = SignIn['session'] & { current: boolean }

const api = createApi()
let phone: TestUser
let laptop: TestUser

beforeEach(async () => {
  phone = await api.newUser()
  laptop = await phone.elsewhere()
  await laptop.post('/v1/session')
})

const sessionsOf = async (user: TestUser) => (await read<Page<Session>>(user.get('/v1/sessions'))).data

const expectSignedOut = async (user: TestUser) => {
  const response = await user.get('/v1/me')
  expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"')
  await expectProblem(response, 401, 'session_revoked')
}

const age = (interval: string) =>
  queryAs(phone.sub, `update sessions set last_seen_at = now() - interval '${interval}'`)
const secondsAgo = async () =>
  (await sessionsOf(phone)).map(({ lastSeenAt }) => (Date.now() - Date.parse(lastSeenAt)) / 1000)

// Each Worker notes it once in five minutes, a new one with its first request.
const visitNewWorker = () => createApi().as(phone).get('/v1/me')

describe('The list of sessions', () => {
  it('has one for each sign-in, the newest first, and says which one asks', async () => {
    const seen = await sessionsOf(phone)
    expect(seen.map(({ current }) => current)).toEqual([false, true])
    expect((await sessionsOf(laptop)).map(({ current }) => current)).toEqual([true, false])
    expect(Object.keys(seen[0] ?? {}).sort()).toEqual([
      'createdAt',
      'current',
      'expiresAt',
      'id',
      'lastSeenAt',
      'userAgent',
    ])
  })

  it('comes in pages', async () => {
    for (let i = 0; i < 3; i++) await (await phone.elsewhere()).post('/v1/session')
    const all = await sessionsOf(phone)
    expect(all).toHaveLength(5)
    expect(await walk(phone, '/v1/sessions', 2)).toEqual(all)
  })

  it("shows nobody else's", async () => {
    const eve = await api.newUser()
    expect(await sessionsOf(eve)).toHaveLength(1)
  })
})

describe('A revoked session', () => {
  it('is refused at its very next request, and the others are not', async () => {
    const [ofLaptop] = await sessionsOf(phone)
    expect((await phone.delete(`/v1/sessions/${ofLaptop?.id}`)).status).toBe(204)
    await expectSignedOut(laptop)
    expect(await sessionsOf(phone)).toHaveLength(1)
    await expectProblem(await phone.delete(`/v1/sessions/${ofLaptop?.id}`), 404, 'not_found')
  })

  it('writes nothing any more', async () => {
    await laptop.delete('/v1/session')
    await expectProblem(await laptop.post('/v1/conversations', { title: 'Too late' }), 401, 'session_revoked')
    expect((await read<Page<unknown>>(phone.get('/v1/conversations'))).data).toEqual([])
  })

  it('does not come back by signing in with the same tokens, or refreshed ones', async () => {
    await laptop.delete('/v1/session')
    const before = await read<{ lastLogin: string }>(phone.get('/v1/me'))
    await expectProblem(await laptop.post('/v1/session'), 401, 'session_revoked')
    const refreshed = api.as({ ...laptop, ...(await refreshLocally(inject('cognito'), laptop.refreshToken)) })
    await expectProblem(await refreshed.post('/v1/session'), 401, 'session_revoked')
    await expectSignedOut(refreshed)
    expect(await read(phone.get('/v1/me'))).toEqual(before)
  })

  it('is also one that never called POST /v1/session', async () => {
    const tablet = await phone.elsewhere()
    expect((await tablet.delete('/v1/session')).status).toBe(204)
    await expectSignedOut(tablet)
  })
})

it('revokes all others at once', async () => {
  const tablet = await phone.elsewhere()
  await tablet.post('/v1/session')
  expect((await phone.delete('/v1/sessions')).status).toBe(204)
  await expectSignedOut(laptop)
  await expectSignedOut(tablet)
  expect((await sessionsOf(phone)).map(({ current }) => current)).toEqual([true])
})

describe('The time a session was last seen', () => {
  it('is noted for the one that asks', async () => {
    await age('1 hour')
    await visitNewWorker()
    const [ofLaptop, ofPhone] = await secondsAgo()
    expect(ofLaptop).toBeGreaterThan(3000)
    expect(ofPhone).toBeLessThan(60)
  })

  it('is not noted again within minutes, whichever Worker asks', async () => {
    await age('2 minutes')
    await visitNewWorker()
    await visitNewWorker()
    for (const seconds of await secondsAgo()) expect(seconds).toBeGreaterThan(100)
  })
})
