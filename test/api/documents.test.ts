import { beforeEach, describe, expect, it } from 'vitest'
import { chunksOf, CUT, type Document, DOCUMENTS, getDocument, paragraph, put, textOf } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, expectRefused, idsOf, read, walk } from './helpers.ts'

const api = createApi()
let ada: TestUser

beforeEach(async () => {
  ada = await api.newUser()
})

const sha256 = async (text: string) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toHex()

describe('A new document', () => {
  it('is answered whole, and can be read as it was sent', async () => {
    const sent = {
      id: crypto.randomUUID(),
      externalId: 'docs/garden.md',
      title: ' Garden ',
      content: '# Beds\n\nÄpfel & 🍅 want sun.\n',
      format: 'markdown',
      language: 'german',
      tags: ['b', 'a', 'b'],
      metadata: { page: 1 },
      chunking: { size: 400 },
    }
    const answer = await ada.post(DOCUMENTS, sent)
    const document = await read<Document>(answer, 201)
    expect(document).toEqual({
      ...sent,
      title: 'Garden',
      tags: ['b', 'a'],
      chunking: { size: 400, overlap: 200 },
      contentHash: await sha256(sent.content),
      chunkCount: 1,
      status: 'pending',
      embeddings: { ready: 0, pending: 1, failed: 0 },
      lastError: null,
      createdAt: expect.any(String),
      updatedAt: document.createdAt,
    })
    expect(answer.headers.get('Location')).toBe(`${DOCUMENTS}/${sent.id}`)
    const ready = { status: 'ready', embeddings: { ready: 1, pending: 0, failed: 0 } }
    expect(await getDocument(ada, sent.id)).toEqual({ ...document, ...ready })
  })

  it('needs a title and a content only', async () => {
    const document = await put(ada, { content: 'One line.' })
    expect(document).toMatchObject({
      externalId: null,
      format: 'markdown',
      language: 'simple',
      tags: [],
      metadata: {},
      chunking: { size: 1600, overlap: 200 },
    })
  })

  it('is cut into chunks that are stretches of it, with the headings above them', async () => {
    const content = `Préface 🎻\n\n# Öl\n\n${paragraph(1)}\n\n## 🍅 Tomaten\n\n${paragraph(2)}\n\n${paragraph(3)}\n`
    const { id, chunkCount } = await put(ada, { content, chunking: { size: 300, overlap: 50 } })
    const chunks = await chunksOf(ada, id)
    expect(chunks).toHaveLength(chunkCount)
    expect(chunks.length).toBeGreaterThan(2)
    for (const [i, chunk] of chunks.entries()) {
      expect(chunk).toMatchObject({ position: i, content: content.slice(chunk.start, chunk.end), status: 'ready' })
    }
    expect(chunks.at(-1)?.headings).toEqual(['Öl', '🍅 Tomaten'])
    expect(chunks[0]?.headings).toEqual([])
  })

  it('has its chunks in pages', async () => {
    const { id } = await put(ada, { content: textOf(1, 2, 3, 4, 5), ...CUT })
    const pages = await walk<{ id: string; position: number }>(ada, `${DOCUMENTS}/${id}/chunks`, 2)
    expect(pages.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4])
    expect(new Set(idsOf(pages)).size).toBe(5)
    const other = await put(ada)
    const { nextCursor } = await read<{ nextCursor: string }>(ada.get(`${DOCUMENTS}/${id}/chunks?limit=2`))
    const answer = await ada.get(`${DOCUMENTS}/${other.id}/chunks?cursor=${nextCursor}`)
    await expectProblem(answer, 400, 'invalid_cursor')
  })

  it('keeps its id to itself', async () => {
    const { id } = await put(ada)
    await expectProblem(await ada.post(DOCUMENTS, { id, title: 'a', content: 'b' }), 409, 'conflict')
    expect(await getDocument(ada, id)).toMatchObject({ title: 'Garden' })
    const eve = await api.newUser()
    expect(await put(eve, { id, title: 'Mine' })).toMatchObject({ id, title: 'Mine' })
  })

  it.each<[string, object, ...string[]]>([
    ['no title', { title: undefined }, 'title'],
    ['a blank title', { title: '  ' }, 'title'],
    ['a long title', { title: 'x'.repeat(301) }, 'title'],
    ['no content', { content: undefined }, 'content'],
    ['a blank content', { content: ' \n\u00a0\t' }, 'content'],
    ['an empty external id', { externalId: '' }, 'externalId'],
    ['a long external id', { externalId: 'x'.repeat(257) }, 'externalId'],
    ['another format', { format: 'html' }, 'format'],
    ['a language that Postgres does not have', { language: 'klingon' }, 'language'],
    ['small chunks', { chunking: { size: 199 } }, 'chunking.size'],
    ['large chunks', { chunking: { size: 8001 } }, 'chunking.size'],
    ['too much overlap', { chunking: { size: 400, overlap: 201 } }, 'chunking.overlap'],
    ['more of chunking', { chunking: { by: 'page' } }, 'chunking.by'],
    ['a model alone', { model: 'mine' }, 'model'],
    ['a short embedding', { embedding: [1] }, 'embedding'],
    ['an embedding to cut', { embedding: axis(1), chunking: {} }, 'chunking'],
    ['fields of answers', { contentHash: '', status: 'ready' }, 'contentHash', 'status'],
  ])('is refused with %s', async (_, fields, ...paths) => {
    await expectRefused(await ada.post(DOCUMENTS, { title: 'Garden', content: 'Sun.', ...fields }), ...paths)
  })
})

const axis = (n: number) => Array.from({ length: 1536 }, (_, i) => (i === n ? 2 : 0))

describe('A document with an embedding of its own', () => {
  it('is one chunk, and nothing is embedded', async () => {
    const content = textOf(1, 2, 3)
    const document = await put(ada, { content, embedding: axis(7), model: 'mine' })
    expect(document).toMatchObject({ chunking: null, chunkCount: 1, status: 'ready' })
    const [chunk, ...others] = await chunksOf(ada, document.id)
    expect(others).toEqual([])
    expect(chunk).toMatchObject({ content, start: 0, end: content.length, headings: [], status: 'ready' })
  })

  it('keeps it until its text is another one', async () => {
    const { id } = await put(ada, { content: textOf(1), embedding: axis(7) })
    const path = `${DOCUMENTS}/${id}`
    for (const patch of [{ title: 'Other' }, { metadata: { a: 1 } }, { language: 'english' }, { format: 'text' }]) {
      const answer = await read<Document>(ada.patch(path, patch))
      expect(answer).toMatchObject({ chunking: null, status: 'ready', ...patch })
    }
    const changed = await read<Document>(ada.patch(path, { content: textOf(2) }))
    expect(changed).toMatchObject({ chunking: { size: 1600, overlap: 200 }, status: 'pending' })
    expect(await getDocument(ada, id)).toMatchObject({ status: 'ready' })
  })

  it('ends it where chunks are asked for, also where they are the same', async () => {
    const { id } = await put(ada, { content: textOf(1), embedding: axis(7) })
    const [chunk] = await chunksOf(ada, id)
    const path = `${DOCUMENTS}/${id}`
    const cut = await read<Document>(ada.patch(path, { chunking: { size: 800 } }))
    expect(cut).toMatchObject({ chunkCount: 1, status: 'pending', content: textOf(1) })
    expect(idsOf(await chunksOf(ada, id))).toEqual([chunk?.id])
    const own = await read<Document>(ada.patch(path, { embedding: axis(8), model: 'mine' }))
    expect(own).toMatchObject({ chunking: null, chunkCount: 1, status: 'ready', content: textOf(1) })
  })
})

describe('The list of documents', () => {
  it('has the newest first, without their contents', async () => {
    const documents = []
    for (let i = 0; i < 5; i++) documents.unshift(await put(ada, { title: `Title ${i}` }))
    const listed = await walk<Document>(ada, DOCUMENTS, 2)
    const { content: _content, ...first } = await getDocument(ada, documents[0]?.id ?? '')
    expect(idsOf(listed)).toEqual(idsOf(documents))
    expect(listed[0]).toEqual(first)
  })

  it('has those that the filters let through', async () => {
    const [a, b] = [
      await put(ada, { tags: ['x', 'y'], metadata: { of: { page: 1, at: 2 } } }),
      await put(ada, { tags: ['x'] }),
    ]
    const c = await put(ada, { externalId: 'c&d' })
    const list = async (query: string) => idsOf(await walk<Document>(ada, `${DOCUMENTS}?${query}`, 100))
    expect(await list('tag=x')).toEqual(idsOf([b, a]))
    expect(await list('tag=x&tag=y')).toEqual([a.id])
    expect(await list(`metadata=${encodeURIComponent('{"of":{"page":1}}')}`)).toEqual([a.id])
    expect(await list('externalId=c%26d')).toEqual([c.id])
    expect(await list(`createdAfter=${a.createdAt}`)).not.toContain(a.id)
    expect(await list(`createdBefore=${c.createdAt}&tag=x`)).toContain(a.id)
    await ada.delete(`${DOCUMENTS}/${a.id}`)
    expect(await list('tag=x')).toEqual([b.id])
    expect(await list('deleted=true')).toEqual([a.id])
    const { data } = await read<{ data: Document[] }>(ada.get(`${DOCUMENTS}?deleted=true`))
    expect(data[0]?.deletedAt).toEqual(expect.any(String))
    for (const query of ['title=', 'name=x', 'deleted=1', 'metadata=[]', 'externalId=', 'createdAfter=yesterday']) {
      await expectRefused(await ada.get(`${DOCUMENTS}?${query}`), query.split('=')[0] ?? '')
    }
  })

  it('finds a part of a title, whatever the case, accents and width', async () => {
    const street = await put(ada, { title: 'Lange Straße' })
    const dessert = await put(ada, { title: 'Cre\u0300me brûlée 100%' })
    await put(ada, { title: 'Garden' })
    const list = async (title: string) =>
      idsOf(await walk<Document>(ada, `${DOCUMENTS}?title=${encodeURIComponent(title)}`, 1))
    for (const title of ['STRASSE', 'strasse', 'straße', 'ｓｔｒａ']) expect(await list(title)).toEqual([street.id])
    for (const title of ['crème', 'creme', 'BRULEE 1', '%']) expect(await list(title)).toEqual([dessert.id])
    expect(await list('a')).toHaveLength(2)
    for (const title of ['strase', '_']) expect(await list(title)).toEqual([])
  })

  it('takes no cursor of another list', async () => {
    for (let i = 0; i < 3; i++) await put(ada)
    const { nextCursor } = await read<{ nextCursor: string }>(ada.get(`${DOCUMENTS}?limit=1`))
    await expectProblem(await ada.get(`${DOCUMENTS}?limit=1&tag=x&cursor=${nextCursor}`), 400, 'invalid_cursor')
  })
})
