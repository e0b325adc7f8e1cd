import { beforeAll, describe, expect, inject, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import {
  expectProblem,
  expectRefused,
  type Message,
  openConversation,
  type Page,
  queryAs,
  querySystem,
  read,
  say,
  statusesOf,
} from './helpers.ts'
import { axis } from './vector-helpers.ts'

const LIST = '/v1/conversations'
const api = createApi()
let ada: TestUser
let eve: TestUser

beforeAll(async () => {
  ada = await api.newUser()
  eve = await api.newUser()
})

const messagesOf = (id: string) => `${LIST}/${id}/messages`
const newKey = () => crypto.randomUUID()
const withKey = (key: string) => ({ 'Idempotency-Key': key })
const replayed = (response: Response) => response.headers.get('Idempotency-Replayed')

const seen = async (id: string) => (await read<Page<Message>>(ada.get(messagesOf(id)))).data

describe('A key that was used', () => {
  it('is refused with another body, on another path and on another route, and nothing is written', async () => {
    const [here, there] = [await openConversation(ada), await openConversation(ada)]
    const key = withKey(newKey())
    const body = { role: 'user', content: 'One' }
    expect((await ada.post(messagesOf(here.id), body, key)).status).toBe(201)
    const others: [string, object][] = [
      [messagesOf(here.id), { role: 'user', content: 'Two' }],
      [messagesOf(here.id), { content: 'One', role: 'user' }],
      [messagesOf(there.id), body],
      [LIST, { title: 'One' }],
      ['/v1/vectors', { embedding: axis(1) }],
    ]
    for (const [path, other] of others) {
      const response = await ada.post(path, other, key)
      expect(replayed(response)).toBeNull()
      const { detail } = await expectProblem(response, 422, 'idempotency_key_reused')
      expect(detail).not.toContain('One')
    }
    expect(await seen(here.id)).toHaveLength(1)
    expect(await seen(there.id)).toEqual([])
    expect(await ada.post(messagesOf(here.id), body, key).then(replayed)).toBe('true')
  })

  it('brings back what release 0.2.0 has kept of a single message, as a list', async () => {
    const { id } = await openConversation(ada)
    const key = newKey()
    const body = { role: 'assistant', parts: [{ type: 'text', text: 'One' }], metadata: { a: 1 } }
    const first = await read<{ data: Message[] }>(ada.post(messagesOf(id), body, withKey(key)), 201)
    // Its rows were whole, and knew nothing of what was added since.
    const old = `update idempotency_keys set response_rows = response_rows #- '{rows,0,hasMetadata}' where user_id = $1 and key = $2`
    await queryAs(ada.sub, old, [ada.sub, key])
    const again = await ada.post(messagesOf(id), body, withKey(key))
    expect(replayed(again)).toBe('true')
    expect(await read(again, 201)).toEqual(first)
  })

  it('is free again when nothing was made', async () => {
    const missing = crypto.randomUUID()
    const key = withKey(newKey())
    const body = { role: 'user', content: 'One' }
    for (let i = 0; i < 2; i++) await expectProblem(await ada.post(messagesOf(missing), body, key), 404, 'not_found')
    await openConversation(ada, { id: missing })
    const made = await ada.post(messagesOf(missing), body, key)
    expect([made.status, replayed(made)]).toEqual([201, null])
    expect(await ada.post(messagesOf(missing), body, key).then(replayed)).toBe('true')
  })

  it('is refused to all but one of those who use it for different things at the same moment', async () => {
    const { id } = await openConversation(ada)
    const key = withKey(newKey())
    const contents = Array.from({ length: 10 }, (_, i) => `Text ${i % 5}`)
    const answers = await Promise.all(
      contents.map((content) => ada.post(messagesOf(id), { role: 'user', content }, key)),
    )
    expect(statusesOf(answers)).toEqual([201, 201, ...Array.from({ length: 8 }, () => 422)])
    expect(await seen(id)).toHaveLength(1)
  })

  it('is free again when nothing was made for many at the same moment', async () => {
    const missing = crypto.randomUUID()
    const key = withKey(newKey())
    const body = { role: 'user', content: 'One' }
    const send = () => Promise.all(Array.from({ length: 10 }, () => ada.post(messagesOf(missing), body, key)))
    expect(statusesOf(await send())).toEqual(Array.from({ length: 10 }, () => 404))
    await openConversation(ada, { id: missing })
    expect(statusesOf(await send())).toEqual(Array.from({ length: 10 }, () => 201))
    expect(await seen(missing)).toHaveLength(1)
  })

  it('is free again when a row of the same id stands in a place that is gone', async () => {
    const { id } = await openConversation(ada)
    const [message] = await say(ada, id, 'One')
    const body = { id: message?.id, role: 'user', content: 'One' }
    await ada.delete(`${LIST}/${id}`)
    const key = withKey(newKey())
    for (let i = 0; i < 2; i++) await expectProblem(await ada.post(messagesOf(id), body, key), 404, 'not_found')
    const vector = await read<{ id: string }>(ada.post('/v1/vectors', { embedding: axis(5) }), 201)
    const foreign = {
      id: vector.id,
      embedding: axis(5),
      conversationId: crypto.randomUUID(),
      messageId: crypto.randomUUID(),
    }
    for (let i = 0; i < 2; i++) await expectProblem(await ada.post('/v1/vectors', foreign, key), 404, 'not_found')
  })

  it('is free again when the write was refused', async () => {
    const { id } = await openConversation(ada)
    const [message] = await say(ada, id, 'One')
    const key = withKey(newKey())
    const taken = { id: message?.id, role: 'user', content: 'Two' }
    for (let i = 0; i < 2; i++) await expectProblem(await ada.post(messagesOf(id), taken, key), 409, 'conflict')
    const orphan = { role: 'user', content: 'Two', parentId: crypto.randomUUID() }
    for (let i = 0; i < 2; i++) await expectRefused(await ada.post(messagesOf(id), orphan, key), 'parentId')
    await expectRefused(await ada.post(messagesOf(id), { role: 'nobody', content: '' }, key), 'role')
    expect((await ada.post(messagesOf(id), { role: 'user', content: 'Two' }, key)).status).toBe(201)
    expect((await seen(id)).map(({ seq }) => seq)).toEqual([1, 2])
  })

  it('says nothing to those who may not ask', async () => {
    const key = withKey(newKey())
    const { id } = await openConversation(ada)
    await ada.post(messagesOf(id), { role: 'user', content: 'One' }, key)
    const response = await eve.post(messagesOf(id), { role: 'user', content: 'One' }, key)
    await expectProblem(response, 404, 'not_found')
    const stranger = await api.newUser({ register: false })
    await expectProblem(await stranger.post(LIST, {}, key), 403, 'not_registered')
  })

  it('means nothing where nothing is created', async () => {
    const key = withKey(newKey())
    const { id } = await openConversation(ada)
    expect((await ada.patch(`${LIST}/${id}`, { title: 'a' }, key)).status).toBe(200)
    expect((await ada.patch(`${LIST}/${id}`, { title: 'b' }, key)).status).toBe(200)
    expect((await ada.get(LIST, key)).status).toBe(200)
  })
})

describe('A key', () => {
  it.each([
    ['a UUID', newKey()],
    ['one character', 'a'],
    ['255 characters', newKey().padEnd(255, 'x')],
    ['all that can be seen in ASCII', `k${String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 33 + i))}`],
  ])('may be %s', async (_, key) => {
    const user = await api.newUser()
    expect((await user.post(LIST, {}, withKey(key))).status).toBe(201)
    expect(await user.post(LIST, {}, withKey(key)).then(replayed)).toBe('true')
  })

  it.each([
    ['empty', ''],
    ['256 characters', 'x'.repeat(256)],
    ['two words', 'a b'],
    ['a control character', 'a\x7F'],
    ['an empty string in quotes', '""'],
    ['half in quotes', '"a'],
    ['with a parameter', '"a";b=1'],
    ['two strings', '"a", "b"'],
    ['a blank in quotes', '"a b"'],
    ['256 characters in quotes', `"${'x'.repeat(256)}"`],
    ['with a wrong escape', String.raw`"a\b"`],
  ])('may not be %s', async (_, key) => {
    const before = await api.posts()
    await expectRefused(await ada.post(LIST, {}, withKey(key)), 'Idempotency-Key')
    expect(await api.posts()).toBe(before)
  })

  it('is the same in quotes and without', async () => {
    const key = newKey()
    expect((await ada.post(LIST, {}, withKey(`"${key}"`))).status).toBe(201)
    expect(await ada.post(LIST, {}, withKey(key)).then(replayed)).toBe('true')
    expect((await ada.post(LIST, {}, withKey(String.raw`"\"${key}\\"`))).status).toBe(201)
    expect((await ada.post(LIST, {}, withKey(key.toUpperCase()))).status).toBe(201)
  })

  it('goes with what a request needs all the same', async () => {
    const key = withKey(newKey())
    const call = (body: BodyInit, type: string) =>
      api.call('POST', LIST, {
        body,
        headers: { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': type, ...key },
      })
    await expectProblem(await call('{}', 'text/plain'), 415, 'unsupported_media_type')
    await expectRefused(await call('{', 'application/json'), '(root)')
    await expectProblem(await call('x'.repeat(2 ** 20 + 1), 'application/json'), 413, 'payload_too_large')
    expect((await call('\uFEFF{}', 'application/json')).status).toBe(201)
    expect(await call('\uFEFF{}', 'application/json').then(replayed)).toBe('true')
    await expectProblem(await call('{}', 'application/json'), 422, 'idempotency_key_reused')
    await expectProblem(await api.call('POST', LIST, { json: {}, headers: key }), 401, 'unauthenticated')
  })
})

describe('The cron trigger', () => {
  it('removes keys that have expired, and no others', async () => {
    const apart = createApi(inject('apart'))
    const user = await apart.newUser()
    const keys = [newKey(), newKey()]
    for (const key of keys) await user.post(LIST, {}, withKey(key))
    const left = async () => {
      const rows = await querySystem('select key from idempotency_keys where user_id = $1', [user.sub])
      return rows.map(({ key }) => key)
    }
    expect(new Set(await left())).toEqual(new Set(keys))
    await apart.sweep()
    expect(new Set(await left())).toEqual(new Set(keys))
    await queryAs(user.sub, `update idempotency_keys set expires_at = now() where key = $1`, [keys[0]], 'apart')
    await apart.sweep()
    expect(await left()).toEqual([keys[1]])
    expect(await user.post(LIST, {}, withKey(keys[1] ?? '')).then(replayed)).toBe('true')
    expect(await user.post(LIST, {}, withKey(keys[0] ?? '')).then(replayed)).toBeNull()
  })

  it('removes many, batch by batch', async () => {
    const apart = createApi(inject('apart'))
    const user = await apart.newUser()
    await queryAs(
      user.sub,
      `insert into idempotency_keys (user_id, key, digest, expires_at)
       select app.current_user_id(), n::text, '', now() - interval '1 second' from generate_series(1, 4500) n`,
      [],
      'apart',
    )
    await apart.sweep()
    expect(await querySystem('select key from idempotency_keys where user_id = $1', [user.sub])).toEqual([])
  })
})
