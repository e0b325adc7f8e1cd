import { describe, expect, it } from 'vitest'
import { chunkText } from '../../../src/chunking/chunk.ts'
import { expectSound, random } from './checks.ts'

const PIECES = [
  '# H\n',
  '## Two **b**\n',
  '### x\n\n',
  'Set\n===\n',
  'Set two\n---\n',
  'para. ',
  'A sentence here. ',
  'word ',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  '```js\ncode\n# no\n```\n',
  '~~~~\n```\nx\n~~~~\n',
  '```\n',
  '- item\n',
  '  - nested\n',
  '1. one\n',
  '> quote\n',
  '> ```\n',
  '| a | b |\n',
  '|---|---|\n',
  '😀',
  '𝒳',
  '。',
  '你好',
  'x'.repeat(150),
  'y'.repeat(400),
  'é. ',
  '    ',
  '\t',
  '\u00a0',
  '\u3000',
  '---\n',
  '***\n',
  '<b>',
  '[l](u)',
  'e.g. ',
  '\n\n\n\n',
  'word word word. '.repeat(20),
  'w\n'.repeat(60),
  `\`\`\`\n${'code();\n'.repeat(30)}\`\`\`\n`,
  ' '.repeat(90),
]
const SIZES = [200, 201, 333, 800]

function pick<T>(next: () => number, from: readonly T[]): T {
  return from[Math.floor(next() * from.length)] as T
}

/** Markdown of any shape: some of the pieces, in any order, each as often as it comes. */
function anyText(next: () => number): string {
  const pieces = next() < 0.5 ? PIECES : Array.from({ length: 1 + next() * 8 }, () => pick(next, PIECES))
  return Array.from({ length: 1 + next() * 120 }, () => pick(next, pieces)).join('')
}

describe.each([1, 2, 3, 4])('any text (seed %i)', (seed) => {
  it.each(['markdown', 'text'] as const)('read as %s is covered in order by chunks within the bounds', (format) => {
    const next = random(seed)
    for (let round = 0; round < 250; round++) {
      const size = pick(next, SIZES)
      const overlap = pick(next, [0, 25, Math.floor(size / 2)])
      const text = anyText(next)
      const found = expectSound(text, { format, size, overlap })
      expect(chunkText(text, { format, size, overlap })).toEqual(found)
    }
  })
})

/** A document of whole blocks, and where its fences stand. */
function document(next: () => number): { text: string; fences: [start: number, end: number][] } {
  let text = ''
  const fences: [number, number][] = []
  for (let block = 0; block < 25; block++) {
    const kind = next()
    if (kind < 0.2) text += `${'#'.repeat(1 + next() * 4)} Heading ${block}\n\n`
    else if (kind < 0.4) text += `${'- an item of a list\n'.repeat(1 + next() * 15)}\n`
    else if (kind < 0.7) text += `${'What one says in a sentence. '.repeat(1 + next() * 15)}\n\n`
    else {
      const mark = pick(next, ['```', '~~~~', '`````'])
      const lines = Array.from({ length: 1 + next() * 25 }, (_, i) =>
        pick(next, ['# a comment', '', `call(${i})`, '``']),
      )
      const fence = [`${mark}ts`, ...lines, mark].join(pick(next, ['\n', '\r\n', '\r']))
      fences.push([text.length, text.length + fence.length])
      text += `${fence}\n\n`
    }
  }
  return { text, fences }
}

describe.each([5, 6, 7, 8])('a document with code (seed %i)', (seed) => {
  it('has its fences whole where they fit, else cut at line ends', () => {
    const next = random(seed)
    for (let round = 0; round < 100; round++) {
      const { text, fences } = document(next)
      const found = expectSound(text, { format: 'markdown', size: 200, overlap: 60 })
      for (const [start, end] of fences) {
        const edges = found.flatMap((chunk) => [chunk.start, chunk.end]).filter((edge) => edge > start && edge < end)
        if (end - start <= 200) expect(edges).toEqual([])
        for (const edge of edges)
          expect(/^\s*[\r\n]/.test(text.slice(edge)) || /[\r\n]\s*$/.test(text.slice(0, edge))).toBe(true)
      }
    }
  })

  it('stands under the headings that its chunks name', () => {
    const next = random(seed)
    for (let round = 0; round < 100; round++) {
      const { text } = document(next)
      for (const { start, headings } of expectSound(text, { format: 'markdown', size: 200, overlap: 60 })) {
        const levels = headings.map((heading) => {
          const line = new RegExp(`^(#+) ${heading}$`, 'm').exec(text)
          return line && line.index <= start ? (line[1] ?? '').length : NaN
        })
        expect(levels).toEqual(levels.toSorted((a, b) => a - b))
        expect(levels).not.toContain(NaN)
      }
    }
  })
})
