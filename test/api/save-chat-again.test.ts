import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bot, type Chat, newChat, text, tool, user } from './chat-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectRefused, type Message, queryAsSuperuser, read } from './helpers.ts'

const streaming = (text: string) => ({ type: 'text', text, state: 'streaming' })
const list = (status: string, count = 160) =>
  Array.from({ length: count }, (_, i) => bot(`b${i}`, `says ${status}`, { status }))
const done = (text: string) => ({ type: 'text', text, state: 'done' })

const api = createApi()
let ada: TestUser
let chat: Chat

beforeAll(async () => {
  ada = await api.newUser()
})
beforeEach(() => {
  chat = newChat(ada)
})

describe('A chat that is saved again', () => {
  it('sets the status of the same message, and leaves what others have noted of a finished one', async () => {
    await chat.save([bot('b1', 'two', { metadata: { createdAt: 1 } })], 201)
    await ada.patch(`${chat.path}/b1`, { metadata: { rating: 'good' } })
    await chat.expectUnchanged([bot('b1', 'two', { metadata: { createdAt: 1 } })])
    expect(await chat.results([bot('b1', 'two', { status: 'stopped' })])).toEqual(['updated'])
    expect(await chat.list()).toMatchObject([{ status: 'stopped', metadata: { createdAt: 1, rating: 'good' } }])
  })

  it('writes nothing of a list as it is shown, whatever was deleted from it', async () => {
    const said = ['u1', 'b1', 'u2', 'b2', 'u3', 'b3'].map((id) => (id.startsWith('u') ? user : bot)(id, `says ${id}`))
    await chat.save(said, 201)
    for (const gone of ['b1', 'u2', 'u1', 'b3']) {
      await ada.delete(`${chat.path}/${gone}`)
      await chat.expectUnchanged(await chat.list())
      // Another device knows nothing of it yet.
      await chat.expectUnchanged(said)
    }
    expect(await chat.results([...(await chat.list()), user('u4', 'more')])).toEqual([
      'unchanged',
      'unchanged',
      'created',
    ])
    expect(await chat.shown()).toBe('says b2 says u3 more')
  })

  it('refuses to extend more unfinished messages than a request may cost, and takes a shorter list', async () => {
    await chat.save(list('in_progress'), 201)
    await expectRefused(await ada.put(chat.path, { messages: list('complete') }), 'messages')
    await chat.expectUnchanged(list('in_progress'))
    expect(new Set(await chat.results(list('complete', 90)))).toEqual(new Set(['updated']))
    expect(new Set((await chat.results(list('complete'))).slice(90))).toEqual(new Set(['updated']))
  })

  it('finds messages that came without parts', async () => {
    await chat.save([user('u1', 'one')], 201)
    await ada.post(chat.path, {
      messages: [
        { id: 'b1', role: 'assistant', content: 'two' },
        { id: 'b2', role: 'assistant', content: '' },
      ],
    })
    await chat.expectUnchanged([user('u1', 'one'), bot('b1', 'two'), { id: 'b2', role: 'assistant', parts: [] }])
  })

  it('ends an answer that a page has left, below what was said since', async () => {
    const half = { id: 'b1', role: 'assistant', parts: [streaming('This is')] }
    const whole = { ...half, parts: [done('This is all of it.')] }
    await chat.save([user('u1', 'one')], 201)
    await chat.save([user('u1', 'one'), half, user('u2', 'three')])
    expect(await chat.results([user('u1', 'one'), whole])).toEqual(['unchanged', 'updated'])
    expect(await chat.shown()).toBe('one This is all of it. three')
    await chat.expectUnchanged([user('u1', 'one'), half, user('u2', 'three')])
    expect(await chat.results([user('u1', 'one'), half, user('u2', 'three'), bot('b2', 'four')])).toEqual([
      'unchanged',
      'unchanged',
      'unchanged',
      'created',
    ])
  })

  it('leaves an answer in progress that another page only repeats', async () => {
    const half = { id: 'b1', role: 'assistant', parts: [streaming('This is')] }
    await chat.save([user('u1', 'one'), { ...half, status: 'in_progress' }], 201)
    await chat.save([user('u1', 'one'), half, user('u2', 'three')])
    expect((await chat.list())[1]).toMatchObject({ status: 'in_progress' })
    const whole = [user('u1', 'one'), { ...half, parts: [done('This is all.')] }]
    expect(await chat.results(whole)).toEqual(['unchanged', 'updated'])
    expect(await chat.list()).toMatchObject([{}, { content: 'This is all.', status: 'complete' }, { id: 'u2' }])
  })

  it('ignores a snapshot that comes after the end', async () => {
    const half = { id: 'b1', role: 'assistant', parts: [streaming('He')], status: 'in_progress' }
    const whole = { id: 'b1', role: 'assistant', parts: [done('Hello')] }
    await chat.save([user('u1', 'one'), half], 201)
    await chat.save([user('u1', 'one'), { ...whole, status: 'complete' }])
    await chat.expectUnchanged([user('u1', 'one'), half])
  })

  it('ends the answer that is being made again, also where it says what an earlier one said', async () => {
    await chat.save([user('u1', 'one'), bot('b1', 'Yes')], 201)
    const [, again] = await chat.save([user('u1', 'one'), bot('b1', 'Ye', { status: 'in_progress' })])
    const [, ended] = await chat.save([user('u1', 'one'), bot('b1', 'Yes')])
    expect(ended).toEqual({ sentId: 'b1', id: again?.id, result: 'updated' })
    expect(await chat.list()).toMatchObject([{}, { id: again?.id, content: 'Yes', status: 'complete' }])
  })

  it('extends a finished message whose tool has not answered by nothing but what goes on from it', async () => {
    const parts = [text('precious'), tool('input-available')]
    const asked = { id: 'b1', role: 'assistant', parts }
    await chat.save([user('u1', 'one'), asked, user('u2', 'three')], 201)
    const other = await chat.save([user('u1', 'one'), bot('b1', 'other'), user('u2', 'three')])
    expect(other.map(({ result }) => result)).toEqual(['unchanged', 'created', 'created'])
    expect((await read<Message>(ada.get(`${chat.path}/b1`))).parts).toEqual(parts)
    const early = {
      ...asked,
      parts: [text('precious'), tool('output-available', { output: 'sunn', preliminary: true })],
    }
    const answered = {
      ...asked,
      parts: [text('precious'), tool('output-available', { output: 'sunny' }), text('So go.')],
    }
    expect(await chat.results([user('u1', 'one'), early])).toEqual(['unchanged', 'updated'])
    expect(await chat.results([user('u1', 'one'), answered])).toEqual(['unchanged', 'updated'])
  })

  it('finds the message that the list goes on from among equal ones', async () => {
    const said = [user('u1', 'hi'), bot('b1', 'yo')]
    await chat.save(said, 201)
    await chat.save([user('u1', 'hi'), bot('b1', 'yes')])
    const [, second] = await chat.list()
    await ada.patch(`${chat.path}/${second?.id}`, { content: 'yo' })
    await chat.save([user('u1', 'hi'), { ...bot('b1', 'yo'), id: 'b1' }, user('u2', 'under the newer')])
    await ada.post(chat.path, { id: 'u3', role: 'user', content: 'under the older', parentId: 'b1' })
    await chat.expectUnchanged([...said, user('u3', 'under the older')])
    await chat.expectUnchanged([...said, user('u2', 'under the newer')])
  })

  it('has 10,000 branches at most', async () => {
    await chat.save([user('u1', 'one')], 201)
    await queryAsSuperuser('update conversations set last_branch = 9999 where user_id = $1 and id = $2', [
      ada.sub,
      chat.id,
    ])
    expect(await chat.results([user('u1', 'two')])).toEqual(['created'])
    await expectRefused(await ada.put(chat.path, { messages: [user('u1', 'three')] }), 'messages')
    const news = [{ role: 'user', content: 'four', parentId: null }]
    await expectRefused(await ada.post(chat.path, { messages: news }), 'messages')
  })

  it('keeps both where the longer text is another one', async () => {
    await chat.save([{ id: 'b1', role: 'assistant', parts: [streaming('This is')] }], 201)
    expect(await chat.results([{ id: 'b1', role: 'assistant', parts: [done('That was all.')] }])).toEqual(['created'])
  })
})
