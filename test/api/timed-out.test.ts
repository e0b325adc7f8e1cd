import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bot, type Chat, newChat, user } from './chat-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { type Message, queryAsSuperuser, read } from './helpers.ts'

const api = createApi({ IN_PROGRESS_TIMEOUT_MINUTES: '5' })
let ada: TestUser
let chat: Chat
let path: string

beforeAll(async () => {
  ada = await api.newUser()
})
beforeEach(async () => {
  chat = newChat(ada)
  path = `${chat.path}/b1`
  await chat.save([user('u1', 'Tell me'), bot('b1', 'Once upon', { status: 'in_progress' })], 201)
})

/** As if nothing had written to the answer for so long. */
const wait = (minutes: number) =>
  queryAsSuperuser(
    `update messages set updated_at = now() - make_interval(mins => $3) where user_id = $1 and conversation_id = $2 and id = 'b1'`,
    [ada.sub, chat.id, minutes],
  )
const statuses = async (query = '') => (await chat.list(query)).map(({ status }) => status)
const tagOf = async () => (await ada.get(path)).headers.get('ETag') ?? ''

describe('A message that nothing writes to', () => {
  it('is in progress for the time that is set', async () => {
    await wait(4)
    expect(await statuses()).toEqual(['complete', 'in_progress'])
    await api.sweep()
    expect((await read<Message>(ada.get(path))).status).toBe('in_progress')
  })

  it('reads as failed after that, everywhere, with what it has, and its tag tells', async () => {
    const old = await tagOf()
    await wait(6)
    expect(await statuses()).toEqual(['complete', 'failed'])
    expect(await statuses('&view=tree')).toEqual(['complete', 'failed'])
    const answer = await ada.get(path, { 'If-None-Match': old })
    const now = answer.headers.get('ETag') ?? ''
    expect(await read<Message>(answer)).toMatchObject({ status: 'failed', content: 'Once upon' })
    expect(now).not.toBe(old)
    expect((await ada.get(path, { 'If-None-Match': now })).status).toBe(304)
    const lines = (await (await ada.get('/v1/me/export')).text()).trim().split('\n')
    const exported = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(exported.find((line) => line['conversationId'] === chat.id && line['id'] === 'b1')).toMatchObject({
      status: 'failed',
    })
  })

  it('is settled by background work, once', async () => {
    await wait(6)
    const before = await tagOf()
    await api.sweep()
    await api.sweep()
    const settled = await tagOf()
    const [row] = await queryAsSuperuser(
      `select status, version, content from messages where user_id = $1 and conversation_id = $2 and id = 'b1'`,
      [ada.sub, chat.id],
    )
    expect(row).toEqual({ status: 'failed', version: 2, content: 'Once upon' })
    expect(settled).not.toBe(before)
    expect(await statuses()).toEqual(['complete', 'failed'])
    const { data } = await read<{ data: object[] }>(ada.get('/v1/audit-events?limit=1'))
    expect(data).toMatchObject([{ actor: 'system', action: 'update', resourceId: 'b1', changed: ['status'] }])
    expect(await queryAsSuperuser(`select 1 from embedding_jobs where user_id = $1`, [ada.sub])).toEqual([])
  })

  it.each([
    ['before', false],
    ['after', true],
  ])('is in progress again when its writer comes back, %s it was settled', async (_, isSettled) => {
    await wait(6)
    const tag = await tagOf()
    if (isSettled) await api.sweep()
    const headers = { 'If-Match': isSettled ? await tagOf() : tag }
    const later = { content: 'Once upon a time', status: 'in_progress' }
    expect(await read(ada.patch(path, later, headers))).toMatchObject(later)
    expect(await statuses()).toEqual(['complete', 'in_progress'])
    expect(await read(ada.patch(path, { status: 'complete' }))).toMatchObject({ status: 'complete' })
    await api.sweep()
    expect(await statuses()).toEqual(['complete', 'complete'])
  })

  it.each([
    ['before', false],
    ['after', true],
  ])('is finished for a chat that is saved: what goes on is a branch, %s it was settled', async (_, isSettled) => {
    await wait(6)
    if (isSettled) await api.sweep()
    await chat.expectUnchanged([user('u1', 'Tell me'), bot('b1', 'Once upon')])
    const longer = [user('u1', 'Tell me'), bot('b1', 'Once upon a time')]
    expect(await chat.results(longer)).toEqual(['unchanged', 'created'])
    expect(await statuses()).toEqual(['complete', 'complete'])
    expect(await statuses('&leafId=b1')).toEqual(['complete', 'failed'])
  })
})
