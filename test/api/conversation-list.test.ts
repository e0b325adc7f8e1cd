import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  type Conversation,
  expectProblem,
  expectRefused,
  openConversation,
  type Page,
  queryAs,
  read,
  say,
  walk,
} from './helpers.ts'

const LIST = '/v1/conversations'
const api = createApi()
let ada: TestUser

beforeEach(async () => {
  ada = await api.newUser()
})

const list = async (user: TestUser, query = '') => read<Page<Conversation>>(user.get(`${LIST}${query}`))

describe('The list of conversations', () => {
  it('has the newest activity first', async () => {
    const [a, b, c] = [await openConversation(ada), await openConversation(ada), await openConversation(ada)]
    await say(ada, a.id, 'Up again')
    await ada.patch(`${LIST}/${b.id}`, { title: 'Stays where it is' })
    expect((await list(ada)).data.map(({ id }) => id)).toEqual([a.id, c.id, b.id])
  })

  it.each([1, 2, 3])('loses and repeats nothing in pages of %i, also where activities tie', async (limit) => {
    const ids = await Promise.all(Array.from({ length: 7 }, async () => (await openConversation(ada)).id))
    await queryAs(
      ada.sub,
      `update conversations set last_activity_at = '2026-01-02T03:04:05.678Z' where id = any($1)`,
      [ids.slice(2)],
    )
    const whole = await list(ada)
    expect(whole.data.map(({ id }) => id).sort()).toEqual(ids.sort())
    expect(await walk(ada, LIST, limit)).toEqual(whole.data)
  })

  it('goes on where it was when rows come and go between the pages', async () => {
    const [, b, c] = [await openConversation(ada), await openConversation(ada), await openConversation(ada)]
    const first = await list(ada, '?limit=1')
    expect(first.data).toMatchObject([{ id: c.id }])
    await openConversation(ada)
    await ada.delete(`${LIST}/${c.id}`)
    expect(await list(ada, `?limit=1&cursor=${first.nextCursor}`)).toMatchObject({ data: [{ id: b.id }] })
  })

  it("refuses a cursor that is altered, another list's or another user's", async () => {
    const eve = await api.newUser()
    const { id } = await openConversation(ada)
    await say(ada, id, 'One', 'Two')
    await Promise.all([openConversation(ada), openConversation(eve), openConversation(eve)])
    const mine = (await list(ada, '?limit=1')).nextCursor ?? ''
    const hers = (await list(eve, '?limit=1')).nextCursor ?? ''
    const { nextCursor: ofMessages } = await read<Page<unknown>>(ada.get(`${LIST}/${id}/messages?limit=1`))
    const flipped = Array.from(
      { length: mine.length },
      (_, i) => mine.slice(0, i) + (mine[i] === 'A' ? 'B' : 'A') + mine.slice(i + 1),
    )
    for (const cursor of [
      hers,
      ofMessages,
      '',
      'x',
      '%00',
      mine.slice(1),
      mine.slice(0, -1),
      `${mine}AAAA`,
      ...flipped,
    ]) {
      await expectProblem(
        await ada.get(`${LIST}?cursor=${cursor}`),
        400,
        cursor === '%00' ? 'invalid_request' : 'invalid_cursor',
      )
    }
    expect((await ada.get(`${LIST}?cursor=${mine}`)).status).toBe(200)
  })

  it('ends with a page that is full, where nothing comes behind it', async () => {
    const user = await api.newUser()
    for (let n = 0; n < 2; n++) await openConversation(user)
    expect((await list(user, '?limit=2')).nextCursor).toBeNull()
    expect((await list(user, '?limit=1')).nextCursor).not.toBeNull()
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    [`cursor=${'x'.repeat(2000)}`, 'cursor'],
    ['offset=10', 'offset'],
  ])('refuses ?%s', async (query, path) => {
    await expectRefused(await ada.get(`${LIST}?${query}`), path)
  })
})
