import { beforeEach, describe, expect, it } from 'vitest'
import { estimateTokens } from '../../src/tokens/estimate.ts'
import { contextFor } from './context-helpers.ts'
import { chunksOf, createPendingApi, type Document, DOCUMENTS, put } from './document-helpers.ts'
import type { TestUser } from './harness.ts'
import { read, search } from './helpers.ts'

const api = createPendingApi()
let ada: TestUser
let document: Document

const rows = (count: number) => Array.from({ length: count }, (_, i) => `| plum number ${i} | ${i} |`).join('\n')
const content = `# Fruit\n\n| Sort | Cultivar yield |\n|---|---|\n${rows(40)}`

/** What the keyword search finds, in the order of the document. */
const found = async (query: string) => {
  const { data } = await search(ada, { query, mode: 'keyword', limit: 50 })
  const hits = new Set(data.map(({ content }) => content))
  return (await chunksOf(ada, document.id)).filter(({ content }) => hits.has(content)).map(({ position }) => position)
}

beforeEach(async () => {
  ada = await api.newUser()
  document = await put(ada, { title: 'Market', content, format: 'markdown', chunking: { size: 400, overlap: 0 } })
})

describe('A table that is cut', () => {
  it('is found by the words of its head in each of its chunks, which hold the text and nothing else', async () => {
    const chunks = await chunksOf(ada, document.id)
    expect(chunks.length).toBeGreaterThan(2)
    expect(chunks.map(({ start, end }) => content.slice(start, end))).toEqual(chunks.map(({ content }) => content))
    expect(chunks.filter(({ content }) => content.includes('Cultivar'))).toHaveLength(1)
    expect(await found('cultivar')).toEqual(chunks.map(({ position }) => position))
  })

  it('has its head beside the text in each chunk, hit and passage that begins within it', async () => {
    const head = '| Sort | Cultivar yield |'
    const heads = (await chunksOf(ada, document.id)).map(({ tableHead }) => tableHead)
    expect(heads).toEqual([null, ...heads.slice(1).map(() => head)])

    const { data } = await search(ada, { query: 'plum number 39', mode: 'keyword', limit: 1 })
    expect(data).toMatchObject([{ tableHead: head, content: expect.stringContaining('number 39') as string }])

    const { passages } = await contextFor(ada, { query: 'plum number 39', limit: 1 })
    const [passage] = passages
    expect(passage).toMatchObject({ tableHead: head })
    expect(content.slice(passage?.start, passage?.end)).toBe(passage?.content)
    expect(passage?.tokens).toBeGreaterThanOrEqual(estimateTokens(`${head}\n${passage?.content}`))
    const whole = await contextFor(ada, { query: 'plum number', limit: 50 })
    expect(whole.passages).toMatchObject([{ tableHead: null, start: 0, end: content.length }])
  })

  it('is found by them under a new title, too', async () => {
    const before = await chunksOf(ada, document.id)
    await read(ada.patch(`${DOCUMENTS}/${document.id}`, { title: 'Autumn' }))
    const positions = before.map(({ position }) => position)
    expect(await found('cultivar')).toEqual(positions)
    expect(await found('autumn')).toEqual(positions)
    expect(await chunksOf(ada, document.id)).toEqual(before)
  })

  it('stays as it is where the same is sent again', async () => {
    const before = await chunksOf(ada, document.id)
    await read(ada.patch(`${DOCUMENTS}/${document.id}`, { content, format: 'markdown' }))
    expect(await chunksOf(ada, document.id)).toEqual(before)
  })

  it('has the new head in all of its chunks where only that has changed', async () => {
    await read(ada.patch(`${DOCUMENTS}/${document.id}`, { content: content.replace('Cultivar', 'Varieties') }))
    expect(await found('cultivar')).toEqual([])
    expect(await found('varieties')).toHaveLength((await chunksOf(ada, document.id)).length)
  })
})
