import { describe, expect, inject, it } from 'vitest'
import { createApi } from './harness.ts'
import { expectProblem, expectRefused, type Message, type Page, read, walk } from './helpers.ts'
import {
  dataOf,
  exportOf,
  exportText,
  importLines,
  type ImportReport,
  longFile,
  type LooseLine,
  ofType,
  send,
  toText,
} from './import-helpers.ts'

const api = createApi()
const MIB = 1024 * 1024
const pathOf = (id: string) => `/v1/conversations/${id}/messages`
const embedding = Array.from({ length: 1536 }, (_, i) => Math.sin(i + 1))
const [head, conversation, first, second, third] = longFile(3) as [
  LooseLine,
  LooseLine,
  LooseLine,
  LooseLine,
  LooseLine,
]

const withText = (lines: readonly (LooseLine | string)[]) =>
  lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
const encode = (text: string) => new TextEncoder().encode(text)
/** The database behind something that fails as it is told to. */
const failing = (faults: string) => {
  const url = new URL(inject('bindings').DATABASE_URL)
  url.port = new URL(inject('faults')).port
  url.searchParams.set('faults', faults)
  return createApi({ DATABASE_URL: url.href })
}

describe('A line that cannot be taken', () => {
  const report = async (...lines: (LooseLine | string)[]) => {
    const user = await api.newUser()
    return read<ImportReport>(send(api, user, withText([head, conversation, ...lines])))
  }

  it.each<[string, LooseLine | string, string, string | undefined]>([
    ['half an object', '{"type":"message",', 'line', undefined],
    ['no object', '[]', 'line', 'type'],
    ['of an unknown type', { type: 'picture' }, 'line', 'type'],
    ['without a type', '{}', 'line', 'type'],
    ['with a NUL byte', { ...first, content: 'a\0b' }, 'message', 'content'],
    ['with a lone surrogate', { ...first, content: 'a\uD800b' }, 'message', 'content'],
    [
      'with a number beyond a double',
      JSON.stringify(first).replace('}', ',"metadata":{"n":1e999}}'),
      'message',
      'metadata.n',
    ],
    ['with a wrong type', { ...first, role: 7 }, 'message', 'role'],
    ['with an id that is none', { ...first, id: 'a b' }, 'message', 'id'],
    [
      'of a message without its conversation',
      { type: 'vector', id: crypto.randomUUID(), messageId: 'm', model: 'm', embedding },
      'vector',
      'conversationId',
    ],
    [
      'of a conversation without its message',
      { type: 'vector', id: crypto.randomUUID(), conversationId: 'c', model: 'm', embedding },
      'vector',
      'conversationId',
    ],
    ['with an unknown field', { ...first, userId: crypto.randomUUID() }, 'message', 'userId'],
    ['with a part without a type', { ...first, parts: [{ kind: 'hologram' }] }, 'message', 'parts.0.type'],
    ['with a text that is too long', { ...first, content: 'x'.repeat(200_001) }, 'message', 'content'],
    ['with metadata that is too long', { ...first, metadata: { a: 'x'.repeat(32_768) } }, 'message', 'metadata'],
    [
      'with metadata that grows',
      { ...first, metadata: { a: Array.from({ length: 200 }, () => 1e300) } },
      'message',
      'metadata',
    ],
    ['of the year 0', { ...first, createdAt: '0000-01-01T00:00:00Z' }, 'message', 'createdAt'],
    ['before our era', { ...first, createdAt: '0001-01-01T00:00:00+14:00' }, 'message', 'createdAt'],
    ['at no time', { ...first, createdAt: '2026-02-30T00:00:00Z' }, 'message', 'createdAt'],
    [
      'of a conversation that is not here',
      { ...first, conversationId: crypto.randomUUID() },
      'message',
      'conversationId',
    ],
    ['below a message that is not here', { ...first, parentId: crypto.randomUUID() }, 'message', 'parentId'],
    ['below itself', { ...first, parentId: first['id'] }, 'message', 'parentId'],
    [
      'with metadata that grows, a conversation',
      { ...conversation, id: crypto.randomUUID(), metadata: { a: Array.from({ length: 200 }, () => 1e300) } },
      'conversation',
      'metadata',
    ],
    [
      'with a zero vector',
      { type: 'vector', id: crypto.randomUUID(), embedding: Array(1536).fill(0) },
      'vector',
      'embedding',
    ],
    [
      'with a vector of nothing',
      {
        type: 'vector',
        id: crypto.randomUUID(),
        embedding,
        conversationId: conversation.id,
        messageId: crypto.randomUUID(),
      },
      'vector',
      'messageId',
    ],
  ])('is told and does not stop the rest: %s', async (_, line, type, path) => {
    const other = { ...first, id: crypto.randomUUID() }
    const { taken, refused, errors } = await report(line, other)
    expect(errors).toEqual([{ line: 3, ...(path && { path }), message: expect.any(String) }])
    expect(refused).toEqual({ [type]: 1 })
    expect(taken).toEqual({ conversation: 1, message: 1 })
  })

  it('takes what hangs on it along; with the line put right, a second import takes both', async () => {
    const user = await api.newUser()
    const spoilt = { ...second, content: 7 }
    const once = await read<ImportReport>(send(api, user, withText([head, conversation, first, spoilt, third])))
    expect(once).toMatchObject({ taken: { conversation: 1, message: 1 }, refused: { message: 2 }, complete: false })
    expect(once.errors.map(({ line, path }) => [line, path])).toEqual([
      [4, 'content'],
      [5, 'parentId'],
    ])
    const again = await read<ImportReport>(send(api, user, withText([head, conversation, first, second, third])))
    expect(again).toMatchObject({ taken: { message: 2 }, refused: {} })
    const shown = await read<Page<Message>>(user.get(pathOf(String(conversation['id']))))
    expect(shown.data.map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  it('is one that comes twice; in another conversation it is another message', async () => {
    const other = { ...conversation, id: crypto.randomUUID() }
    const moved = { ...first, conversationId: other.id }
    const { taken, skipped, errors } = await report(other, first, first, moved)
    expect({ taken, skipped, errors }).toEqual({
      taken: { conversation: 2, message: 2 },
      skipped: { message: 1 },
      errors: [],
    })
  })

  it('is the second vector of a message', async () => {
    const vectors = [1, 2].map(() => ({
      type: 'vector',
      id: crypto.randomUUID(),
      conversationId: conversation['id'],
      messageId: first['id'],
      model: 'm',
      embedding,
    }))
    const { taken, skipped, errors } = await report(first, ...vectors)
    expect({ taken, skipped, errors }).toEqual({
      taken: { conversation: 1, message: 1, vector: 1 },
      skipped: { vector: 1 },
      errors: [],
    })
  })

  it('is not UTF-8, or ends with CR LF, or is blank', async () => {
    const user = await api.newUser()
    const parts = [
      encode(`\uFEFF${JSON.stringify(head)}\r\n\r\n  \n`),
      new Uint8Array([0x22, 0xff, 0x22, 0x0a]),
      encode(JSON.stringify(conversation)),
    ]
    const { taken, errors } = await read<ImportReport>(send(api, user, new Blob(parts)))
    expect([taken, errors]).toEqual([{ conversation: 1 }, [{ line: 4, message: 'is not UTF-8' }]])
  })

  it('is one of many: a hundred are told, all are counted', async () => {
    const { refused, errors } = await report(...Array.from({ length: 250 }, () => '{'))
    expect([refused, errors.length]).toEqual([{ line: 250 }, 100])
  })
})

describe('An import as a whole', () => {
  it('is refused where it is too large, or of another kind', async () => {
    const user = await api.newUser()
    const large = `${toText([head, conversation])}${'x'.repeat(6 * MIB + 1)}`
    const { detail } = await expectProblem(await send(api, user, large), 413, 'payload_too_large')
    expect(detail).toContain('Line 3')
    await expectProblem(await send(api, user, `[${' '.repeat(5 * MIB)}]`, 'application/json'), 413, 'payload_too_large')
    const declared = { Authorization: `Bearer ${user.accessToken}`, 'Content-Type': 'application/x-ndjson' }
    const headers = { ...declared, 'Content-Length': String(64 * MIB + 1) }
    await expectProblem(await api.call('POST', '/v1/import', { body: '{}', headers }), 413, 'payload_too_large')
    await expectProblem(await send(api, user, 'a', 'text/csv'), 415, 'unsupported_media_type')
    await expectProblem(await send(api, user, '[]', ''), 415, 'unsupported_media_type')
    const packed = { ...declared, 'Content-Encoding': 'gzip' }
    await expectProblem(
      await api.call('POST', '/v1/import', { body: 'a', headers: packed }),
      415,
      'unsupported_media_type',
    )
    await expectRefused(await send(api, user, '[', 'application/json'), '(root)')
    await expectRefused(await send(api, user, '{"messages":[]}', 'application/json'), '(root)')
    await expectRefused(await send(api, user, toText([{ type: 'export', format: 2 }])), 'format')
    await expectRefused(await send(api, user, '[]', 'application/json', '?conversationId=a%2Fb'), 'conversationId')
    await expectRefused(await send(api, user, '[]', 'application/json', '?surprise=1'), 'surprise')
    expect(dataOf(await exportOf(user)).length).toBeLessThanOrEqual(1)
  })

  it('has more than 64 MiB without saying so', async () => {
    const user = await api.newUser()
    const chunk = new TextEncoder().encode(`${' '.repeat(MIB - 1)}\n`)
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        controller.enqueue(chunk)
      },
    })
    await expectProblem(await send(api, user, body), 413, 'payload_too_large')
    expect(sent).toBeLessThan(80)
  })

  it.each([
    ['application/x-ndjson', '{"type":"message"}\n'.repeat(1_000_000)],
    ['application/x-ndjson', `${'\n'.repeat(30 * MIB)}${'0\n'.repeat(MIB)}`],
    ['application/json', `[${'0,'.repeat(2_000_000)}0]`],
    ['application/json', `[{"mapping":{}},${'0,'.repeat(2_000_000)}0]`],
  ])('costs little where it is none: %s', { tags: 'slow' }, async (type, body) => {
    const user = await api.newUser()
    const started = performance.now()
    const { detail, errors } = await expectProblem(await send(api, user, body, type), 400, 'invalid_request')
    // Alone it takes a few seconds; what grows with the square of the lines takes minutes.
    expect(performance.now() - started).toBeLessThan(30_000)
    expect([detail, errors?.length]).toEqual([expect.stringContaining('10000'), 20])
  })

  it('may hold nothing', async () => {
    const user = await api.newUser()
    expect(await importLines(api, user, [])).toMatchObject({ taken: {}, skipped: {}, refused: {}, complete: false })
  })

  it('says so where the database fails midway, and goes on the next time', async () => {
    const user = await api.newUser()
    const text = toText(longFile(350))
    const { detail } = await expectProblem(
      await send(failing('pass,pass,42P01'), user, text),
      503,
      'import_interrupted',
    )
    expect(detail).toContain('sending the same again')
    const { taken, skipped } = await read<ImportReport>(send(api, user, text))
    expect([taken, skipped]).toEqual([{ message: 150 }, { conversation: 1, message: 200 }])
  })

  it('asks once more where an answer was lost', async () => {
    const user = await api.newUser()
    const lines = longFile(350)
    const report = await read<ImportReport>(send(failing('pass,lose,pass,cut,pass'), user, toText(lines)))
    expect(report).toMatchObject({ taken: { message: 250 }, skipped: { message: 100 }, refused: {} })
    const rows = await walk<Message>(user, pathOf(String(lines[1]?.['id'])), 100)
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 350 }, (_, n) => n + 1))
  })

  it('comes twice at the same moment, and is there once', async () => {
    const user = await api.newUser()
    const text = toText(longFile(350))
    const reports = await Promise.all([1, 2, 3].map(() => read<ImportReport>(send(api, user, text))))
    expect(reports.reduce((sum, { taken }) => sum + (taken['message'] ?? 0), 0)).toBe(350)
    expect(ofType(await exportOf(user), 'message').map(({ seq }) => seq)).toEqual(
      Array.from({ length: 350 }, (_, n) => n + 1),
    )
    expect(await exportText(user)).toContain('"message":350')
  })
})
