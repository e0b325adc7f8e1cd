import { isHeading, KIND, type Blocks } from './blocks.ts'
import { cutInside, cutLine } from './cut.ts'
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
 * except that a chunk with next to nothing in it (a heading) takes the first sentences of the block behind it.
 */
export function packBlocks(packing: Packing, emit: (start: number, end: number) => void): void {
  const { text, blocks, from, to, size, overlap } = packing
  const startOf = (block: number) => blocks.starts[block] ?? text.length
  const endOf = (block: number) => blocks.ends[block] ?? text.length
  const last = endOf(to - 1)
  let block = from
  let pos = startOf(from)
  let begin = pos
  while (pos < last) {
    const limit = begin + size
    const first = block
    let cut = pos
    for (; block < to && endOf(block) <= limit; block++) cut = endOf(block)
    if (block < to) {
      const little = cut - pos < size / 4
      if (little && begin < pos && endOf(block) - pos <= size) {
        // Rather without overlap than with the block apart from what leads to it.
        begin = pos
        block = first
        continue
      }
      cut = cutBlock(packing, block, { pos, cut, limit, little })
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

interface Window {
  /** What the chunk adds starts at `pos`; blocks up to `cut` fit it; it must end at `limit`. */
  pos: number
  cut: number
  limit: number
  /** Whether there is next to nothing from `pos` to `cut`. */
  little: boolean
}

/** Where a chunk ends that has no room for all of a block. */
function cutBlock({ text, blocks, size }: Packing, block: number, { pos, cut, limit, little }: Window): number {
  const start = Math.max(blocks.starts[block] ?? 0, pos)
  const kind = blocks.kinds[block] ?? 0
  const fits = (blocks.ends[block] ?? 0) - start <= size
  const goesIn = fits ? little && kind !== KIND.fence && !isHeading(kind) : little || limit - start > size / 4
  if (start >= limit || (!goesIn && cut > pos)) return cut
  const least = Math.max(start, pos + (limit - pos) / 4)
  const inside = cutInside(text, kind, start, least, limit)
  if (inside > start) return inside
  return cut > pos ? cut : cutLine(text, pos, limit)
}
