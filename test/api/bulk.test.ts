import { beforeEach, describe, expect, inject, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  type Conversation,
  expectProblem,
  expectRefused,
  openConversation,
  type Page,
  read,
  say,
  search,
} from './helpers.ts'

const LIST = '/v1/conversations'
const api = createApi()
let ada: TestUser
/** A text that nobody else says. */
let text: string
let ids: string[]

beforeEach(async () => {
  ada = await api.newUser()
  text = `Fact ${crypto.randomUUID()}`
  ids = []
  for (let i = 0; i < 3; i++) {
    const { id } = await openConversation(ada)
    await say(ada, id, `${text} number ${i}`)
    ids.push(id)
  }
})

interface Report {
  data: { id: string; status: string }[]
}
const bulk = async (action: string, ids: readonly string[], user = ada) =>
  (await read<Report>(user.post(`${LIST}/bulk`, { action, ids }))).data.map(({ id, status }) => [id, status])
const get = (id: string | undefined) => read<Conversation>(ada.get(`${LIST}/${id}`))
const found = async () =>
  (await search(ada, { query: text, threshold: 0.6 })).data.map(({ conversationId }) => conversationId).sort()
const done = (...ids: (string | undefined)[]) => ids.map((id) => [id, 'done'])

describe('Many conversations', () => {
  it('are archived and brought back in one request to the database', async () => {
    const before = await api.posts()
    expect(await bulk('archive', ids)).toEqual(done(...ids))
    expect((await api.posts()) - before).toBe(1)
    for (const id of ids) expect(await get(id)).toMatchObject({ archived: true, messageCount: 1 })
    expect(await bulk('archive', ids)).toEqual(done(...ids))
    expect(await bulk('unarchive', [ids[1] ?? ''])).toEqual(done(ids[1]))
    expect([await get(ids[0]), await get(ids[1])]).toMatchObject([{ archived: true }, { archived: false }])
  })

  it('are deleted and restored, with their vectors', async () => {
    const [first = '', second = '', third = ''] = ids
    expect(await bulk('delete', [second, first])).toEqual(done(second, first))
    expect((await read<Page<Conversation>>(ada.get(LIST))).data.map(({ id }) => id)).toEqual([third])
    expect(await found()).toEqual([third])
    expect(await bulk('delete', ids)).toEqual([[first, 'not_found'], [second, 'not_found'], ...done(third)])
    expect(await bulk('archive', [first])).toEqual([[first, 'not_found']])
    expect(await bulk('restore', [first, third])).toEqual(done(first, third))
    expect(await found()).toEqual([first, third].sort())
    // As alone: one that is there already stays as it is.
    expect(await bulk('restore', ids)).toEqual(done(first, second, third))
    expect(await found()).toEqual([...ids].sort())
  })

  it('of others, or of nobody, are not found and keep nobody else waiting', async () => {
    const eve = await api.newUser()
    const nobody = crypto.randomUUID()
    const [first = ''] = ids
    for (const action of ['archive', 'unarchive', 'delete', 'restore']) {
      expect(await bulk(action, [first, nobody], eve)).toEqual([
        [first, 'not_found'],
        [nobody, 'not_found'],
      ])
    }
    expect(await get(first)).toMatchObject({ archived: false })
    expect(await bulk('delete', [nobody, first, first])).toEqual([[nobody, 'not_found'], ...done(first, first)])
    await expectProblem(await ada.get(`${LIST}/${first}`), 404, 'not_found')
  })

  it('are at most a hundred, at least one, and their action is known', async () => {
    const many = Array.from({ length: 100 }, () => crypto.randomUUID())
    expect(await bulk('delete', many)).toEqual(many.map((id) => [id, 'not_found']))
    const path = `${LIST}/bulk`
    await expectRefused(await ada.post(path, { action: 'delete', ids: [...many, crypto.randomUUID()] }), 'ids')
    await expectRefused(await ada.post(path, { action: 'delete', ids: [] }), 'ids')
    await expectRefused(await ada.post(path, { action: 'purge', ids: many }), 'action')
    await expectRefused(await ada.post(path, { action: 'delete', ids: [ids[0], 'x y'] }), 'ids.1')
  })

  it('leave a trail for each', async () => {
    await bulk('delete', ids)
    await bulk('restore', ids)
    const { data } = await read<Page<{ action: string; resource: string; resourceId: string }>>(
      ada.get('/v1/audit-events?limit=100'),
    )
    for (const action of ['delete', 'restore']) {
      const of = data.filter((event) => event.resource === 'conversation' && event.action === action)
      expect(of.map(({ resourceId }) => resourceId).sort()).toEqual([...ids].sort())
    }
  })
})

describe.skipIf(inject('embedded'))('At the same moment', () => {
  it('calls that name the same ones in any order all succeed', { timeout: 60_000 }, async () => {
    const orders = [ids, ids.toReversed(), [ids[1] ?? '', ids[0] ?? '', ids[2] ?? '']]
    const actions = ['archive', 'delete', 'restore', 'unarchive']
    const calls = Array.from({ length: 24 }, (_, i) => ({ action: actions[i % 4], ids: orders[i % 3] }))
    const answers = await Promise.all(calls.map((call) => ada.post(`${LIST}/bulk`, call)))
    expect(answers.map(({ status }) => status)).toEqual(calls.map(() => 200))
    await bulk('restore', ids)
    expect(await found()).toEqual([...ids].sort())
  })
})
