import { beforeEach, describe, expect, it } from 'vitest'
import { type Context, type ContextBody, contextFor, words } from './context-helpers.ts'
import { type Document, getDocument, put } from './document-helpers.ts'
import { createApi, type TestUser } from './harness.ts'

const api = createApi()
let ada: TestUser

beforeEach(async () => {
  ada = await api.newUser()
})

const FACT = 'Apple trees are pruned in late winter, before the buds open.'
const QUESTION = 'When should I prune my apple trees?'

const build = (body: ContextBody) => contextFor(ada, body)

/** Passages of this document: each is what its offsets say, and none is in another. */
const citedRight = async (document: Document, built: Context) => {
  const { content } = await getDocument(ada, document.id)
  const all = built.passages.filter(({ documentId }) => documentId === document.id)
  for (const passage of all) expect(content.slice(passage.start, passage.end)).toBe(passage.content)
  for (const [i, one] of all.entries()) {
    for (const other of all.slice(i + 1)) expect(one.start >= other.end || other.start >= one.end).toBe(true)
  }
  return all
}

describe('Passages', () => {
  const paragraphs = Array.from(
    { length: 8 },
    (_, i) => `Paragraph ${i} is about pruning apple trees. ${words(25, `p${i}x`)}. And it ends here.`,
  )

  it.each([
    ['overlap', '\n\n', { size: 400, overlap: 100 }],
    ['are neighbours', '\n\n', { size: 400, overlap: 0 }],
    ['are neighbours in one line', ' ', { size: 300, overlap: 0 }],
    ['have other line ends between them', '\r\n \r\n', { size: 400, overlap: 0 }],
  ])('that %s become one, which is what stands there', async (_, separator, chunking) => {
    const document = await put(ada, { content: paragraphs.join(separator), format: 'text', chunking })
    expect(document.chunkCount).toBeGreaterThan(4)
    const built = await build({ query: 'pruning apple trees', limit: 50 })
    expect(await citedRight(document, built)).toHaveLength(1)
    expect(built.passages[0]).toMatchObject({ key: 'd1', start: 0, end: paragraphs.join(separator).length })
  })

  it('point at the right place behind characters of two units, though none are joined there', async () => {
    const content = `${'👩🏽‍💻'.repeat(60)}\n\n${paragraphs.join('\n\n')}`
    const document = await put(ada, { content, format: 'text', chunking: { size: 400, overlap: 0 } })
    const built = await build({ query: 'pruning apple trees', limit: 50 })
    expect((await citedRight(document, built)).length).toBeGreaterThan(1)
  })

  it('that are apart stay apart, each with its own key', async () => {
    const filler = Array.from({ length: 6 }, (_, i) => words(45, `filler${i}x`))
    const content = [paragraphs[0], ...filler, paragraphs[1]].join('\n\n')
    const document = await put(ada, { content, format: 'text', chunking: { size: 400, overlap: 0 } })
    const built = await build({ query: 'pruning apple trees', limit: 2 })
    expect(await citedRight(document, built)).toHaveLength(2)
    expect(built.passages.map(({ key }) => key)).toEqual(['d1', 'd2'])
    expect(built.passages[0]?.score).toBeGreaterThanOrEqual(built.passages[1]?.score ?? 0)
  })

  it('are cut where one alone is longer than its share, and end where they are cut', async () => {
    const content = `Pruning apple trees. ${words(1_000)}`
    const document = await put(ada, { content, format: 'text', chunking: { size: 8_000, overlap: 0 } })
    const built = await build({ query: 'pruning apple trees', budgetTokens: 512 })
    expect(await citedRight(document, built)).toMatchObject([{ truncated: true, start: 0 }])
    expect(built.tokens.used).toBeLessThanOrEqual(512)
  })

  it('of the same text are shown once', async () => {
    for (const title of ['One', 'Two']) await put(ada, { title, content: FACT })
    const built = await build({ query: QUESTION })
    expect(built.passages).toHaveLength(1)
  })
})
