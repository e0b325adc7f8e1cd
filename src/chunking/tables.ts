import { KIND, type Blocks } from './blocks.ts'
import { clusterEdge } from './graphemes.ts'
import { endOfLine } from './lines.ts'

const MAX_HEAD = 300
/** How much of a row is read. */
const MAX_SOURCE = 1_000

/**
 * Gives the head of the table that each chunk starts within, behind that head: its row with white space collapsed, 300 code
 * units at most. Null for other chunks. Starts must not decrease.
 */
export function createTableHeads(text: string, { starts, kinds }: Blocks): (start: number) => string | null {
  let next = 0
  return (start) => {
    while ((starts[next] ?? text.length) < start) next++
    const table = starts[next - 1] ?? 0
    if (kinds[next - 1] !== KIND.table || starts[next] === start) return null
    const source = text.slice(table, table + MAX_SOURCE)
    const row = source.slice(0, endOfLine(source, 0)).replace(/\s+/g, ' ').trim()
    return row.length > MAX_HEAD ? row.slice(0, clusterEdge(row, 0, MAX_HEAD)).trimEnd() : row
  }
}
