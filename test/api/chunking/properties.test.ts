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

interface Fence {
  start: number
  end: number
  /** Where the headings start that lead to it, else `start`. */
  led: number
}

const areHeadings = (text: string, headings: Set<string>): boolean =>
  text.split('\n').every((line) => line === '' || headings.has(line))

/** A document of whole blocks, where its fences stand, and which of its texts are headings. */
function document(next: () => number): { text: string; fences: Fence[]; headings: Set<string> } {
  let text = ''
  const fences: Fence[] = []
  const headings = new Set<string>()
  let led = -1
  for (let block = 0; block < 25; block++) {
    const kind = next()
    if (kind < 0.2) {
      const level = 1 + Math.floor(next() * 4)
      const heading = next() < 0.3 ? `<h${level}>Heading ${block}</h${level}>` : `${'#'.repeat(level)} Heading ${block}`
      headings.add(heading)
      if (led < 0) led = text.length
      text += `${heading}\n\n`
      continue
    }
    const start = led < 0 ? text.length : led
    led = -1
    if (kind < 0.4) text += `${'- an item of a list\n'.repeat(1 + next() * 15)}\n`
    else if (kind < 0.7) text += `${'What one says in a sentence. '.repeat(1 + next() * 15)}\n\n`
    else {
      const mark = pick(next, ['```', '~~~~', '`````'])
      const lines = Array.from({ length: 1 + next() * 25 }, (_, i) =>
        pick(next, ['# a comment', '', `call(${i})`, '``']),
      )
      const fence = [`${mark}ts`, ...lines, mark].join(pick(next, ['\n', '\r\n', '\r']))
      fences.push({ start: text.length, end: text.length + fence.length, led: start })
      text += `${fence}\n\n`
    }
  }
  return { text, fences, headings }
}

describe.each([5, 6, 7, 8])('a document with code (seed %i)', (seed) => {
  it('has its fences whole where they fit, else cut at line ends', () => {
    const next = random(seed)
    for (let round = 0; round < 100; round++) {
      const { text, fences, headings } = document(next)
      const found = expectSound(text, { format: 'markdown', size: 200, overlap: 60 })
      for (const { start, end, led } of fences) {
        const edges = found.flatMap((chunk) => [chunk.start, chunk.end]).filter((edge) => edge > start && edge < end)
        // Headings at the end of a document take some of what is before them.
        if (end - led <= 200 && !areHeadings(text.slice(end), headings)) expect(edges).toEqual([])
        for (const edge of edges)
          expect(/^\s*[\r\n]/.test(text.slice(edge)) || /[\r\n]\s*$/.test(text.slice(0, edge))).toBe(true)
      }
    }
  })

  it('has no chunk that ends with a heading', () => {
    const next = random(seed)
    for (let round = 0; round < 100; round++) {
      const { text, headings } = document(next)
      const found = expectSound(text, { format: 'markdown', size: 200, overlap: 60 })
      const lastLines = found.slice(0, -1).map(({ start, end }) => text.slice(start, end).split('\n').at(-1) ?? '')
      expect(lastLines.filter((line) => headings.has(line))).toEqual([])
      const ending = found.at(-1)
      expect(areHeadings(text.slice(ending?.start, ending?.end), headings)).toBe(false)
    }
  })

  it('stands under the headings that its chunks name', () => {
    const next = random(seed)
    for (let round = 0; round < 100; round++) {
      const { text } = document(next)
      for (const { start, headings } of expectSound(text, { format: 'markdown', size: 200, overlap: 60 })) {
        const levels = headings.map((heading) => {
          const line = new RegExp(`^(?:(#+) |<h(\\d)>)${heading}(?:</h\\d>)?$`, 'm').exec(text)
          return line && line.index <= start ? Number(line[2] ?? line[1]?.length) : NaN
        })
        expect(levels).toEqual(levels.toSorted((a, b) => a - b))
        expect(levels).not.toContain(NaN)
      }
    }
  })
})
