import { isHeading, KIND, type Blocks } from './blocks.ts'
import { cutAnywhere, cutInside, cutLine } from './cut.ts'
import { overlapStart } from './overlap.ts'
import { skipBlank } from './lines.ts'

/** Blocks `[from, to)` of a text, which become chunks without regard to the rest. */
export interface Packing {
  text: string
  blocks: Blocks
  from: number
  to: number
  size: number
  overlap: number
}

/**
 * Packs blocks into chunks, as many as fit each; `emit` gets them in order. A block that fits `size` stays whole,
 * except that a chunk with next to nothing in it takes the first sentences of the block behind it, and one that would end
 * with a heading the first words. Headings at the end take the last words of the block before them.
 */
export function packBlocks(packing: Packing, emit: (start: number, end: number) => void): void {
  const { text, blocks, from, to, size, overlap } = packing
  const startOf = (block: number) => blocks.starts[block] ?? text.length
  const endOf = (block: number) => blocks.ends[block] ?? text.length
  const last = endOf(to - 1)
  const tail = tailStart(packing)
  let block = from
  let pos = startOf(from)
  let begin = pos
  while (pos < last) {
    const limit = begin + size
    const first = block
    let cut = pos
    for (; block < to && endOf(block) <= limit; block++) cut = endOf(block)
    if (block < to) {
      const headed = cut > pos && isHeading(blocks.kinds[block - 1] ?? 0)
      const little = headed || cut - pos < size / 4
      const ending = block >= tail && cut > pos
      if (begin < pos && ((little && endOf(block) - pos <= size) || (ending && last - pos <= size))) {
        // Rather without overlap than with the block apart from what leads to it.
        begin = pos
        block = first
        continue
      }
      if (ending) {
        block = leadTo(packing, tail - 1)
        const movesWhole = startOf(block) > pos && last - startOf(block) <= size
        if (!movesWhole) block = tail - 1
        cut = movesWhole ? endOf(block - 1) : cutBeforeTail(packing, block, pos)
        if (cut >= endOf(block)) block = tail
      } else if (headed && block - 1 > first && limit - startOf(block) < size / 8) {
        // No room to speak of: the heading goes with its text.
        block--
        cut = endOf(block - 1)
      } else cut = cutBlock(packing, block, { pos, cut, limit, little, headed })
    }
    emit(begin, cut)
    const previous = begin
    pos = skipBlank(text, cut, last)
    if (pos >= last) return
    const whole = pos === startOf(block) && endOf(block) - pos <= size
    const room = whole ? Math.min(overlap, size - (endOf(block) - pos)) : overlap
    begin = overlapStart(packing, block, pos, Math.max(pos - room, previous + 1))
  }
}

/** The first of the headings that these blocks end with, where something stands before them that they can be kept with. */
function tailStart({ blocks, from, to, size }: Packing): number {
  let tail = to
  while (tail > from && isHeading(blocks.kinds[tail - 1] ?? 0)) tail--
  const length = (blocks.ends[to - 1] ?? 0) - (blocks.starts[tail] ?? 0)
  return tail > from && length <= size / 2 ? tail : to
}

/** The block, or the first of the headings in a row that lead to it. */
function leadTo({ blocks, from }: Packing, block: number): number {
  let lead = block
  while (lead > from && isHeading(blocks.kinds[lead - 1] ?? 0)) lead--
  return lead
}

/** Where a chunk ends so that the headings at the end are kept with a part of the block before them, if it can be cut. */
function cutBeforeTail({ text, blocks, size }: Packing, block: number, pos: number): number {
  const end = blocks.ends[block] ?? 0
  const start = Math.max(blocks.starts[block] ?? 0, pos)
  const limit = end - Math.max(1, Math.floor(Math.min(size / 4, (end - start) / 2)))
  const inside = cutInside(text, blocks.kinds[block] ?? 0, start, Math.max(start, limit - size / 4), limit)
  const cut = inside > start ? inside : cutAnywhere(text, start, limit)
  return cut > start ? cut : end
}

interface Window {
  /** What the chunk adds starts at `pos`; blocks up to `cut` fit it; it must end at `limit`. */
  pos: number
  cut: number
  limit: number
  /** Whether there is next to nothing from `pos` to `cut`. */
  little: boolean
  /** Whether what is there ends with a heading. */
  headed: boolean
}

/** Where a chunk ends that has no room for all of a block. */
function cutBlock({ text, blocks, size }: Packing, block: number, { pos, cut, limit, little, headed }: Window): number {
  const start = Math.max(blocks.starts[block] ?? 0, pos)
  const kind = blocks.kinds[block] ?? 0
  const fits = (blocks.ends[block] ?? 0) - start <= size
  const splits = little && !isHeading(kind) && (headed || kind !== KIND.fence)
  const goesIn = fits ? splits : little || limit - start > size / 4
  if (goesIn && start < limit) {
    const least = Math.max(start, pos + (limit - pos) / 4)
    const inside = cutInside(text, kind, start, least, limit)
    if (inside > start) return inside
    const some = headed ? cutAnywhere(text, start, limit) : start
    if (some > start) return some
  }
  return cut > pos ? cut : cutLine(text, pos, limit)
}
