import { beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { type Conversation, expectProblem, expectRefused, openConversation, type Page, read, say } from './helpers.ts'

const LIST = '/v1/conversations'
const api = createApi()
let ada: TestUser

beforeEach(async () => {
  ada = await api.newUser()
})

const list = async (user: TestUser, query = '') => read<Page<Conversation>>(user.get(`${LIST}${query}`))
const etagOf = async (id: string) => (await ada.get(`${LIST}/${id}`)).headers.get('ETag') ?? ''
const get = (id: string) => read<Conversation>(ada.get(`${LIST}/${id}`))

describe('A conversation', () => {
  it('is created with nothing, and with everything', async () => {
    const answer = await ada.post(LIST, {})
    const empty = await read<Conversation>(answer, 201)
    expect(answer.headers.get('Location')).toBe(`${LIST}/${empty.id}`)
    expect(empty).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7/),
      title: null,
      systemPrompt: null,
      metadata: {},
      tags: [],
      archived: false,
      pinned: false,
      messageCount: 0,
      lastMessage: null,
      lastActivityAt: empty.createdAt,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: empty.createdAt,
    })
    const fields = {
      id: crypto.randomUUID(),
      title: 'Of “quotes”, \\ and 👩🏽‍💻',
      systemPrompt: 'Be\nbrief; drop table users; --',
      metadata: { model: 'm', nested: [{ a: null, b: [1.5, -0.25, true, ''] }] },
      tags: ['a,b', '"c"', '{d}', 'NULL', 'é'],
      archived: true,
      pinned: true,
    }
    expect(await openConversation(ada, fields)).toMatchObject(fields)
    expect(await get(fields.id)).toMatchObject(fields)
  })

  it('takes an id of the client, once; whose else it is, does not matter', async () => {
    const id = crypto.randomUUID()
    await openConversation(ada, { id, title: 'Mine' })
    await expectProblem(await ada.post(LIST, { id: id.toUpperCase(), title: 'Again' }), 409, 'conflict')
    expect(await get(id)).toMatchObject({ title: 'Mine' })
    const eve = await api.newUser()
    expect(await openConversation(eve, { id, title: 'Hers' })).toMatchObject({ id, title: 'Hers' })
    expect((await eve.delete(`${LIST}/${id}`)).status).toBe(204)
    expect(await get(id.toUpperCase())).toMatchObject({ id, title: 'Mine' })
  })

  it.each([
    ['a title of 10,000 characters', { title: 'x'.repeat(10_000) }, 'title'],
    ['a blank title', { title: ' ' }, 'title'],
    ['an id that is none', { id: 'one' }, 'id'],
    ['a tag that is no text', { tags: ['a', 1] }, 'tags.1'],
    ['too many tags', { tags: Array.from({ length: 33 }, (_, i) => `t${i}`) }, 'tags'],
    ['metadata that is no object', { metadata: ['a'] }, 'metadata'],
    ['metadata that is too large', { metadata: { a: 'x'.repeat(20_000) } }, 'metadata'],
    ['a flag that is no boolean', { pinned: 'yes' }, 'pinned'],
    ['a counter of its own', { messageCount: 7 }, 'messageCount'],
  ])('refuses %s, when new and when changed', async (_, body, path) => {
    await expectRefused(await ada.post(LIST, body), path)
    const { id } = await openConversation(ada)
    await expectRefused(await ada.patch(`${LIST}/${id}`, body), path)
    expect(await list(ada)).toMatchObject({ data: [{ id, title: null }] })
  })

  it('names every field that is wrong', async () => {
    await expectRefused(
      await ada.post(LIST, { title: '', tags: 1, nonsense: 0, more: 0 }),
      'title',
      'tags',
      'nonsense',
      'more',
    )
  })

  it('keeps metadata as it was sent, or refuses it', async () => {
    const body = '{"metadata":{"constructor":"c","toString":1,"":2,"ключ":3}}'
    const headers = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json' }
    const kept = await read<Conversation>(api.call('POST', LIST, { body, headers }), 201)
    expect(kept.metadata).toEqual({ constructor: 'c', toString: 1, '': 2, ключ: 3 })
    const polluting = await api.call('POST', LIST, { body: '{"metadata":{"__proto__":{"a":1}}}', headers })
    if (polluting.status === 201) expect(await polluting.text()).toContain('"__proto__":{"a":1}')
    else await expectProblem(polluting, 400, 'invalid_request')
  })

  it('is changed field by field, which is no activity', async () => {
    const created = await openConversation(ada, { title: 'Old', systemPrompt: 'Be brief', tags: ['a'] })
    const changed = await read<Conversation>(ada.patch(`${LIST}/${created.id}`, { title: null, tags: ['b', 'b', 'c'] }))
    expect(changed).toEqual({ ...created, title: null, tags: ['b', 'c'], updatedAt: expect.any(String) })
    await expectRefused(await ada.patch(`${LIST}/${created.id}`, {}), '(root)')
    expect(await get(created.id)).toEqual(changed)
  })

  it('is gone when deleted, from everywhere', async () => {
    const { id } = await openConversation(ada)
    expect((await ada.delete(`${LIST}/${id}`)).status).toBe(204)
    for (const response of [
      await ada.get(`${LIST}/${id}`),
      await ada.patch(`${LIST}/${id}`, { title: 'Back' }),
      await ada.delete(`${LIST}/${id}`),
    ]) {
      await expectProblem(response, 404, 'not_found')
    }
    expect(await list(ada)).toEqual({ data: [], nextCursor: null })
  })
})

describe('messageCount and lastMessage', () => {
  it('follow what is said, changed and deleted', async () => {
    const { id } = await openConversation(ada)
    const long = '👩🏽‍💻é'.repeat(100)
    const [first, second] = await say(ada, id, 'First', long)
    const { createdAt } = second ?? {}
    const preview = Array.from(long).slice(0, 200).join('')
    const full = { messageCount: 2, lastMessage: { id: second?.id, role: 'user', preview, createdAt } }
    expect(await get(id)).toMatchObject(full)
    expect(await list(ada)).toMatchObject({ data: [full] })

    await ada.patch(`${LIST}/${id}/messages/${second?.id}`, { content: 'Short' })
    expect(await get(id)).toMatchObject({ messageCount: 2, lastMessage: { preview: 'Short' } })
    await ada.delete(`${LIST}/${id}/messages/${second?.id}`)
    expect(await get(id)).toMatchObject({ messageCount: 1, lastMessage: { id: first?.id, preview: 'First' } })
    await ada.delete(`${LIST}/${id}/messages/${first?.id}`)
    expect(await get(id)).toMatchObject({ messageCount: 0, lastMessage: null })
  })
})

describe('The ETag', () => {
  it('changes whenever the answer does', async () => {
    const created = await ada.post(LIST, {})
    const { id } = await read<Conversation>(created, 201)
    const seen = [created.headers.get('ETag') ?? '']
    expect(await etagOf(id)).toBe(seen[0])
    const [message] = await say(ada, id, 'One')
    seen.push(await etagOf(id))
    await ada.patch(`${LIST}/${id}/messages/${message?.id}`, { content: 'Other' })
    seen.push(await etagOf(id))
    await ada.delete(`${LIST}/${id}/messages/${message?.id}`)
    seen.push(await etagOf(id))
    seen.push((await ada.patch(`${LIST}/${id}`, { title: 'T' })).headers.get('ETag') ?? '')
    expect(await etagOf(id)).toBe(seen[4])
    expect(new Set(seen).size).toBe(5)
  })

  it.each([
    ['the same', (etag: string) => etag, 304],
    ['the same, weak', (etag: string) => `W/${etag}`, 304],
    ['one of several', (etag: string) => `"a", ${etag}`, 304],
    ['any', () => '*', 304],
    ['another', () => '"nothing"', 200],
    ['garbage', (etag: string) => etag.replaceAll('"', ''), 200],
  ])('in If-None-Match: %s', async (_, header, status) => {
    const { id } = await openConversation(ada)
    const etag = await etagOf(id)
    const response = await ada.get(`${LIST}/${id}`, { 'If-None-Match': header(etag) })
    expect([response.status, response.headers.get('ETag')]).toEqual([status, etag])
    expect((await response.text()) === '').toBe(status === 304)
  })

  it.each([
    ['the same', (etag: string) => etag, true],
    ['one of several', (etag: string) => `"a", ${etag}`, true],
    ['any', () => '*', true],
    ['the same, weak', (etag: string) => `W/${etag}`, false],
    ['another', () => '"9999999999999999"', false],
    ['garbage', () => 'x', false],
    ['nothing', () => '', false],
  ])('in If-Match: %s', async (_, header, passes) => {
    const { id } = await openConversation(ada, { title: 'Before' })
    const match = { 'If-Match': header(await etagOf(id)) }
    const patched = await ada.patch(`${LIST}/${id}`, { title: 'After' }, match)
    expect(patched.status).toBe(passes ? 200 : 412)
    expect(await get(id)).toMatchObject({ title: passes ? 'After' : 'Before' })
    const again = { 'If-Match': header(await etagOf(id)) }
    expect((await ada.delete(`${LIST}/${id}`, again)).status).toBe(passes ? 204 : 412)
  })

  it('does not turn what is missing into a failed precondition', async () => {
    const path = `${LIST}/${crypto.randomUUID()}`
    await expectProblem(await ada.patch(path, { title: 'x' }, { 'If-Match': '"1"' }), 404, 'not_found')
    await expectProblem(await ada.delete(path, { 'If-Match': '"1"' }), 404, 'not_found')
  })
})
