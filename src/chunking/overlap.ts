import { isHeading, KIND } from './blocks.ts'
import { isBlank } from './lines.ts'
import type { Blocks } from './blocks.ts'
import { isClusterEdge } from './graphemes.ts'
import { endsSentence, isLineStart } from './sentences.ts'

/** How far back a grapheme cluster is followed that a sentence might start in. */
const NEAR = 256

/**
 * Where a chunk starts that goes on at `pos` and may repeat what is behind `least`: the first sentence or line from
 * there, but in the same section and not inside a fence; `pos` where there is none. `block` holds `pos`.
 */
export function overlapStart(
  { text, blocks, from }: { text: string; blocks: Blocks; from: number },
  block: number,
  pos: number,
  least: number,
): number {
  let low = least
  for (let i = block; i >= from; i--) {
    const start = blocks.starts[i] ?? 0
    const end = Math.min(blocks.ends[i] ?? 0, pos)
    if (end <= low) break
    const kind = blocks.kinds[i] ?? 0
    if (kind === KIND.fence && start < low) low = end
    if (isHeading(kind)) {
      if (low < end) low = low <= start ? start : end
      break
    }
  }
  const near = Math.max(0, low - NEAR)
  for (let at = low; at < pos; at++) if (startsPiece(text, at) && isClusterEdge(text, near, at)) return at
  return pos
}

/** Whether a sentence or a line starts at `at`. */
function startsPiece(text: string, at: number): boolean {
  if (isBlank(text.charCodeAt(at))) return false
  if (isLineStart(text, at)) return true
  let before = at
  while (before > 0 && at - before < 4 && isBlank(text.charCodeAt(before - 1))) before--
  return endsSentence(text, before)
}
