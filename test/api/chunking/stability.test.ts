import { describe, expect, it } from 'vitest'
import { chunkText } from '../../../src/chunking/chunk.ts'
import { random } from './checks.ts'

/** A document of sections, small and large; `edit` takes the place of the one in the middle. */
function handbook(seed: number, edit?: string): string {
  const next = random(seed)
  const sections = Array.from({ length: 60 }, (_, i) => {
    const body = 'One says something here. '.repeat(1 + next() ** 3 * 60)
    return `${'#'.repeat(1 + next() * 3)} Section ${i} ${Math.floor(next() * 1e6)}\n\n${body}`
  })
  if (edit !== undefined) sections[30] = edit
  return sections.join('\n\n')
}

/** What an embedding is made of. */
function embedded(text: string): string[] {
  return chunkText(text, { format: 'markdown', size: 1_000, overlap: 100 }).map(({ start, end, headings }) =>
    [...headings, text.slice(start, end)].join('\n'),
  )
}

/** A glossary; `extra` is added to one of its terms. */
const glossary = (extra: string) =>
  Array.from({ length: 400 }, (_, i) => `## Term ${i * 7919}\n\nIts meaning, in a line.${i === 5 ? extra : ''}`).join(
    '\n\n',
  )

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('an edit in one section (document %i)', (seed) => {
  it.each([
    ['that makes it longer', `### Edited\n\n${'Much more is said here now. '.repeat(90)}`],
    ['that makes it short', '### Edited\n\nLess.'],
    ['that takes it away', ''],
  ])('%s leaves the chunks of distant ones as they were', (_name, edit) => {
    const before = embedded(handbook(seed, '### Edited\n\nSomething is said.'))
    const after = embedded(handbook(seed, edit))
    const kept = new Set(after)
    const gone = before.map((chunk, i) => (kept.has(chunk) ? -1 : i)).filter((i) => i >= 0)
    // The section's own chunk and its neighbours', next to each other.
    expect(gone.length).toBeLessThanOrEqual(4)
    expect((gone.at(-1) ?? 0) - (gone[0] ?? 0)).toBeLessThanOrEqual(4)
  })
})

describe('many small sections', () => {
  it('meet their old cuts again soon behind an edit', () => {
    const before = embedded(glossary(''))
    const kept = new Set(embedded(glossary(' And more. And more. And more. And more. And more.')))
    expect(before.length).toBeGreaterThan(20)
    expect(before.filter((chunk) => !kept.has(chunk)).length).toBeLessThanOrEqual(3)
  })
})
