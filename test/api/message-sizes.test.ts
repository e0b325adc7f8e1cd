// @module-tag slow
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { append, expectProblem, expectRefused, type Message, openConversation, type Page, read } from './helpers.ts'
import { exportOf, importLines, ofType } from './import-helpers.ts'

const MIB = 1024 * 1024
const api = createApi()
let ada: TestUser
let conversation: string
let path: string

beforeAll(async () => {
  ada = await api.newUser()
})
beforeEach(async () => {
  conversation = (await openConversation(ada)).id
  path = `/v1/conversations/${conversation}/messages`
})

const photo = (bytes: number) => ({
  type: 'file',
  mediaType: 'image/jpeg',
  url: `data:image/jpeg;base64,${'A'.repeat(bytes)}`,
})
/** The parts of a message that are as long as they may be. */
const longest = (character: string) => {
  const room = 2 * MIB - JSON.stringify([photo(0)]).length
  return [
    {
      ...photo(0),
      url:
        photo(0).url +
        character.repeat(Math.floor(room / (new TextEncoder().encode(JSON.stringify(character)).length - 2))),
    },
  ]
}
/** A message that has as much of everything as it may have, of characters that take the most room on their way. */
const largest = {
  role: 'assistant',
  content: '\u0001'.repeat(200_000),
  reasoning: '\u0001'.repeat(200_000),
  parts: longest('"'),
  attachments: [{ name: '"'.repeat(131_000), mediaType: '', url: '' }],
  usage: { raw: '"'.repeat(8_100) },
  metadata: { a: '"'.repeat(8_100) },
}

describe('The largest message', () => {
  it.each(['"', '\\', '\u0001', '語', 'A'])('is written, read, listed, and forked: %j', async (character) => {
    const message = await append(ada, path, { ...largest, parts: longest(character) })
    const url = `${path}/${message.id}`
    expect(await read(ada.get(url))).toEqual(message)
    expect(await read(ada.get(path))).toMatchObject({ data: [message], nextCursor: null })
    expect(await read(ada.get(`${path}?view=tree`))).toMatchObject({ data: [message] })
    expect(await read(ada.patch(url, { parts: message.parts, model: 'm' }))).toMatchObject({ parts: message.parts })
    await ada.delete(url)
    expect(await read(ada.post(`${url}/restore`))).toMatchObject({ parts: message.parts })
    const { id } = await read<{ id: string }>(ada.post(`/v1/conversations/${conversation}/fork`, {}), 201)
    const copies = await read<Page<Message>>(ada.get(`/v1/conversations/${id}/messages`))
    expect(copies.data[0]?.parts).toEqual(message.parts)
  })

  it('comes back with its key, whose answer is not kept twice', async () => {
    const key = { 'Idempotency-Key': crypto.randomUUID() }
    const first = await read(ada.post(path, largest, key), 201)
    const again = await ada.post(path, largest, key)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await read(again, 201)).toEqual(first)
  })

  it('goes to another account', { timeout: 120_000 }, async () => {
    const [from, to] = [await api.newUser(), await api.newUser()]
    const { id } = await openConversation(from)
    const messages = `/v1/conversations/${id}/messages`
    for (let n = 0; n < 3; n++) await append(from, messages, largest)
    for (let n = 0; n < 8; n++) await append(from, messages, { role: 'user', parts: [photo(1.3 * MIB)] })
    const lines = await exportOf(from)
    expect(ofType(lines, 'message')).toHaveLength(11)
    expect(await importLines(api, to, lines)).toMatchObject({ taken: { message: 11 }, refused: {} })
    expect(ofType(await exportOf(to), 'message')).toEqual(ofType(lines, 'message'))
  })
})

describe('A body', () => {
  it('has up to 8 MiB', async () => {
    const messages = Array.from({ length: 5 }, () => ({ role: 'user', parts: [photo(1.5 * MIB)] }))
    const { data } = await read<Page<Message>>(ada.post(path, { messages }), 201)
    expect(data.map(({ parts }) => parts)).toEqual(messages.map(({ parts }) => parts))
    const more = { messages: [...messages, ...messages] }
    await expectProblem(await ada.post(path, more), 413, 'payload_too_large')
  })

  it('that the database does not take at once is refused before anything is sent', async () => {
    const messages = Array.from({ length: 3 }, () => ({ role: 'user', content: '', parts: longest('"') }))
    const before = await api.posts()
    const { detail } = await expectProblem(await ada.post(path, { messages }), 413, 'payload_too_large')
    expect(detail).toContain('quotes')
    expect(await api.posts()).toBe(before)
    expect(await read(ada.get(path))).toMatchObject({ data: [] })
  })

  it('has tool outputs of many values', async () => {
    const output = Array.from({ length: 100_000 }, (_, i) => i % 10)
    const parts = [{ type: 'tool-list', toolCallId: 'c', state: 'output-available', input: {}, output }]
    const { id } = await append(ada, path, { role: 'assistant', parts })
    expect(await read(ada.get(`${path}/${id}`))).toMatchObject({ parts })
  })
})

describe('A page of photos', () => {
  const ask = {
    role: 'user',
    parts: [{ type: 'text', text: 'What is this?' }, photo(1.3 * MIB), { type: 'step-start' }],
  }

  it.each(['', '&view=tree', '&order=desc', '&siblings=true'])(
    'shows as many messages as were asked for: %s',
    async (query) => {
      for (let n = 0; n < 12; n++) await append(ada, path, ask)
      const { data, nextCursor } = await read<Page<Message & { partsOmitted?: boolean }>>(
        ada.get(`${path}?limit=10${query}`),
      )
      expect(data).toHaveLength(10)
      expect(nextCursor).not.toBeNull()
      const whole = data.filter(({ partsOmitted }) => !partsOmitted)
      expect(whole).toEqual(data.slice(0, whole.length))
      expect(whole.length).toBeGreaterThanOrEqual(2)
      for (const { parts } of whole) expect(parts).toEqual(ask.parts)
      const marker = { type: 'data-parley-omitted', data: { type: 'file', bytes: expect.any(Number) } }
      for (const { id, parts, partsOmitted } of data.slice(whole.length)) {
        expect({ parts, partsOmitted }).toEqual({ parts: [ask.parts[0], marker, ask.parts[2]], partsOmitted: true })
        expect((await read<Message>(ada.get(`${path}/${id}`))).parts).toEqual(ask.parts)
      }
      const { id, parts } = data.at(-1) as Message
      await expectRefused(await ada.patch(`${path}/${id}`, { parts }), 'parts.1.type')
    },
  )
})
