import { beforeAll, describe, expect, it } from 'vitest'
import type * as z from 'zod'
import type { auditEventSchema } from '../../src/features/audit/schemas.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, openConversation, type Page, read, say, type SignIn, walk } from './helpers.ts'

type AuditEvent = z.output<typeof auditEventSchema>

const api = createApi()
let ada: TestUser
beforeAll(async () => {
  ada = await api.newUser()
})

const eventsOf = async (user: TestUser) => (await read<Page<AuditEvent>>(user.get('/v1/audit-events?limit=100'))).data
/** What was done, the oldest first, without the vectors that background work makes when it gets to them. */
const doneBy = async (user: TestUser) =>
  (await eventsOf(user))
    .filter(({ resource }) => resource !== 'vector')
    .map(({ resource, action }) => `${action} ${resource}`)
    .toReversed()

describe('The audit trail', () => {
  it('tells who did what to which row, by which session and request, from where', async () => {
    const user = await api.newUser({ register: false })
    const { session } = await read<SignIn>(user.post('/v1/session'), 201)
    const headers = { 'X-Request-Id': 'req-7', 'CF-Connecting-IP': '2001:db8::7' }
    const { id } = await read<{ id: string }>(user.post('/v1/conversations', { title: 'Plans' }, headers), 201)
    const [event] = await eventsOf(user)
    expect(event).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      actor: 'user',
      action: 'create',
      resource: 'conversation',
      resourceId: id,
      conversationId: null,
      changed: null,
      requestId: 'req-7',
      sessionId: session.id,
      address: '2001:db8::7',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(Math.abs(Date.now() - Date.parse(event?.createdAt ?? ''))).toBeLessThan(60_000)
  })

  it('has an event for each thing that is done, and none for what only counts along', async () => {
    const user = await api.newUser({ register: false })
    const device = await user.elsewhere()
    await user.post('/v1/session')
    const { session } = await read<SignIn>(device.post('/v1/session'))
    await user.patch('/v1/me', { name: 'Ada' })
    await user.patch('/v1/me', { name: 'Ada' })
    const { id } = await openConversation(user, { title: 'One' })
    const [first, second] = await say(user, id, 'a', 'b')
    await user.patch(`/v1/conversations/${id}/messages/${first?.id}`, { content: 'c' })
    await user.delete(`/v1/conversations/${id}/messages/${second?.id}`)
    await user.patch(`/v1/conversations/${id}`, { systemPrompt: 'Be brief', pinned: true })
    await user.delete(`/v1/conversations/${id}`)
    await user.delete(`/v1/sessions/${session.id}`)
    await user.get('/v1/conversations')
    expect(await doneBy(user)).toEqual([
      'create user',
      'create session',
      'create session',
      'update user',
      'create conversation',
      'create message',
      'create message',
      'update message',
      'delete message',
      'update conversation',
      'delete conversation',
      'revoke session',
    ])
    const changed = (await eventsOf(user)).filter(({ action }) => action === 'update').map((event) => event.changed)
    expect(changed).toEqual([['systemPrompt', 'pinned'], ['content'], ['name']])
  })

  it('keeps a refused write out', async () => {
    const user = await api.newUser()
    const { id } = await openConversation(user)
    const before = await doneBy(user)
    await expectProblem(await user.post('/v1/conversations', { id }), 409, 'conflict')
    await expectProblem(
      await user.patch(`/v1/conversations/${id}`, { title: 'x' }, { 'If-Match': '"9"' }),
      412,
      'precondition_failed',
    )
    await expectProblem(await user.delete(`/v1/conversations/${crypto.randomUUID()}`), 404, 'not_found')
    expect(await doneBy(user)).toEqual(before)
  })

  it('names the system where background work makes a vector, with the request that led to it', async () => {
    const user = await api.newUser()
    const { id } = await openConversation(user)
    const path = `/v1/conversations/${id}/messages`
    await user.post(path, { role: 'user', content: 'Embed this' }, { 'X-Request-Id': 'cause-1' })
    const vectors = (await eventsOf(user)).filter(({ resource }) => resource === 'vector')
    expect(vectors).toMatchObject([{ actor: 'system', action: 'create', requestId: 'cause-1', sessionId: null }])
  })

  it('holds no content', async () => {
    const user = await api.newUser()
    const secret = 'marzipan-and-thunder'
    const { id } = await openConversation(user, { title: secret, tags: [secret], metadata: { [secret]: secret } })
    const [message] = await say(user, id, secret)
    await user.patch(`/v1/conversations/${id}/messages/${message?.id}`, { content: `${secret}!` })
    await user.patch('/v1/me', { name: secret })
    const text = await (await user.get('/v1/audit-events?limit=100')).text()
    expect(text).not.toContain(secret)
    expect(text).not.toContain(user.email)
  })

  it('is read by its owner page by page, without a gap or a repetition', async () => {
    const user = await api.newUser()
    const { id } = await openConversation(user)
    await say(user, id, ...Array.from({ length: 23 }, (_, n) => `Message ${n}`))
    const all = await eventsOf(user)
    const walked = await walk<AuditEvent>(user, '/v1/audit-events', 7)
    expect(walked.map((event) => event.id)).toEqual(all.map((event) => event.id))
    expect(all.map((event) => event.id)).toEqual(
      all
        .map((event) => event.id)
        .toSorted()
        .toReversed(),
    )
    expect(new Set(all.map((event) => event.id)).size).toBe(all.length)
  })

  it('takes no cursor of another list or user', async () => {
    const eve = await api.newUser()
    await openConversation(ada)
    await openConversation(ada)
    const ofList = await read<Page<unknown>>(ada.get('/v1/conversations?limit=1'))
    const ofAda = await read<Page<unknown>>(ada.get('/v1/audit-events?limit=1'))
    await expectProblem(await ada.get(`/v1/audit-events?cursor=${ofList.nextCursor}`), 400, 'invalid_cursor')
    await expectProblem(await eve.get(`/v1/audit-events?cursor=${ofAda.nextCursor}`), 400, 'invalid_cursor')
  })

  it('takes down no address that is none', async () => {
    const user = await api.newUser()
    for (const address of ['x', '1.2.3.4, 5.6.7.8', 'a'.repeat(46), "1';--"]) {
      await user.post('/v1/conversations', {}, { 'CF-Connecting-IP': address })
      expect((await eventsOf(user))[0]).toMatchObject({ resource: 'conversation', address: null })
    }
  })
})
