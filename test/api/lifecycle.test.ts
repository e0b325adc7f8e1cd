import { beforeEach, describe, expect, inject, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  type Conversation,
  expectProblem,
  type Message,
  openConversation,
  type Page,
  read,
  say,
  search,
  statusesOf,
} from './helpers.ts'

const LIST = '/v1/conversations'
const api = createApi()
/** What is deleted here is due at once. Apart, as its sweep takes what is due of everybody. */
const apart = createApi({ ...inject('apart') })
const hasty = createApi({ ...inject('apart'), CONVERSATION_RETENTION_DAYS: '0' })
let ada: TestUser
let id: string
/** A text that nobody else says. */
let text: string

beforeEach(async () => {
  ada = await api.newUser()
  text = `Fact ${crypto.randomUUID()}`
  id = (await openConversation(ada, { title: 'Garden' })).id
  await say(ada, id, text, 'Two')
})

const path = (action = '') => `${LIST}/${id}${action}`
const get = () => read<Conversation>(ada.get(path()))
const messagesOf = async (user = ada) => (await read<Page<Message>>(user.get(path('/messages')))).data
const find = async (user = ada) => (await search(user, { query: text, threshold: 0.9 })).data.map((hit) => hit.id)
const preview = (user = ada) => read<{ confirmation: string; messageCount: number }>(user.post(path('/purge'), {}))
const isGone = async (user = ada) => {
  for (const answer of [
    await user.get(path()),
    await user.post(path('/restore')),
    await user.post(path('/purge'), {}),
    await user.post(path('/fork'), {}),
  ]) {
    await expectProblem(answer, 404, 'not_found')
  }
}
interface Event {
  actor: string
  action: string
  resource: string
  resourceId: string
}
const eventsOf = async (user: TestUser) =>
  (await read<Page<Event>>(user.get('/v1/audit-events?limit=100'))).data.map(
    ({ actor, action, resource }) => `${actor} ${action} ${resource}`,
  )

describe('A deleted conversation', () => {
  it('comes back as it was, and is found again', async () => {
    const before = await get()
    const messages = await messagesOf()
    await ada.delete(`${path('/messages')}/${messages[1]?.id}`)
    await ada.delete(path())
    expect(await find()).toEqual([])
    const answer = await ada.post(path('/restore'))
    const restored = await read<Conversation>(answer)
    const count = { messageCount: 1, lastMessage: { id: messages[0]?.id } }
    expect(restored).toMatchObject({ ...before, updatedAt: expect.any(String), ...count })
    expect(await get()).toEqual(restored)
    expect(answer.headers.get('ETag')).toBe((await ada.get(path())).headers.get('ETag'))
    expect(await messagesOf()).toEqual([messages[0]])
    expect(await find()).toEqual([messages[0]?.id])
    expect(await search(ada, { query: text })).toMatchObject({ pendingEmbeddings: 0 })
  })

  it('that is not deleted stays as it is', async () => {
    const before = await ada.get(path())
    const answer = await ada.post(path('/restore'))
    expect(answer.headers.get('ETag')).toBe(before.headers.get('ETag'))
    expect(await read(answer)).toEqual(await read(before))
  })

  it('leaves a trail', async () => {
    await ada.delete(path())
    await ada.post(path('/restore'))
    const events = await eventsOf(ada)
    expect(events.filter((event) => /conversation/.test(event))).toEqual([
      'user restore conversation',
      'user delete conversation',
      'user create conversation',
    ])
  })
})

describe('Once its time is over', () => {
  let bob: TestUser
  beforeEach(async () => {
    bob = await apart.newUser()
    await openConversation(bob, { id })
    await say(bob, id, text, 'Two')
  })

  it('a deleted conversation is gone, and the sweep removes it', async () => {
    const neighbour = await openConversation(bob)
    await say(bob, neighbour.id, 'Stays')
    await hasty.as(bob).delete(path())
    await isGone(bob)
    await expectProblem(await bob.post(LIST, { id }), 409, 'conflict')
    await apart.sweep()
    await isGone(bob)
    const events = await eventsOf(bob)
    expect(events.filter((event) => event === 'system purge conversation')).toHaveLength(1)
    expect(events.filter((event) => event === 'system purge message')).toHaveLength(2)
    expect(await openConversation(bob, { id })).toMatchObject({ id, messageCount: 0 })
    expect(await read(bob.get(`${LIST}/${neighbour.id}`))).toMatchObject({ messageCount: 1 })
  })

  it('the sweep leaves alone what can still be restored', async () => {
    await bob.delete(path())
    await apart.sweep()
    expect(await read(bob.post(path('/restore')))).toMatchObject({ id, messageCount: 2 })
    expect(await messagesOf(bob)).toHaveLength(2)
    expect(await find(bob)).toHaveLength(1)
  })

  it('a deleted message has lost its text; what hangs on it stands', async () => {
    const secret = `Secret ${crypto.randomUUID()}`
    const [told, reply] = await say(bob, id, secret, 'Four')
    const message = `${path('/messages')}/${told?.id}`
    await hasty.as(bob).delete(message)
    await expectProblem(await bob.post(`${message}/restore`), 404, 'not_found')
    expect(await (await bob.get('/v1/me/export')).text()).toContain(secret)
    await apart.sweep()
    expect(await (await bob.get('/v1/me/export')).text()).not.toContain(secret)
    await expectProblem(await bob.post(`${message}/restore`), 404, 'not_found')
    expect((await messagesOf(bob)).map(({ content }) => content)).toEqual([text, 'Two', 'Four'])
    expect(await say(bob, id, 'Five')).toMatchObject([{ parentId: reply?.id, seq: 5 }])
  })

  it('a message that was deleted lately can be restored', async () => {
    const [first] = await messagesOf(bob)
    const message = `${path('/messages')}/${first?.id}`
    await bob.delete(message)
    await apart.sweep()
    expect(await read(bob.post(`${message}/restore`))).toMatchObject({ content: text })
    await apart.sweep()
    expect(await find(bob)).toEqual([first?.id])
  })
})

describe('The title of a conversation that has none of its own', () => {
  const long = `${'word '.repeat(30)}end`

  it.each([
    ['blanks before it', `${' '.repeat(700)}Late`, 'Late'],
    ['no-break spaces around and inside of it', '\u00a0 one\u00a0\u00a0two \ufeff', 'one two'],
    ['a no-break space where it is cut', `${'a'.repeat(45)}\u00a0${'b'.repeat(60)}`, `${'a'.repeat(45)}…`],
  ])('is the first text of its user, with %s', async (_, content, title) => {
    id = (await openConversation(ada)).id
    await say(ada, id, '\u00a0\ufeff', content, 'Second')
    expect((await get()).title).toBe(title)
  })

  it('says nothing that was deleted', async () => {
    id = (await openConversation(ada)).id
    const [first, second, third] = await say(ada, id, text, ` ${long}`, 'Third')
    expect((await get()).title).toBe(text)
    const message = (of: Message | undefined) => `${path('/messages')}/${of?.id}`
    await ada.delete(message(third))
    expect((await get()).title).toBe(text)
    await ada.delete(message(first))
    expect((await get()).title).toBe(`${'word '.repeat(15).trim()}…`)
    expect(await read<Conversation>(ada.post(path('/fork'), {}), 201)).toMatchObject({ title: (await get()).title })
    await ada.delete(message(second))
    expect((await get()).title).toBeNull()
    await read(ada.post(`${message(second)}/restore`))
    const title = (await get()).title
    await read(ada.post(`${message(third)}/restore`))
    expect((await get()).title).toBe(title)
    await read(ada.post(`${message(first)}/restore`))
    expect((await get()).title).toBe(text)
    // As the same text gives when it is said first.
    const other = await openConversation(ada)
    await say(ada, other.id, long)
    expect(await read<Conversation>(ada.get(`${LIST}/${other.id}`))).toMatchObject({ title })
  })
})

describe('A purge', () => {
  it('leaves no entity tag that fits what takes the id later', async () => {
    const message = { id: 'welcome', role: 'assistant', content: 'Old' }
    await read(ada.post(path('/messages'), message), 201)
    const tags = await Promise.all(
      [path(), path('/messages/welcome')].map(async (url) => (await ada.get(url)).headers.get('ETag') ?? ''),
    )
    const { confirmation } = await preview()
    expect((await ada.post(path('/purge'), { confirmation })).status).toBe(204)

    await read(ada.post(LIST, { id, title: 'Garden' }), 201)
    await say(ada, id, text, 'Two')
    await read(ada.post(path('/messages'), { ...message, content: 'New' }), 201)
    for (const [n, url] of [path(), path('/messages/welcome')].entries()) {
      expect((await ada.get(url, { 'If-None-Match': tags[n] ?? '' })).status).toBe(200)
      const stale = { 'If-Match': tags[n] ?? '' }
      await expectProblem(await ada.patch(url, { metadata: { a: 1 } }, stale), 412, 'precondition_failed')
      await expectProblem(await ada.delete(url, stale), 412, 'precondition_failed')
    }
  })

  it('asks first, and removes for good when it is confirmed', async () => {
    const { confirmation, messageCount } = await preview()
    expect(messageCount).toBe(2)
    expect(await get()).toMatchObject({ messageCount: 2 })
    const posts = await api.posts()
    const answer = await ada.post(path('/purge'), { confirmation })
    expect([answer.status, (await api.posts()) - posts]).toEqual([204, 1])
    await isGone()
    expect(await find()).toEqual([])
    await expectProblem(await ada.post(path('/purge'), { confirmation }), 404, 'not_found')
    const events = await eventsOf(ada)
    expect(events.filter((event) => event === 'user purge conversation')).toHaveLength(1)
    expect(events.filter((event) => event === 'user purge message')).toHaveLength(2)
    expect(events.filter((event) => event === 'user purge vector')).toHaveLength(2)
    // Nothing is left: the ids are free again.
    expect(await openConversation(ada, { id })).toMatchObject({ id, messageCount: 0 })
  })

  it('works on a deleted conversation', async () => {
    await ada.delete(path())
    const { confirmation, messageCount } = await preview()
    expect(messageCount).toBe(2)
    expect((await ada.post(path('/purge'), { confirmation })).status).toBe(204)
    await isGone()
  })

  it.each([
    ['a message', () => say(ada, id, 'Wait')],
    ['a change', () => ada.patch(path(), { title: 'Other' })],
    ['a deletion', () => ada.delete(path())],
  ])('is off when %s came in between', async (_, change) => {
    const { confirmation } = await preview()
    await change()
    await expectProblem(await ada.post(path('/purge'), { confirmation }), 412, 'precondition_failed')
    await ada.post(path('/restore'))
    expect((await messagesOf()).length).toBeGreaterThanOrEqual(2)
    const { confirmation: fresh } = await preview()
    expect((await ada.post(path('/purge'), { confirmation: fresh })).status).toBe(204)
  })

  it('takes no confirmation that was made for something else', async () => {
    const other = await openConversation(ada)
    const eve = await api.newUser()
    await openConversation(eve, { id })
    const { confirmation: ofOther } = await read<{ confirmation: string }>(ada.post(`${LIST}/${other.id}/purge`, {}))
    const { confirmation: ofEve } = await preview(eve)
    const { confirmation } = await preview()
    for (const wrong of [ofOther, ofEve, 'x', '', `${confirmation}A`, confirmation.slice(1)]) {
      const answer = await ada.post(path('/purge'), { confirmation: wrong })
      await expectProblem(answer, 412, 'precondition_failed')
    }
    expect(await get()).toMatchObject({ messageCount: 2 })
    expect((await eve.post(path('/purge'), { confirmation: ofEve })).status).toBe(204)
    expect(await get()).toMatchObject({ messageCount: 2 })
  })

  it('of one conversation is none of a later one with its id', async () => {
    const opened = await openConversation(ada)
    const other = `${LIST}/${opened.id}/purge`
    const { confirmation } = await read<{ confirmation: string }>(ada.post(other, {}))
    expect((await ada.post(other, { confirmation })).status).toBe(204)
    await openConversation(ada, { id: opened.id })
    await expectProblem(await ada.post(other, { confirmation }), 412, 'precondition_failed')
  })
})

describe.skipIf(inject('embedded'))('At the same moment', () => {
  it('two restores are one', async () => {
    await ada.delete(path())
    const answers = await Promise.all(Array.from({ length: 6 }, () => ada.post(path('/restore'))))
    expect(statusesOf(answers)).toEqual([200, 200, 200, 200, 200, 200])
    expect(new Set(answers.map((answer) => answer.headers.get('ETag'))).size).toBe(1)
    expect(await find()).toHaveLength(1)
  })

  it.each([1, 2, 3])('a restore and a purge leave all or nothing (%i)', async () => {
    await ada.delete(path())
    const { confirmation } = await preview()
    const [restored, purged] = await Promise.all([
      ada.post(path('/restore')),
      ada.post(path('/purge'), { confirmation }),
    ])
    expect([
      [200, 412],
      [404, 204],
    ]).toContainEqual([restored.status, purged.status])
    if (restored.status === 200) expect(await messagesOf()).toHaveLength(2)
    else await isGone()
  })

  it('an append, an embedding and a purge do not get in each other’s way', async () => {
    for (let i = 0; i < 4; i++) {
      id = (await openConversation(ada)).id
      const { confirmation } = await preview()
      const [said, purged] = await Promise.all([
        ada.post(path('/messages'), { role: 'user', content: text }),
        ada.post(path('/purge'), { confirmation }),
      ])
      expect([
        [201, 412],
        [404, 204],
      ]).toContainEqual([said.status, purged.status])
    }
  })
})
