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
const choose = (id: string, activeLeafId: unknown, headers = {}) =>
  ada.patch(`${LIST}/${id}`, { activeLeafId }, headers)

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
      activeLeafId: null,
      forkedFrom: null,
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
    await expectProblem(await ada.post(LIST, { id, title: 'Again' }), 409, 'conflict')
    // Ids are kept as they are sent, and compared so.
    expect(await openConversation(ada, { id: id.toUpperCase() })).toMatchObject({ id: id.toUpperCase() })
    expect(await get(id)).toMatchObject({ title: 'Mine' })
    const eve = await api.newUser()
    expect(await openConversation(eve, { id, title: 'Hers' })).toMatchObject({ id, title: 'Hers' })
    expect((await eve.delete(`${LIST}/${id}`)).status).toBe(204)
    expect(await get(id)).toMatchObject({ id, title: 'Mine' })
  })

  it.each([
    ['a title of 10,000 characters', { title: 'x'.repeat(10_000) }, 'title'],
    ['a blank title', { title: ' ' }, 'title'],
    ['an id with a space', { id: 'o ne' }, 'id'],
    ['an id that is a dot', { id: '..' }, 'id'],
    ['an id of 129 characters', { id: 'x'.repeat(129) }, 'id'],
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

  it('is shown with the title that somebody gave it, or else with how its first message begins', async () => {
    const { id } = await openConversation(ada)
    await say(ada, id, '  How do\n I sort\ta list? ', 'And a tree?')
    expect(await get(id)).toMatchObject({ title: 'How do I sort a list?' })
    expect(await list(ada)).toMatchObject({ data: [{ title: 'How do I sort a list?' }] })
    const path = `${LIST}/${id}`
    expect(await read(ada.patch(path, { title: 'Sorting' }))).toMatchObject({ title: 'Sorting' })
    await say(ada, id, 'Thanks')
    expect(await get(id)).toMatchObject({ title: 'Sorting' })
    expect(await read(ada.patch(path, { title: null }))).toMatchObject({ title: 'How do I sort a list?' })
  })

  it('says where it was forked off', async () => {
    const { id } = await openConversation(ada)
    const [last] = await say(ada, id, 'One')
    const fork = await read<Conversation>(ada.post(`${LIST}/${id}/fork`, {}), 201)
    const forkedFrom = { conversationId: id, messageId: last?.id }
    const shown = await get(fork.id)
    expect(shown).toMatchObject({ forkedFrom })
    expect(shown).not.toHaveProperty('forkedFromConversation')
    expect(shown).not.toHaveProperty('derivedTitle')
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

describe('The metadata of a conversation', () => {
  it.each([
    ['adds a name', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['replaces a value', { a: 1 }, { a: [2] }, { a: [2] }],
    ['removes with null', { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ['removes what is not there', { a: 1 }, { b: null }, { a: 1 }],
    ['merges objects', { a: { b: 1, c: 2 } }, { a: { c: null, d: { e: null, f: 3 } } }, { a: { b: 1, d: { f: 3 } } }],
    ['takes an array whole', { a: [1, { b: 2 }] }, { a: [{ c: null }] }, { a: [{ c: null }] }],
    ['makes an object of a text', { a: 'x' }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['changes nothing', { a: 1 }, {}, { a: 1 }],
    [
      'takes any name',
      { 'a.b': 1 },
      { 'a.b': 2, '': 3, '0': 4, constructor: 5 },
      { 'a.b': 2, '': 3, '0': 4, constructor: 5 },
    ],
    ['is cleared with null', { a: 1 }, null, {}],
  ])('is changed by a merge patch: it %s', async (_, metadata, patch, merged) => {
    const { id } = await openConversation(ada, { metadata, title: 'Stays' })
    const changed = await read<Conversation>(ada.patch(`${LIST}/${id}`, { metadata: patch }))
    expect(changed).toMatchObject({ title: 'Stays' })
    expect(changed.metadata).toEqual(merged)
    expect(await get(id)).toEqual(changed)
  })

  it('does not grow for ever', async () => {
    const { id } = await openConversation(ada)
    const grow = (name: string) => ada.patch(`${LIST}/${id}`, { metadata: { [name]: 'x'.repeat(16_000) } })
    await read(grow('a'))
    await read(grow('b'))
    const before = await get(id)
    await expectRefused(await grow('c'), 'metadata')
    expect(await get(id)).toEqual(before)
    await read(ada.patch(`${LIST}/${id}`, { metadata: { a: null, c: 'y' } }))
    // Short in JSON, and 301 digits in the database.
    const numbers = { n: Array.from({ length: 200 }, () => 1e300) }
    await expectRefused(await ada.post(LIST, { metadata: numbers }), 'metadata')
    await expectRefused(await ada.patch(`${LIST}/${id}`, { metadata: numbers }), 'metadata')
  })

  it('keeps what two merge patches at once say', async () => {
    const { id } = await openConversation(ada)
    const names = Array.from({ length: 8 }, (_, i) => `n${i}`)
    await Promise.all(names.map((name) => ada.patch(`${LIST}/${id}`, { metadata: { [name]: true } })))
    expect((await get(id)).metadata).toEqual(Object.fromEntries(names.map((name) => [name, true])))
  })
})

describe('activeLeafId', () => {
  it('is the last message, or the one that was chosen', async () => {
    const { id } = await openConversation(ada)
    const [first, second] = await say(ada, id, 'One', 'Two')
    const before = await get(id)
    expect(before).toMatchObject({ activeLeafId: second?.id })
    const chosen = await read<Conversation>(choose(id, first?.id))
    expect(chosen).toEqual({ ...before, activeLeafId: first?.id, updatedAt: expect.any(String) })
    expect(await get(id)).toEqual(chosen)
  })

  it('must be a message of this conversation that is not deleted', async () => {
    const [{ id }, other] = [await openConversation(ada), await openConversation(ada)]
    const [kept, deleted] = await say(ada, id, 'Kept', 'Deleted')
    const [elsewhere] = await say(ada, other.id, 'Elsewhere')
    const eve = await api.newUser()
    const hers = await openConversation(eve, { id })
    const [foreign] = await say(eve, hers.id, 'Hers')
    await ada.delete(`${LIST}/${id}/messages/${deleted?.id}`)
    const before = await get(id)
    for (const leaf of [deleted?.id, elsewhere?.id, foreign?.id, crypto.randomUUID(), id, null, 'one', 1]) {
      await expectRefused(await choose(id, leaf), 'activeLeafId')
    }
    await expectRefused(await ada.patch(`${LIST}/${id}`, { title: 'New', activeLeafId: deleted?.id }), 'activeLeafId')
    expect(await get(id)).toEqual(before)
    await expectRefused(await ada.post(LIST, { activeLeafId: kept?.id }), 'activeLeafId')
  })

  it('is refused for what it is after everything else is right', async () => {
    const { id } = await openConversation(ada)
    const nowhere = crypto.randomUUID()
    await expectProblem(await choose(nowhere, nowhere), 404, 'not_found')
    await expectProblem(await choose(id, nowhere, { 'If-Match': '"99"' }), 412, 'precondition_failed')
    await expectRefused(await choose(id, nowhere, { 'If-Match': await etagOf(id) }), 'activeLeafId')
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
