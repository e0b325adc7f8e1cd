import { beforeAll, expect, it } from 'vitest'
import { chunksOf, type Document, DOCUMENTS, getDocument, put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, expectRefused, read } from './helpers.ts'

const MIB = 1024 * 1024
const api = createApi()
let ada: TestUser

beforeAll(async () => {
  ada = await api.newUser()
})

const LINE = 'Ünder the harbour wall the violin waits for its kernel of truth.\n\n'
/** A body of so many bytes that is a document. */
function bodyOf(bytes: number): string {
  const [head, tail] = ['{"title":"Large","chunking":{"size":8000},"content":"', '"}']
  const line = JSON.stringify(LINE).slice(1, -1)
  const lineBytes = new TextEncoder().encode(line).length
  const room = bytes - head.length - tail.length
  return head + line.repeat(room / lineBytes) + 'x'.repeat(room % lineBytes) + tail
}
const send = (method: string, path: string, body: string, headers: Record<string, string> = {}) =>
  api.call(method, path, {
    body,
    headers: { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': 'application/json', ...headers },
  })

it.each([
  ['a PDF with NUL bytes', '%PDF-1.7\n1 0 obj\n\0\0endobj'],
  ['a PDF without NUL bytes', '%PDF-1.4\n%âãÏÓ\n1 0 obj'],
  ['an office file', 'PK\u0003\u0004\u0014word/document.xml'],
])('A document that is a file, sent as text (%s), is refused: text is expected', async (_, content) => {
  const response = await ada.post(DOCUMENTS, { title: 'Report', content })
  const { errors } = await expectProblem(response, 400, 'invalid_request')
  expect(errors).toEqual([{ path: 'content', message: expect.stringMatching(/\btext\b/) }])
})

it('A document may have 5 MiB as it is sent, and is kept to the last character', { tags: 'slow' }, async () => {
  const body = bodyOf(5 * MIB)
  const { content } = JSON.parse(body) as { content: string }
  const headers = { 'Idempotency-Key': crypto.randomUUID() }
  const stored = await read<Document>(send('POST', DOCUMENTS, body, headers), 201)
  expect(stored.content === content).toBe(true)
  const again = await send('POST', DOCUMENTS, body, headers)
  expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  expect((await read<Document>(again, 201)).content === content).toBe(true)
  expect((await getDocument(ada, stored.id)).content === content).toBe(true)
  const chunks = await chunksOf(ada, stored.id)
  expect(chunks.length).toBe(stored.chunkCount)
  expect(chunks.filter((chunk) => content.slice(chunk.start, chunk.end) !== chunk.content)).toEqual([])

  const changed = await send('PATCH', `${DOCUMENTS}/${stored.id}`, bodyOf(5 * MIB))
  expect([changed.status, (await changed.text()).length > 4 * MIB]).toEqual([200, true])
  expect((await ada.delete(`${DOCUMENTS}/${stored.id}`)).status).toBe(204)
})

it('One byte more than the limit is too large, for documents as elsewhere', async () => {
  const { id } = await put(ada)
  for (const [method, path, bytes] of [
    ['POST', DOCUMENTS, 5 * MIB],
    ['PATCH', `${DOCUMENTS}/${id}`, 5 * MIB],
    ['POST', `${DOCUMENTS}/${id}/purge`, MIB],
    ['POST', '/v1/conversations', MIB],
  ] as const) {
    await expectProblem(await send(method, path, bodyOf(bytes + 1)), 413, 'payload_too_large')
  }
})

it('More than 1,000 chunks for a MiB are too many, where their size was asked for', async () => {
  const content = `${'word '.repeat(39)}\n\n`.repeat(1_001)
  const body = { title: 'Many', content, format: 'text', chunking: { size: 200, overlap: 0 } }
  await expectRefused(await ada.post(DOCUMENTS, body), 'content')
  expect((await ada.post(DOCUMENTS, { ...body, content: content.slice(0, -197) })).status).toBe(201)
})

it('Chunks become larger where there would be too many by default, and stay so', async () => {
  const content = Array.from({ length: 2_000 }, (_, i) => `# Heading ${i}\n\n${'word '.repeat(96)}`).join('\n\n')
  const { id, chunking, chunkCount } = await put(ada, { content })
  expect(chunking).toEqual({ size: 3200, overlap: 200 })
  expect(chunkCount).toBeLessThanOrEqual(1_000)
  const changed = await read<Document>(ada.patch(`${DOCUMENTS}/${id}`, { content: `${content} And more.` }))
  expect(changed).toMatchObject({ chunking })
})

it('Headings are kept as far as they can be read, however long and many they are', async () => {
  const content = Array.from({ length: 6 }, (_, i) => `${'#'.repeat(i + 1)} ${'🎻'.repeat(400)}\n\nText ${i}.`).join(
    '\n\n',
  )
  const { id } = await put(ada, { content, chunking: { size: 1000, overlap: 0 } })
  for (const { headings } of await chunksOf(ada, id)) {
    expect(headings.every((heading) => heading.length <= 200 && heading.isWellFormed())).toBe(true)
  }
})
