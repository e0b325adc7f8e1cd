import { textBlocks } from './blocks.ts'
import { createPaths } from './headings.ts'
import { markdownBlocks } from './markdown.ts'
import { packBlocks } from './pack.ts'
import { groupSections } from './sections.ts'
import { createTableHeads } from './tables.ts'

export interface ChunkOptions {
  /** How the text is read: `text` knows paragraphs only. */
  format: 'markdown' | 'text'
  /** The most a chunk may hold, in UTF-16 code units. */
  size: number
  /** How much of the chunk before it a chunk may repeat, in UTF-16 code units; at most half of `size`. */
  overlap: number
}

/** A stretch of a text; its content is `text.slice(start, end)`. */
export interface Chunk {
  start: number
  end: number
  /** The headings it stands under, from the outermost to the nearest, as plain text. */
  headings: readonly string[]
  /** The header row of the table in which it starts, as Markdown; null where it starts outside of a table or with the header. */
  tableHead: string | null
}

/**
 * Cuts a text into chunks that can be embedded and found on their own: at headings, then between blocks, sentences and
 * words. Each non-blank character is in a chunk; starts and ends increase; no chunk is blank, has white space at its
 * edges or is longer than `size`. A blank text has none. No chunk ends with a heading that has a text after it, and no cut is
 * within a grapheme cluster or a word of Thai, where a chunk holds more than that.
 *
 * Takes time in proportion to the text, whatever it holds, and gives at most about `4 · length / size` chunks.
 * What a section becomes depends on it and on the small sections around it, so an edit leaves distant chunks as they were.
 */
export function chunkText(text: string, options: ChunkOptions): Chunk[] {
  const markdown = options.format === 'markdown'
  const blocks = markdown ? markdownBlocks(text) : textBlocks(text)
  const pathOf = createPaths(text, blocks)
  const tableHeadOf = markdown ? createTableHeads(text, blocks) : () => null
  const chunks: Chunk[] = []
  let from = 0
  for (const to of groupSections(text, blocks, options.size)) {
    packBlocks({ text, blocks, from, to, size: options.size, overlap: options.overlap }, (start, end) => {
      chunks.push({ start, end, headings: pathOf(start, end), tableHead: tableHeadOf(start) })
    })
    from = to
  }
  return chunks
}
