import { beforeEach, describe, expect, it } from 'vitest'
import {
  chunksOf,
  createPendingApi,
  CUT,
  type Document,
  DOCUMENTS,
  getDocument,
  put,
  textOf,
} from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, expectRefused, idsOf, read } from './helpers.ts'

const api = createApi()
let ada: TestUser
let document: Document
let path: string

beforeEach(async () => {
  ada = await api.newUser()
  document = await put(ada, { content: textOf(1, 2, 3), metadata: { a: 1, b: 2 }, ...CUT })
  path = `${DOCUMENTS}/${document.id}`
})

const patch = (fields: object) => read<Document>(ada.patch(path, fields))
const READY = { ready: 3, pending: 0, failed: 0 }

describe('A change', () => {
  it.each<[string, object, object]>([
    ['metadata', { metadata: { a: null, c: 3 } }, { metadata: { b: 2, c: 3 } }],
    ['no metadata', { metadata: null }, { metadata: {} }],
    ['tags', { tags: ['x', 'x'] }, { tags: ['x'] }],
    ['an external id', { externalId: 'e' }, { externalId: 'e' }],
    ['a language', { language: 'french' }, { language: 'french' }],
    ['the same content', { content: textOf(1, 2, 3) }, {}],
    ['the same format', { format: 'text' }, {}],
    ['the same chunking', { chunking: { size: 400, overlap: 0 } }, {}],
  ])('of %s embeds nothing anew', async (_, fields, shown) => {
    const before = await chunksOf(ada, document.id)
    const changed = await patch(fields)
    expect(changed).toMatchObject({ ...shown, content: document.content, status: 'ready', embeddings: READY })
    expect(await chunksOf(ada, document.id)).toEqual(before)
    expect(await getDocument(ada, document.id)).toEqual(changed)
  })

  it('of the content embeds what is new in it, cut as before', async () => {
    const before = idsOf(await chunksOf(ada, document.id))
    const content = textOf(3, 1, 4)
    const changed = await patch({ content })
    const embeddings = { ready: 2, pending: 1, failed: 0 }
    expect(changed).toMatchObject({ content, ...CUT, chunkCount: 3, status: 'pending', embeddings })
    expect(changed.contentHash).not.toBe(document.contentHash)
    const after = await chunksOf(ada, document.id)
    expect(idsOf(after).slice(0, 2)).toEqual([before[2], before[0]])
    expect(after.map((chunk) => content.slice(chunk.start, chunk.end))).toEqual(after.map(({ content }) => content))
    expect(await getDocument(ada, document.id)).toMatchObject({ status: 'ready' })
  })

  it('of the title embeds all of it, as it stands above each chunk', async () => {
    const before = await chunksOf(ada, document.id)
    expect(await patch({ title: 'Other' })).toMatchObject({ title: 'Other', embeddings: { ready: 0, pending: 3 } })
    expect(await chunksOf(ada, document.id)).toEqual(before)
    expect(await getDocument(ada, document.id)).toMatchObject({ status: 'ready' })
  })

  it('of the chunking cuts what is there', async () => {
    const changed = await patch({ chunking: { size: 600, overlap: 0 } })
    expect(changed).toMatchObject({ content: document.content, chunking: { size: 600, overlap: 0 }, chunkCount: 2 })
    expect(await chunksOf(ada, document.id)).toHaveLength(2)
  })

  it('of the format reads what is there anew', async () => {
    await patch({ content: '# Head\n\nText.' })
    expect(await chunksOf(ada, document.id)).toMatchObject([{ headings: [] }])
    await patch({ format: 'markdown' })
    expect(await chunksOf(ada, document.id)).toMatchObject([{ headings: ['Head'] }])
  })

  it('of a new content is one request to the database where the settings are the usual ones', async () => {
    const { id } = await put(ada, { content: textOf(1) })
    const before = await api.posts()
    await read(ada.patch(`${DOCUMENTS}/${id}`, { content: textOf(2) }))
    expect((await api.posts()) - before).toBe(1)
  })

  it('needs a state that it names', async () => {
    const tag = (await ada.get(path)).headers.get('ETag') ?? ''
    const changed = await ada.patch(path, { title: 'A' }, { 'If-Match': tag })
    expect(changed.status).toBe(200)
    for (const fields of [{ title: 'B' }, { content: 'B' }, { chunking: {} }]) {
      await expectProblem(await ada.patch(path, fields, { 'If-Match': tag }), 412, 'precondition_failed')
    }
    await expectProblem(await ada.delete(path, { 'If-Match': tag }), 412, 'precondition_failed')
    // Its chunks have got their vectors meanwhile, which is no change of the document.
    const pending = changed.headers.get('ETag') ?? ''
    expect(pending).not.toBe((await ada.get(path)).headers.get('ETag'))
    expect((await ada.delete(path, { 'If-Match': pending })).status).toBe(204)
  })

  it('takes no external id that another document has', async () => {
    const other = await put(ada, { externalId: 'other' })
    await expectProblem(await ada.patch(path, { externalId: 'other' }), 409, 'conflict')
    await ada.patch(`${DOCUMENTS}/${other.id}`, { externalId: null })
    expect(await patch({ externalId: 'other' })).toMatchObject({ externalId: 'other' })
  })

  it.each<[object, ...string[]]>([
    [{}, '(root)'],
    [{ content: ' ' }, 'content'],
    [{ title: null }, 'title'],
    [{ id: crypto.randomUUID() }, 'id'],
    [{ model: 'm' }, 'model'],
    [{ chunking: { overlap: 900 } }, 'chunking.overlap'],
  ])('%o is refused', async (fields, ...paths) => {
    await expectRefused(await ada.patch(path, fields), ...paths)
  })
})

describe('Chunks that wait', () => {
  const pending = createPendingApi()

  it('show, with the reason, and a client that holds the tag learns of it', async () => {
    const eve = await pending.newUser()
    const { id } = await put(eve, { content: textOf(1, 2), ...CUT })
    const answer = await eve.get(`${DOCUMENTS}/${id}`)
    const tag = answer.headers.get('ETag') ?? ''
    const waiting = await read<Document>(answer)
    const { ready, pending: queued, failed } = waiting.embeddings
    expect([waiting.status === 'ready', ready, queued + failed]).toEqual([false, 0, 2])
    expect(waiting.lastError).toMatch(/401/)
    expect(await chunksOf(eve, id)).toMatchObject([{ lastError: waiting.lastError }, { lastError: waiting.lastError }])
    expect((await eve.get(`${DOCUMENTS}/${id}`, { 'If-None-Match': tag })).status).toBe(304)
    const listed = await read<{ data: Document[] }>(eve.get(DOCUMENTS))
    expect(listed.data[0]).toMatchObject({ status: waiting.status, embeddings: waiting.embeddings })
    // With a new text they are tried anew, here by somebody who can.
    await read(api.as(eve).patch(`${DOCUMENTS}/${id}`, { title: 'Other' }))
    const ready2 = await eve.get(`${DOCUMENTS}/${id}`, { 'If-None-Match': tag })
    expect(await read<Document>(ready2)).toMatchObject({ status: 'ready', lastError: null })
  })
})
