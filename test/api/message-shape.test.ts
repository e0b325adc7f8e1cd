import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { append, expectRefused, type Message, openConversation, queryAs, read, search } from './helpers.ts'
import { FOREIGN, PLAIN, toolParts, TURN } from './parts-fixtures.ts'

const api = createApi()
let ada: TestUser
let path: string

beforeAll(async () => {
  ada = await api.newUser()
})
beforeEach(async () => {
  path = `/v1/conversations/${(await openConversation(ada)).id}/messages`
})

const add = (message: object) => append(ada, path, message)
const refused = (parts: unknown, ...paths: string[]) =>
  ada.post(path, { role: 'user', parts }).then((response) => expectRefused(response, ...paths))
const long = (name: string) => ({ metadata: { [name]: 'x'.repeat(16_000) } })
const found = async (query: string) => (await search(ada, { query, threshold: 0.3 })).data.map(({ id }) => id)

describe('A message in the shape of the AI SDK', () => {
  it('comes back as useChat has sent it', async () => {
    for (const sent of [TURN, PLAIN, toolParts, FOREIGN]) {
      const parts: unknown = JSON.parse(JSON.stringify(sent))
      const message = await add({ role: 'assistant', parts, metadata: { custom: true } })
      const stored = await read<Message>(ada.get(`${path}/${message.id}`))
      expect(stored).toEqual(message)
      expect(stored).toMatchObject({ role: 'assistant', parts, metadata: { custom: true } })
      expect(stored).not.toHaveProperty('tombstone')
    }
  })

  it('has the text of its text parts as content, and its content as a part', async () => {
    const parts = [
      { type: 'text', text: 'Hello ' },
      { type: 'reasoning', text: 'greet' },
      { type: 'text', text: 'world' },
    ]
    expect(await add({ role: 'assistant', parts })).toMatchObject({ content: 'Hello \n\nworld', parts })
    const plain = await add({ role: 'user', content: 'Hi' })
    expect(plain.parts).toEqual([{ type: 'text', text: 'Hi' }])
    expect(await add({ role: 'user', content: 'Said so', parts })).toMatchObject({ content: 'Said so', parts })
    await expectRefused(await ada.post(path, { role: 'user' }), 'content')
  })

  it('keeps attachments, reasoning, model and usage', async () => {
    const extras = {
      attachments: [{ name: 'plan.pdf', mediaType: 'application/pdf', url: 'https://example.com/plan.pdf', size: 12 }],
      reasoning: 'First, then.',
      model: 'some-model',
      usage: { inputTokens: 12, outputTokens: 3, totalTokens: 15 },
    }
    expect(await add({ role: 'assistant', content: 'Done', ...extras })).toMatchObject(extras)
    await expectRefused(
      await ada.post(path, { role: 'user', content: 'x', usage: { inputTokens: -1 } }),
      'usage.inputTokens',
    )
  })

  it('may have been stopped half-way, and keeps what it has', async () => {
    const { id } = await add({ role: 'assistant', content: 'The zeb', status: 'in_progress' })
    await read(ada.patch(`${path}/${id}`, { status: 'stopped' }))
    expect(await read(ada.get(`${path}/${id}`))).toMatchObject({ status: 'stopped', content: 'The zeb' })
  })

  it('keeps its parts when it is given the text that it has', async () => {
    const { id, content } = await add({ role: 'assistant', parts: TURN })
    const patched = await read<Message>(ada.patch(`${path}/${id}`, { content, metadata: { seen: true } }))
    expect(patched).toMatchObject({ content, parts: TURN, metadata: { seen: true } })
  })

  it.each([
    [
      'takes the place of the first text, and of all others',
      'Cold.',
      ['start', 'reasoning', 'new', 'call', 'step', 'source'],
    ],
    ['leaves no text part when it is empty', '', ['start', 'reasoning', 'call', 'step', 'source']],
  ])('given another text, %s', async (_, content, expected) => {
    const [start, reasoning, , call, step, , source] = TURN
    const named: Record<string, unknown> = {
      start,
      reasoning,
      call,
      step,
      source,
      new: { type: 'text', text: content },
    }
    const { id } = await add({ role: 'assistant', parts: TURN })
    const { parts } = await read<Message>(ada.patch(`${path}/${id}`, { content }))
    expect(parts).toEqual(expected.map((name) => named[name]))
  })

  it('names the part that is refused', async () => {
    await refused([{ type: 'text', text: 'a' }, { type: 7 }], 'parts.1.type')
    await refused([{ type: 'text' }], 'parts.0.text')
    await refused('text', 'parts')
  })

  it('can be written early and finished later: its text is found once it is complete', async () => {
    const early = await add({ role: 'assistant', content: 'The zebra', status: 'in_progress' })
    expect(await found('zebra crossing stripes')).toEqual([])
    const url = `${path}/${early.id}`
    await read(ada.patch(url, { content: 'The zebra has stripes' }))
    expect(await found('zebra crossing stripes')).toEqual([])
    const done = await read<Message>(
      ada.patch(url, { status: 'complete', model: 'some-model', usage: { outputTokens: 4 } }),
    )
    expect(done).toMatchObject({ status: 'complete', content: 'The zebra has stripes', usage: { outputTokens: 4 } })
    expect(await found('zebra crossing stripes')).toEqual([early.id])
    await read(ada.patch(url, { status: 'failed' }))
    expect(await read(ada.get(url))).toMatchObject({ status: 'failed' })
    await expectRefused(await ada.patch(url, { status: 'done' }), 'status')
  })

  it('is embedded anew only when its text changes', async () => {
    const message = await add({ role: 'user', content: 'Apples and pears' })
    const vectors = async () =>
      (await read<{ data: { resource: string; action: string }[] }>(ada.get('/v1/audit-events?limit=100'))).data.filter(
        ({ resource, action }) => resource === 'vector' && action === 'create',
      ).length
    const before = await vectors()
    await read(ada.patch(`${path}/${message.id}`, { metadata: { starred: true }, model: 'm' }))
    await read(ada.patch(`${path}/${message.id}`, { content: 'Apples and pears' }))
    expect(await vectors()).toBe(before)
    await read(ada.patch(`${path}/${message.id}`, { content: 'Plums' }))
    expect(await vectors()).toBe(before + 1)
  })

  it('takes a new text into its parts, and leaves the others', async () => {
    const parts = [
      { type: 'step-start' },
      { type: 'text', text: 'One' },
      { type: 'source-url', sourceId: 's', url: 'https://example.com' },
      { type: 'text', text: 'Two' },
    ]
    const { id } = await add({ role: 'assistant', parts })
    const url = `${path}/${id}`
    const patched = await read<Message>(ada.patch(url, { content: 'Three' }))
    expect(patched.parts).toEqual([parts[0], { type: 'text', text: 'Three' }, parts[2]])
    const whole = await read<Message>(ada.patch(url, { parts: [{ type: 'text', text: 'Four' }] }))
    expect(whole).toMatchObject({ content: 'Four', parts: [{ type: 'text', text: 'Four' }] })
    const bare = await add({ role: 'assistant', parts: [parts[0], parts[2]] })
    expect((await read<Message>(ada.patch(`${path}/${bare.id}`, { content: 'Five' }))).parts).toEqual([
      parts[0],
      parts[2],
      { type: 'text', text: 'Five' },
    ])
  })

  it('merges metadata as RFC 7396 says; null clears', async () => {
    const { id } = await add({ role: 'user', content: 'x', metadata: { a: 1, b: { c: 2, d: 3 }, e: [1] } })
    const url = `${path}/${id}`
    const patched = await read<Message>(ada.patch(url, { metadata: { a: null, b: { c: null, f: 4 }, e: [2], g: 'h' } }))
    expect(patched.metadata).toEqual({ b: { d: 3, f: 4 }, e: [2], g: 'h' })
    expect(await read(ada.patch(url, { metadata: null }))).not.toHaveProperty('metadata')
    await read(ada.patch(url, long('a')))
    await read(ada.patch(url, long('b')))
    await expectRefused(await ada.patch(url, long('c')), 'metadata')
  })

  it('has metadata only where some was given, with its null members', async () => {
    const bare = await add({ role: 'user', content: 'x' })
    const url = `${path}/${bare.id}`
    const empty = await add({ role: 'user', content: 'x', metadata: {} })
    const nulls = { a: null, b: { c: null }, d: [null] }
    const full = await add({ role: 'user', content: 'x', metadata: nulls })
    expect([bare, empty, full].map(({ metadata }) => metadata)).toEqual([undefined, {}, nulls])
    expect(await read(ada.get(path))).toMatchObject({ data: [bare, empty, full] })
    expect(await read(ada.get(url))).not.toHaveProperty('metadata')
    expect(await read(ada.patch(url, { content: 'y' }))).not.toHaveProperty('metadata')
    expect((await read<Message>(ada.patch(url, { metadata: { a: null } }))).metadata).toEqual({})
    expect((await read<Message>(ada.patch(url, { metadata: { b: 1, c: null } }))).metadata).toEqual({ b: 1 })
    expect(await read(ada.patch(url, { metadata: null }))).not.toHaveProperty('metadata')
    expect((await read<Message>(ada.get(`${path}/${full.id}`))).metadata).toEqual(nulls)
  })

  it('that cannot be read any more is a tombstone and does not break its thread', async () => {
    const { id } = await add({ role: 'user', content: 'Old', parts: [{ type: 'text', text: 'Old' }] })
    await add({ role: 'assistant', content: 'New' })
    for (const parts of ['[{"kind":"hologram"}]', '"text"', '{}', '[1]']) {
      await queryAs(ada.sub, 'update messages set parts = $2::jsonb where id = $1', [id, parts])
      const { data } = await read<{ data: Message[] }>(ada.get(path))
      expect(data).toMatchObject([
        { id, content: 'Old', parts: [{ type: 'text', text: 'Old' }], tombstone: true },
        { content: 'New' },
      ])
      expect(data[1]).not.toHaveProperty('tombstone')
    }
    await queryAs(ada.sub, `update messages set parts = null, attachments = '[7]' where id = $1`, [id])
    expect(await read(ada.get(`${path}/${id}`))).toMatchObject({ attachments: [], tombstone: true })
  })

  it('comes back after it was deleted, and is found again', async () => {
    const { id } = await add({ role: 'user', content: 'A hedgehog sleeps in winter' })
    const url = `${path}/${id}`
    await ada.delete(url)
    expect(await found('hedgehog')).toEqual([])
    const restored = await read<Message>(ada.post(`${url}/restore`))
    expect(restored).toMatchObject({ id, seq: 1, content: 'A hedgehog sleeps in winter' })
    expect(await found('hedgehog winter')).toEqual([id])
    expect(await read(ada.post(`${url}/restore`))).toEqual(restored)
    expect(await read(ada.get(path.replace('/messages', '')))).toMatchObject({ messageCount: 1 })
    expect((await ada.post(`${path}/${crypto.randomUUID()}/restore`)).status).toBe(404)
  })
})
