import { neon } from '@neondatabase/serverless'
import { describe, expect, inject, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  type Conversation,
  expectProblem,
  openConversation,
  type Page,
  read,
  say,
  search,
  type SignIn,
} from './helpers.ts'

const api = createApi()
/** Without a grace time, in the database that sweeps may go through. */
const atOnce = createApi({ ...inject('apart'), ACCOUNT_GRACE_DAYS: '0' })

interface Deletion {
  deletedAt: string
  purgeAfter: string
}
const days = ({ deletedAt, purgeAfter }: Deletion) => (Date.parse(purgeAfter) - Date.parse(deletedAt)) / 86_400_000

/** An account with something in it. */
async function settle(user: TestUser): Promise<Conversation> {
  const conversation = await openConversation(user, { title: 'Orchard' })
  await say(user, conversation.id, 'When do I prune an apple tree?')
  return conversation
}

describe('DELETE /v1/me', () => {
  it('deletes for a stated time, and refuses the user from the very next request on', async () => {
    const user = await api.newUser()
    const device = await user.elsewhere()
    await device.post('/v1/session')
    await settle(user)
    const deletion = await read<Deletion>(user.delete('/v1/me'))
    expect(Object.keys(deletion)).toEqual(['deletedAt', 'purgeAfter'])
    expect(days(deletion)).toBe(30)
    for (const each of [user, device]) {
      await expectProblem(await each.get('/v1/me'), 403, 'account_deleted')
      await expectProblem(await each.get('/v1/conversations'), 403, 'account_deleted')
      await expectProblem(await each.post('/v1/conversations', {}), 403, 'account_deleted')
      await expectProblem(await each.post('/v1/search', { query: 'apple' }), 403, 'account_deleted')
    }
    await expectProblem(await user.delete('/v1/me'), 403, 'account_deleted')
  })

  it('keeps the time that is configured', async () => {
    const patient = createApi({ ACCOUNT_GRACE_DAYS: '7' })
    expect(days(await read<Deletion>((await patient.newUser()).delete('/v1/me')))).toBe(7)
  })

  it('ends all sign-ins: none of their tokens brings the account back', async () => {
    const user = await api.newUser()
    const device = await user.elsewhere()
    await device.post('/v1/session')
    await user.delete('/v1/me')
    await expectProblem(await user.post('/v1/session'), 401, 'session_revoked')
    await expectProblem(await device.post('/v1/session'), 401, 'session_revoked')
    await expectProblem(await user.get('/v1/me'), 403, 'account_deleted')
  })

  it('also ends a sign-in that never called POST /v1/session', async () => {
    const user = await api.newUser()
    const device = await user.elsewhere()
    await device.delete('/v1/me')
    await expectProblem(await device.post('/v1/session'), 401, 'session_revoked')
  })

  it('is undone by signing in anew: everything is there again', async () => {
    const user = await api.newUser()
    const conversation = await settle(user)
    const before = await read<Conversation>(user.get(`/v1/conversations/${conversation.id}`))
    await user.delete('/v1/me')
    const back = await user.elsewhere()
    const signedIn = await read<SignIn>(back.post('/v1/session'), 200)
    expect(signedIn.user.id).toBe(user.sub)
    expect(await read(back.get(`/v1/conversations/${conversation.id}`))).toEqual(before)
    expect((await search(back, { query: 'pruning apple trees' })).data).toHaveLength(1)
    await expectProblem(await user.get('/v1/me'), 401, 'session_revoked')
    const events = await read<Page<{ action: string; resource: string }>>(back.get('/v1/audit-events'))
    const done = events.data.map(({ action, resource }) => `${action} ${resource}`)
    expect(done).toEqual(expect.arrayContaining(['delete user', 'restore user']))
  })

  it('leaves alone what has changed since it was read, with If-Match', async () => {
    const user = await api.newUser()
    const stale = (await user.get('/v1/me')).headers.get('ETag') ?? ''
    await user.patch('/v1/me', { name: 'Other' })
    await expectProblem(await user.delete('/v1/me', { 'If-Match': stale }), 412, 'precondition_failed')
    const fresh = await user.get('/v1/me')
    expect(fresh.status).toBe(200)
    await read(user.delete('/v1/me', { 'If-Match': fresh.headers.get('ETag') ?? '' }))
  })

  it('lets one of two deletions at once win, and the other see it', async () => {
    const user = await api.newUser()
    const answers = await Promise.all([user.delete('/v1/me'), user.delete('/v1/me')])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403])
  })
})

/** Sweeps until the account is gone: another test's sweep may have it in hand. */
const purged = (user: TestUser) =>
  expect
    .poll(async () => {
      await atOnce.sweep()
      return (await (await user.get('/v1/me')).json<{ code: string }>()).code
    })
    .toBe('not_registered')

describe('After the grace time', () => {
  it('nobody brings the account back: until it is purged, sign-in says so', async () => {
    const user = await atOnce.newUser()
    await user.delete('/v1/me')
    const back = await user.elsewhere()
    const { detail } = await expectProblem(await back.post('/v1/session'), 403, 'account_deleted')
    expect(detail).toContain('purged')
  })

  it('the sweep purges everything and leaves a receipt of counts', async () => {
    const user = await atOnce.newUser()
    await settle(user)
    await user.delete('/v1/me')
    await purged(user)
    const receipts = await neon(inject('apart').DATABASE_URL_SYSTEM).query(
      'select counts, finished_at is not null as finished from purge_receipts where user_id = $1',
      [user.sub],
    )
    expect(receipts).toEqual([
      {
        finished: true,
        counts: {
          users: 1,
          sessions: 1,
          conversations: 1,
          messages: 1,
          chat_vectors: 1,
          documents: 0,
          document_chunks: 0,
          embedding_jobs: 0,
          idempotency_keys: 0,
          audit_events: expect.any(Number),
        },
      },
    ])
  })

  it('signing in makes a new, empty account', async () => {
    const user = await atOnce.newUser()
    await settle(user)
    await user.delete('/v1/me')
    await purged(user)
    const back = await user.elsewhere()
    await read<SignIn>(back.post('/v1/session'), 201)
    expect((await read<Page<unknown>>(back.get('/v1/conversations'))).data).toEqual([])
    const { data } = await read<Page<{ action: string }>>(back.get('/v1/audit-events'))
    expect(data.map(({ action }) => action)).toEqual(['create', 'create'])
  })
})
