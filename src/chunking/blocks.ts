import { endOfLine, nextLine, skipBlank, trimEnd } from './lines.ts'

/** What a block is; 1 to 6 are headings of that level. */
export const KIND = { text: 0, fence: 7, table: 8, list: 9, quote: 10 } as const

/**
 * The blocks of a text in order, one entry a block in each array (a text may have millions, objects would not fit a
 * Worker's memory). Block `i` is `text.slice(starts[i], ends[i])`, without white space at its edges; between two
 * blocks stands nothing but white space.
 */
export interface Blocks {
  readonly starts: number[]
  readonly ends: number[]
  readonly kinds: number[]
}

export function isHeading(kind: number): boolean {
  return kind >= 1 && kind <= 6
}

export function emptyBlocks(): Blocks {
  return { starts: [], ends: [], kinds: [] }
}

export function pushBlock(blocks: Blocks, kind: number, start: number, end: number): void {
  blocks.starts.push(start)
  blocks.ends.push(end)
  blocks.kinds.push(kind)
}

/** The paragraphs of a plain text: runs of lines between blank ones. */
export function textBlocks(text: string): Blocks {
  const blocks = emptyBlocks()
  let open = -1
  let end = 0
  for (let line = 0; line < text.length;) {
    const lineEnd = endOfLine(text, line)
    const first = skipBlank(text, line, lineEnd)
    if (first < lineEnd) {
      if (open < 0) open = first
      end = trimEnd(text, first, lineEnd)
    } else if (open >= 0) {
      pushBlock(blocks, KIND.text, open, end)
      open = -1
    }
    line = nextLine(text, lineEnd)
  }
  if (open >= 0) pushBlock(blocks, KIND.text, open, end)
  return blocks
}
