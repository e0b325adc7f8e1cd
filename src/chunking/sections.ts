import { isHeading, type Blocks } from './blocks.ts'
import { endOfLine } from './lines.ts'

/** How much of a heading tells it from others when a cut between small sections is chosen. */
const MAX_HASHED = 64

/**
 * Groups the sections of a text: the indices of the blocks right behind each group. A group is one section with a
 * quarter of `size` or more; or small sections in a row that fit a chunk together; or small ones with the larger one
 * behind them. A heading with nothing beneath it is part of the section behind it.
 */
export function groupSections(text: string, blocks: Blocks, size: number): number[] {
  const { starts, ends } = blocks
  const units = unitStarts(blocks, size)
  const count = units.length - 1
  const small = size / 4
  const firstBlock = (unit: number) => units[unit] ?? 0
  const startOf = (unit: number) => starts[firstBlock(unit)] ?? 0
  /** From the start of unit `from` to the end of the one before `to`. */
  const span = (from: number, to: number) => (ends[firstBlock(to) - 1] ?? 0) - startOf(from)
  const isSmall = (unit: number) => span(unit, unit + 1) < small

  /** The unit that the next group starts with, in a run of small ones that ends before `runEnd`. */
  const cutRun = (from: number, runEnd: number): number => {
    let fit = from + 1
    while (fit < runEnd && span(from, fit + 1) <= size) fit++
    if (fit === runEnd) return runEnd
    // Not simply as many as fit: an edit would move every cut behind it. Headings decide, so the cuts soon meet again.
    let best = fit
    let bestRank = Infinity
    for (let unit = from + 1; unit <= fit; unit++) {
      if (startOf(unit) - startOf(from) < small) continue
      const rank = cutRank(text, blocks, firstBlock(unit))
      if (rank > bestRank) continue
      best = unit
      bestRank = rank
    }
    return best
  }

  const groups: number[] = []
  for (let unit = 0; unit < count;) {
    let runEnd = unit
    while (runEnd < count && isSmall(runEnd)) runEnd++
    while (unit < runEnd) {
      let next = cutRun(unit, runEnd)
      const rest = next === runEnd && runEnd < count && span(unit, runEnd) < small
      if (rest && span(unit, runEnd + 1) <= size) next++
      groups.push(firstBlock(next))
      unit = next
    }
    if (unit === runEnd && unit < count) groups.push(firstBlock(++unit))
  }
  return groups
}

/**
 * The first block of each section, then the number of blocks. Headings in a row and the section that they lead to are one, at
 * the end with the section before them; more of them than a chunk holds are cut as if each were a section, but for those that fill half
 * a chunk before the text that they lead to.
 */
function unitStarts({ starts, ends, kinds }: Blocks, size: number): number[] {
  const levelOf = (block: number) => {
    const kind = kinds[block] ?? 0
    return isHeading(kind) ? kind : 0
  }
  const count = kinds.length
  const units: number[] = count > 0 ? [0] : []
  for (let block = 0; block < count;) {
    if (levelOf(block) === 0) {
      block++
      continue
    }
    const run = block
    while (block < count && levelOf(block) > 0) block++
    const fits = (ends[block - 1] ?? 0) - (starts[run] ?? 0) <= size
    if (run > 0 && !(fits && block === count)) units.push(run)
    if (fits) continue
    for (let next = run + 1; next < block; next++) {
      const bare = block === count || (ends[block - 1] ?? 0) - (starts[next] ?? 0) > size / 2
      if (levelOf(next) <= levelOf(next - 1) && bare) units.push(next)
    }
  }
  units.push(count)
  return units
}

/** The lower, the better a group starts there: first by the heading's level, then by its text (FNV-1a). */
function cutRank(text: string, { starts, kinds }: Blocks, block: number): number {
  const start = starts[block] ?? 0
  const end = Math.min(endOfLine(text.slice(start, start + MAX_HASHED), 0), MAX_HASHED) + start
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (kinds[block] ?? 0) * 2 ** 32 + (hash >>> 0)
}
