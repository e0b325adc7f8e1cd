import { expect } from 'vitest'
import { chunkText, type Chunk, type ChunkOptions } from '../../../src/chunking/chunk.ts'

/** The same numbers from 0 to 1 for the same seed (an LCG). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** The chunks as their texts. */
export function cut(text: string, options: Partial<ChunkOptions> = {}): string[] {
  return chunks(text, options).map(({ start, end }) => text.slice(start, end))
}

/** The chunks of a Markdown text, at most 200 long and without overlap unless told. */
export function chunks(text: string, options: Partial<ChunkOptions> = {}): Chunk[] {
  return chunkText(text, { format: 'markdown', size: 200, overlap: 0, ...options })
}

/** What is wrong with the chunks of a text; nothing is asserted per chunk, since there may be a hundred thousand. */
export function faults(text: string, found: readonly Chunk[], { size, overlap }: ChunkOptions): string[] {
  const wrong: string[] = []
  const wellFormed = text.isWellFormed()
  let before = { start: -1, end: 0 }
  for (const { start, end } of found) {
    const content = text.slice(start, end)
    const says = (fault: string) => wrong.push(`${fault} at ${start}–${end}`)
    if (content.trim() !== content || content === '') says('blank edge')
    if (content.length > size) says('too long')
    if (start <= before.start || end <= before.end) says('out of order')
    if (before.end - start > overlap) says('overlap too long')
    if (/\S/.test(text.slice(before.end, start))) says('text lost before')
    if (wellFormed && !content.isWellFormed()) says('half a character')
    before = { start, end }
  }
  if (/\S/.test(text.slice(before.end))) wrong.push('text lost at the end')
  if (found.length > (4 * text.length) / size + 4) wrong.push(`${found.length} chunks`)
  return wrong
}

export function expectSound(text: string, options: ChunkOptions): Chunk[] {
  const found = chunkText(text, options)
  expect(faults(text, found, options)).toEqual([])
  return found
}
