import { beforeEach, describe, expect, inject, it } from 'vitest'
import { chunksOf, CUT, type Document, DOCUMENTS, getDocument, put, textOf } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, idsOf, type Page, read, statusesOf, walk } from './helpers.ts'

const api = createApi()
let ada: TestUser

beforeEach(async () => {
  ada = await api.newUser()
})

const sent = { externalId: 'a', title: 'Garden', content: textOf(1, 2, 3), tags: ['t'], metadata: { m: 1 }, ...CUT }
const again = (fields: object = {}, user = ada) => user.post(DOCUMENTS, { ...sent, ...fields })
const eventsOf = async () =>
  (await read<Page<{ action: string; resource: string }>>(ada.get('/v1/audit-events?limit=100'))).data.flatMap(
    ({ action, resource }) => (resource === 'document' ? [action] : []),
  )

describe('A document that is sent again', () => {
  it('stays as it is where nothing differs', async () => {
    const { id } = await put(ada, sent)
    const first = await ada.get(`${DOCUMENTS}/${id}`)
    const chunks = await chunksOf(ada, id)
    const answer = await again()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('ETag')).toBe(first.headers.get('ETag'))
    expect(answer.headers.get('Location')).toBe(`${DOCUMENTS}/${id}`)
    expect(await read(answer)).toEqual(await read(first))
    expect(await chunksOf(ada, id)).toEqual(chunks)
    expect(await eventsOf()).toEqual(['create'])
  })

  it('is replaced altogether', async () => {
    const { id, createdAt } = await put(ada, sent)
    const replaced = await read<Document>(ada.post(DOCUMENTS, { externalId: 'a', title: 'B', content: 'C' }))
    expect(replaced).toMatchObject({
      id,
      createdAt,
      title: 'B',
      content: 'C',
      format: 'markdown',
      tags: [],
      metadata: {},
      chunkCount: 1,
      chunking: { size: 1600, overlap: 200 },
    })
    expect(await chunksOf(ada, id)).toMatchObject([{ position: 0, content: 'C', status: 'ready' }])
    expect(await eventsOf()).toEqual(['update', 'create'])
  })

  it('has only the chunks that differ embedded anew', async () => {
    const { id } = await put(ada, sent)
    const before = await chunksOf(ada, id)
    const content = textOf(0, 1, 3, 3, 2)
    const answer = await read<Document>(again({ content }))
    // Two are new: the first, and the second copy of the third.
    expect(answer).toMatchObject({ id, chunkCount: 5, embeddings: { ready: 3, pending: 2, failed: 0 } })
    const after = await chunksOf(ada, id)
    for (const chunk of after) expect(content.slice(chunk.start, chunk.end)).toBe(chunk.content)
    const [one, two, three] = idsOf(before)
    const [, first, third, , last] = idsOf(after)
    expect([first, last, third]).toEqual([one, two, three])
    expect(await getDocument(ada, id)).toMatchObject({ status: 'ready', embeddings: { ready: 5 } })
  })

  it('has nothing embedded anew for its tags, metadata and language', async () => {
    const { id } = await put(ada, sent)
    const before = await chunksOf(ada, id)
    const answer = await read<Document>(again({ tags: [], metadata: {}, language: 'english' }))
    expect(answer).toMatchObject({ status: 'ready', tags: [], metadata: {}, language: 'english' })
    expect(await chunksOf(ada, id)).toEqual(before)
  })

  it('has all of it embedded anew for its title, and keeps its chunks', async () => {
    const { id } = await put(ada, sent)
    const before = await chunksOf(ada, id)
    expect(await read<Document>(again({ title: 'Other' }))).toMatchObject({ embeddings: { ready: 0, pending: 3 } })
    expect(await chunksOf(ada, id)).toEqual(before)
  })

  it('is known by its id, too, and by no other', async () => {
    const { id } = await put(ada, sent)
    expect((await again({ id })).status).toBe(200)
    await expectProblem(await again({ id: crypto.randomUUID() }), 409, 'conflict')
    const other = await put(ada)
    await expectProblem(await again({ id: other.id }), 409, 'conflict')
    await expectProblem(await again({ id: other.id, externalId: 'b' }), 409, 'conflict')
    expect(await getDocument(ada, id)).toMatchObject({ title: 'Garden', externalId: 'a' })
  })

  it('comes back where it was deleted', async () => {
    const { id } = await put(ada, sent)
    const chunks = await chunksOf(ada, id)
    await ada.delete(`${DOCUMENTS}/${id}`)
    expect(await read<Document>(again())).toMatchObject({ id, status: 'ready', chunkCount: 3 })
    expect(await chunksOf(ada, id)).toEqual(chunks)
    expect(await eventsOf()).toEqual(['restore', 'delete', 'create'])
  })

  it('is no document of somebody else', async () => {
    const { id } = await put(ada, sent)
    const eve = await api.newUser()
    const theirs = await read<Document>(again({ title: 'Theirs' }, eve), 201)
    expect(theirs.id).not.toBe(id)
    expect(await getDocument(ada, id)).toMatchObject({ title: 'Garden' })
  })

  it('has another embedding, or the same', async () => {
    const embedding = Array.from({ length: 1536 }, (_, i) => (i === 3 ? 1 : 0))
    const own = { externalId: 'own', title: 'T', content: 'C', embedding }
    const first = await ada.post(DOCUMENTS, own)
    const same = await ada.post(DOCUMENTS, own)
    expect(same.headers.get('ETag')).toBe(first.headers.get('ETag'))
    // Kept as it was sent: a longer one in the same direction is another one.
    const longer = await ada.post(DOCUMENTS, { ...own, embedding: embedding.map((value) => value * 2) })
    expect(longer.headers.get('ETag')).not.toBe(first.headers.get('ETag'))
    const other = await ada.post(DOCUMENTS, { ...own, model: 'other' })
    expect(other.headers.get('ETag')).not.toBe(longer.headers.get('ETag'))
    const cut = await read<Document>(ada.post(DOCUMENTS, { externalId: 'own', title: 'T', content: 'C' }))
    expect(cut).toMatchObject({ status: 'pending', chunkCount: 1 })
  })
})

describe('With an Idempotency-Key', () => {
  it('a document is stored once, and answered as it was', async () => {
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const first = await ada.post(DOCUMENTS, sent, headers)
    const { id } = await read<Document>(first.clone(), 201)
    await ada.patch(`${DOCUMENTS}/${id}`, { title: 'Later', content: 'Other' })
    const second = await ada.post(DOCUMENTS, sent, headers)
    expect([second.status, second.headers.get('Idempotency-Replayed')]).toEqual([201, 'true'])
    expect(await second.text()).toBe(await first.text())
    expect(second.headers.get('ETag')).toBe(first.headers.get('ETag'))
    expect(await getDocument(ada, id)).toMatchObject({ title: 'Later', content: 'Other' })
  })

  it('one that changed nothing changes nothing later either', async () => {
    const { id } = await put(ada, sent)
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    expect((await ada.post(DOCUMENTS, sent, headers)).status).toBe(200)
    await ada.patch(`${DOCUMENTS}/${id}`, { title: 'Later' })
    const second = await ada.post(DOCUMENTS, sent, headers)
    expect([second.status, second.headers.get('Idempotency-Replayed')]).toEqual([200, 'true'])
    expect(await getDocument(ada, id)).toMatchObject({ title: 'Later' })
  })

  it('one that was refused leaves the key free', async () => {
    const { id } = await put(ada, sent)
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const body = { id: crypto.randomUUID(), externalId: 'a', title: 'T', content: 'C' }
    await expectProblem(await ada.post(DOCUMENTS, body, headers), 409, 'conflict')
    await ada.patch(`${DOCUMENTS}/${id}`, { externalId: null })
    expect((await ada.post(DOCUMENTS, body, headers)).status).toBe(201)
  })
})

describe.skipIf(inject('embedded'))('At the same moment', () => {
  it.each([
    ['an external id', {}],
    ['an external id and an id', { id: crypto.randomUUID() }],
  ])('%s makes one document', async (_, fields) => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => again({ ...fields, content: textOf(1, 2, i + 3) })),
    )
    expect(statusesOf(answers)).toEqual([200, 200, 200, 200, 200, 201])
    const documents = await walk<Document>(ada, DOCUMENTS, 100)
    expect(documents).toHaveLength(1)
    const { id, content } = await getDocument(ada, documents[0]?.id ?? '')
    const chunks = await chunksOf(ada, id)
    expect(chunks.map((chunk) => content.slice(chunk.start, chunk.end))).toEqual(chunks.map(({ content }) => content))
    expect(chunks.map(({ position }) => position)).toEqual([0, 1, 2])
  })

  it('a key and a document are used once', async () => {
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const body = { title: 'T', content: textOf(1, 2), ...CUT }
    const answers = await Promise.all(Array.from({ length: 5 }, () => ada.post(DOCUMENTS, body, headers)))
    expect(statusesOf(answers)).toEqual([201, 201, 201, 201, 201])
    expect(await walk<Document>(ada, DOCUMENTS, 100)).toHaveLength(1)
  })

  it('changes of content, title and embedding leave a whole document', async () => {
    const apart = createApi({ ...inject('apart') })
    ada = await apart.newUser()
    const { id } = await put(ada, sent)
    const path = `${DOCUMENTS}/${id}`
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all([
        ada.patch(path, { content: textOf(round, 7) }),
        ada.patch(path, { title: `T${round}` }),
        ada.patch(path, { chunking: { size: 300 + round, overlap: 0 } }),
        again({ content: textOf(round + 1, 2) }),
      ])
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
      const { content, chunkCount } = await getDocument(ada, id)
      const chunks = await chunksOf(ada, id)
      expect(chunks).toHaveLength(chunkCount)
      for (const chunk of chunks) expect(content.slice(chunk.start, chunk.end)).toBe(chunk.content)
    }
    await apart.sweep()
    expect(await getDocument(ada, id)).toMatchObject({ status: 'ready' })
  })
})
