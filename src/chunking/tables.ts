import { KIND, type Blocks } from './blocks.ts'
import { clusterEdge } from './graphemes.ts'
import { endOfLine, nextLine, skipBlank } from './lines.ts'
import { isTableRule, itemContent, quotedContent } from './markers.ts'

const MAX_HEAD = 300
/** How much of a row is read, and of the beginning of an HTML table. */
const MAX_SOURCE = 1_000
const MAX_HTML = 2_000

/**
 * Gives the head of the table that each chunk starts within, behind that head: its row with white space collapsed, 300 code
 * units at most. Tables are those of Markdown, in lists and quotes as well, and of HTML, whose head is put as such a row. Null for other
 * chunks. Starts must not decrease.
 */
export function createTableHeads(text: string, { starts, ends, kinds }: Blocks): (start: number) => string | null {
  const rowInside = createInnerTables(text)
  const html = createHtmlTables(text)
  let next = 0
  return (start) => {
    const readHtml = (block: number) => {
      if (kinds[block] !== KIND.fence) html.read(starts[block] ?? 0, Math.min(start, ends[block] ?? 0))
    }
    for (; (starts[next] ?? text.length) < start; next++) readHtml(next - 1)
    const block = next - 1
    readHtml(block)
    const first = starts[block] ?? 0
    const kind = starts[next] === start ? KIND.text : kinds[block]
    const isMarked = kind === KIND.list || kind === KIND.quote
    const row = kind === KIND.table ? first : isMarked ? rowInside(first, start) : -1
    const source = row < 0 ? html.head(start) : text.slice(row, Math.min(row + MAX_SOURCE, endOfLine(text, row)))
    const head = source?.replace(/\s+/g, ' ').trim() ?? null
    return head !== null && head.length > MAX_HEAD ? head.slice(0, clusterEdge(head, 0, MAX_HEAD)).trimEnd() : head
  }
}

/** Gives where the head is of the table that a place in a list or a quote is in, behind the marks of its line; -1 where it is in none. */
function createInnerTables(text: string): (block: number, start: number) => number {
  let at = 0
  let head = -1
  let before = -1
  return (block, start) => {
    if (at <= block) {
      at = block
      head = before = -1
    }
    while (at < start) {
      const end = endOfLine(text, at)
      const quoted = quotedContent(text, skipBlank(text, at, end), end)
      const first = Math.max(quoted, itemContent(text, quoted, end))
      const isRow = text.slice(first, end).includes('|')
      if (!isRow) head = -1
      else if (before >= 0 && isTableRule(text, first, end)) head = before
      before = isRow ? first : -1
      at = nextLine(text, end)
    }
    return head
  }
}

const HTML_TABLE = /<(\/?)table(?=[\s>])/gi
const HTML_ROW = /<tr(?=[\s>])[^]*?(?=<\/?tr[\s>])/i
const HTML_CELL = /<t[hd](?:\s[^<>]*)?>([^]*?)(?=<\/?t[hd][\s>]|$)/gi

/** Which HTML table a place is in: `read` stretches of the text in order. A table with a head has `<th>` in its first row, and no row's head alone. */
function createHtmlTables(text: string) {
  let readTo = 0
  let table = -1
  return {
    read(from: number, to: number) {
      const start = Math.max(from, readTo)
      for (const { 1: closes, index } of text.slice(start, to).matchAll(HTML_TABLE)) table = closes ? -1 : start + index
      readTo = Math.max(to, readTo)
    },
    head(start: number): string | null {
      const row = table < 0 ? null : HTML_ROW.exec(text.slice(table, table + MAX_HTML))
      if (!row || table + row.index + row[0].length > start) return null
      const cells = [...row[0].matchAll(HTML_CELL)]
      const heads = cells.filter(([cell]) => /^<th/i.test(cell)).length
      if (heads < Math.min(2, cells.length) || heads === 0) return null
      return `| ${cells.map(([, cell]) => cell?.replace(/<[^<>]*>/g, '')).join(' | ')} |`
    },
  }
}
