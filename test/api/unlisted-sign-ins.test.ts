import { describe, expect, inject, it } from 'vitest'
import { refreshLocally } from '../../dev/cognito/sign-in.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, openConversation, type Page, read, type SignIn } from './helpers.ts'
import { reissue } from './tokens.ts'

type Session = SignIn['session'] & { current: boolean }

const api = createApi()
/** Without a grace time, in the database that sweeps may go through. */
const atOnce = createApi({ ...inject('apart'), ACCOUNT_GRACE_DAYS: '0' })

const listed = async (user: TestUser) => (await read<Page<Session>>(user.get('/v1/sessions'))).data
const refreshed = async (user: TestUser) =>
  api.as({ ...user, ...(await refreshLocally(inject('cognito'), user.refreshToken)) })

describe('A sign-in that never called POST /v1/session', () => {
  it.each<[what: string, request: (user: TestUser) => Promise<Response>]>([
    ['reads', (user) => user.get('/v1/conversations', { 'User-Agent': 'Stolen/1.0' })],
    ['writes', (user) => user.post('/v1/conversations', {}, { 'User-Agent': 'Stolen/1.0' })],
  ])('is in the list, and can be ended there, once it %s', async (_, request) => {
    const user = await api.newUser()
    const thief = await user.elsewhere()
    expect(await listed(user)).toHaveLength(1)
    expect((await request(thief)).ok).toBe(true)
    const [stolen] = (await listed(user)).toSorted((a, b) => Number(a.current) - Number(b.current))
    expect(stolen?.userAgent).toBe('Stolen/1.0')
    expect((await user.delete(`/v1/sessions/${stolen?.id}`)).status).toBe(204)
    await expectProblem(await thief.get('/v1/me'), 401, 'session_revoked')
    await expectProblem(await thief.post('/v1/session'), 401, 'session_revoked')
  })

  it('is told of in the audit trail', async () => {
    const user = await api.newUser()
    await (await user.elsewhere()).get('/v1/me')
    const { data } = await read<Page<{ action: string; resource: string }>>(user.get('/v1/audit-events'))
    expect(data.filter(({ action, resource }) => `${action} ${resource}` === 'create session')).toHaveLength(2)
  })

  it('is listed though the database has refused what it asked for first', async () => {
    const user = await api.newUser()
    const { id } = await openConversation(user)
    const thief = await user.elsewhere()
    await expectProblem(await thief.post('/v1/conversations', { id }), 409, 'conflict')
    expect(await listed(user)).toHaveLength(2)
  })

  it('is listed though its first request failed before it came to the database', async () => {
    const user = await api.newUser()
    const other = await user.elsewhere()
    await expectProblem(await other.get('/v1/conversations?limit=0'), 400, 'invalid_request')
    await other.get('/v1/me')
    expect(await listed(user)).toHaveLength(2)
  })

  it('is one of all others when these are ended, though it has not asked for anything yet', async () => {
    const user = await api.newUser()
    const thief = await user.elsewhere()
    expect((await user.delete('/v1/sessions')).status).toBe(204)
    for (const each of [thief, await refreshed(thief)]) {
      await expectProblem(await each.get('/v1/me'), 401, 'session_revoked')
      await expectProblem(await each.post('/v1/conversations', {}), 401, 'session_revoked')
      await expectProblem(await each.post('/v1/session'), 401, 'session_revoked')
    }
    expect(await listed(user)).toHaveLength(1)
    expect((await user.get('/v1/me')).status).toBe(200)
    expect((await (await user.elsewhere()).get('/v1/me')).status).toBe(200)
  })

  it('does not bring a deleted account back', async () => {
    const user = await api.newUser()
    const thief = await user.elsewhere()
    await user.delete('/v1/me')
    for (const each of [thief, await refreshed(thief)]) {
      await expectProblem(await each.post('/v1/session'), 401, 'session_revoked')
      await expectProblem(await each.get('/v1/me'), 403, 'account_deleted')
    }
    const back = await user.elsewhere()
    await read(back.post('/v1/session'), 200)
    await expectProblem(await thief.get('/v1/me'), 401, 'session_revoked')
  })

  it('does not make a purged account anew, nor get into the one that its owner makes', async () => {
    const user = await atOnce.newUser()
    const thief = await user.elsewhere()
    await user.delete('/v1/me')
    await expect
      .poll(async () => {
        await atOnce.sweep()
        return (await (await user.get('/v1/me')).json<{ code: string }>()).code
      })
      .toBe('not_registered')
    await expectProblem(await thief.post('/v1/session'), 401, 'session_revoked')
    await expectProblem(await user.post('/v1/session'), 401, 'session_revoked')
    const back = await user.elsewhere()
    await read(back.post('/v1/session'), 201)
    await expectProblem(await thief.get('/v1/me'), 401, 'session_revoked')
    await expectProblem(await thief.post('/v1/session'), 401, 'session_revoked')
  })

  it('counts as old where its token does not say when it was', async () => {
    const user = await api.newUser()
    const other = await user.elsewhere()
    const timeless = (origin: string) =>
      reissue(other.accessToken, { auth_time: undefined, origin_jti: origin }).then((accessToken) =>
        api.as({ ...other, accessToken }),
      )
    expect((await (await timeless('before')).get('/v1/me')).status).toBe(200)
    await user.delete('/v1/sessions')
    await expectProblem(await (await timeless('after')).get('/v1/me'), 401, 'session_revoked')
  })
})
