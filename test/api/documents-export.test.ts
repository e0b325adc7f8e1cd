import { expect, inject, it } from 'vitest'
import { chunksOf, CUT, type Document, DOCUMENTS, getDocument, put, textOf } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, read, walk } from './helpers.ts'
import { dataOf, exportOf, importLines, ofType } from './import-helpers.ts'

/** Apart, as its sweep embeds the texts of everybody. */
const api = createApi({ ...inject('apart') })
const embedding = Array.from({ length: 1536 }, (_, i) => Math.sin(i + 1))
const SETTINGS = { externalId: 'docs/a', language: 'german', tags: ['x'], metadata: { a: [1] }, ...CUT }

/** A document of each kind. */
async function furnish(user: TestUser) {
  const cut = await put(user, { ...SETTINGS, title: 'Cut', content: textOf(1, 2, 3) })
  const own = await put(user, { title: 'Own', content: '# Ä 🎻\n\nText.', embedding, model: 'mine' })
  const gone = await put(user, { title: 'Gone', content: textOf(4) })
  await user.delete(`${DOCUMENTS}/${gone.id}`)
  return { cut, own, gone }
}

const withoutTimes = ({ updatedAt: _at, embeddings: _embeddings, status: _status, ...rest }: Document) => rest

it('An export has documents with their settings and the embeddings that were brought, and no chunks', async () => {
  const user = await api.newUser()
  const { cut, own, gone } = await furnish(user)
  const lines = await exportOf(user)
  const documents = new Map(ofType(lines, 'document').map((line) => [line['id'], line]))
  expect(documents.size).toBe(3)
  expect(documents.get(cut.id)).toMatchObject({
    externalId: 'docs/a',
    title: 'Cut',
    content: textOf(1, 2, 3),
    language: 'german',
    chunkSize: 400,
    chunkOverlap: 0,
    deletedAt: null,
    embedding: null,
  })
  expect(documents.get(own.id)).toMatchObject({ chunkSize: null, model: 'mine' })
  expect(documents.get(own.id)?.['embedding']).toHaveLength(1536)
  expect(documents.get(gone.id)?.['deletedAt']).toEqual(expect.any(String))
  expect(ofType(lines, 'vector')).toEqual([])
  expect(lines.at(-1)).toMatchObject({ type: 'end', counts: { document: 3 } })
})

it('An import brings them back, into any account, as often as one likes', async () => {
  const [ada, eve] = [await api.newUser(), await api.newUser()]
  const { cut, own, gone } = await furnish(ada)
  const before = await exportOf(ada)
  const report = await importLines(api, eve, before)
  expect(report).toMatchObject({ complete: true, taken: { document: 3 }, refused: {}, errors: [] })
  expect(dataOf(await exportOf(eve))).toEqual(dataOf(before))
  await api.sweep()
  for (const { id } of [cut, own]) {
    const there = await getDocument(eve, id)
    expect(withoutTimes(there)).toEqual(withoutTimes(await getDocument(ada, id)))
    expect(there.status).toBe('ready')
    const places = async (user: TestUser) =>
      (await chunksOf(user, id)).map(({ content, headings, start, end }) => ({ content, headings, start, end }))
    expect(await places(eve)).toEqual(await places(ada))
  }
  await expectProblem(await eve.get(`${DOCUMENTS}/${gone.id}`), 404, 'not_found')
  await api.sweep()
  expect((await read<Document>(eve.post(`${DOCUMENTS}/${gone.id}/restore`))).embeddings.pending).toBe(1)

  expect(await importLines(api, eve, before)).toMatchObject({ taken: {}, skipped: { document: 3 }, refused: {} })
  expect(await walk<Document>(eve, DOCUMENTS, 100)).toHaveLength(3)
})

it('An import does not touch what is here by id or by external id', async () => {
  const user = await api.newUser()
  const here = await put(user, { externalId: 'e', title: 'Here' })
  const report = await importLines(api, user, [
    { type: 'document', id: here.id, title: 'File', content: 'Other' },
    { type: 'document', id: crypto.randomUUID(), externalId: 'e', title: 'File', content: 'Other' },
    { type: 'document', id: crypto.randomUUID(), externalId: 'f', title: 'File', content: 'Other' },
  ])
  expect(report).toMatchObject({ taken: { document: 1 }, skipped: { document: 2 }, refused: {} })
  expect(await getDocument(user, here.id)).toMatchObject({ title: 'Here' })
})

const good = () => ({ type: 'document', id: crypto.randomUUID(), title: 'T', content: 'C' })

it('An import tells by line what it cannot take', async () => {
  const user = await api.newUser()
  const zeros = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`n${i}`, 1e300]))
  const report = await importLines(api, user, [
    { ...good(), content: ' ' },
    { ...good(), chunkSize: 300, chunkOverlap: 151 },
    { ...good(), language: 'klingon' },
    { ...good(), metadata: zeros },
    good(),
  ])
  expect(report).toMatchObject({ taken: { document: 1 }, refused: { document: 4 } })
  const told = report.errors.map(({ line, path }) => `${line} ${path}`).toSorted()
  expect(told).toEqual(['1 content', '2 chunkOverlap', '3 language', '4 metadata'])
})

it('A document of 5 MiB goes there and back', { tags: 'slow' }, async () => {
  const [ada, eve] = [await api.newUser(), await api.newUser()]
  const large = { title: 'Large', chunking: { size: 8000, overlap: 0 } }
  const content = `${'Ünder "the" harbour.\n\n'.repeat(180_000)}End`
  const { id } = await put(ada, { ...large, content })
  const small = await put(ada, { title: 'Small' })
  const lines = await exportOf(ada)
  expect(ofType(lines, 'document').map((line) => line['id'])).toEqual([id, small.id].toSorted())
  expect(await importLines(api, eve, lines)).toMatchObject({ taken: { document: 2 }, refused: {} })
  expect((await getDocument(eve, id)).content === content).toBe(true)
})
