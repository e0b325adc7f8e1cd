import { emptyBlocks, KIND, pushBlock, type Blocks } from './blocks.ts'
import { COMMENT_END, htmlBlock, type HtmlBlock, nextPiece } from './html.ts'
import { endOfLine, isLineEnd, nextLine, skipBlank, trimEnd } from './lines.ts'
import {
  columns,
  fenceLength,
  headingLevel,
  isRule,
  isTableRule,
  itemContent,
  quotedContent,
  runLength,
  underlineLevel,
} from './markers.ts'

const NONE = -1

interface Line {
  /** Its first and last non-blank characters: `[first, end)`. */
  first: number
  end: number
  indent: number
}

interface Fence {
  mark: string
  length: number
  /** The column that a list item's content starts at, where the fence stands in one. */
  base: number
  quoted: boolean
}

/**
 * The blocks of a Markdown text, after CommonMark and GFM as far as cutting needs it: a list, a quote or a table is a
 * run of lines, a fence inside a list item or a quote is a block, and what is in a list or a quote is no heading.
 */
export function markdownBlocks(text: string): Blocks {
  const blocks = emptyBlocks()
  let kind: number = NONE
  let start = 0
  let end = 0
  let indent = 0
  let lastLine = 0
  let fence: Fence | null = null
  // Assigned in the functions below, which the compiler does not follow.
  let html = null as HtmlBlock | null
  /** The HTML block that a comment stands in, and goes on after it. */
  let around = null as HtmlBlock | null
  /** Where reading goes on in the same line, if not at the next one. */
  let rest = NONE
  /** The content column of the outermost list item; what is indented as far belongs to it. */
  let list = 0
  let afterBlank = false

  const close = () => {
    if (kind !== NONE) pushBlock(blocks, kind, start, end)
    kind = NONE
  }
  const open = (next: number, line: Line) => {
    close()
    kind = next
    start = line.first
    indent = line.indent
    extend(line)
  }
  const extend = (line: Line) => {
    lastLine = line.first
    end = line.end
  }
  const openFence = (line: Line, at: number, base: number, quoted: boolean): boolean => {
    const length = fenceLength(text, at, line.end)
    if (length === 0) return false
    open(KIND.fence, line)
    fence = { mark: text.charAt(at), length, base, quoted }
    return true
  }

  /** Reads a line inside a fence; false where the quote or the list item that holds the fence has ended. */
  const readFenced = (line: Line, { mark, length, base, quoted }: Fence): boolean => {
    const isQuote = text.charAt(line.first) === '>'
    if (quoted ? !isQuote : line.indent < base) {
      close()
      return false
    }
    extend(line)
    const at = quoted ? quotedContent(text, line.first, line.end) : line.first
    const run = text.charAt(at) === mark ? runLength(text, at, line.end) : 0
    if (run < length || at + run !== line.end || (base === 0 && !quoted && line.indent > 3)) return true
    close()
    fence = null
    return true
  }

  /** Reads a line inside an HTML block: its headings are blocks, unless they are commented. */
  const readHtml = (line: Line, block: HtmlBlock) => {
    const isKind = block.verbatim ? KIND.fence : KIND.text
    const take = (piece: Line) => (kind === NONE ? open(isKind, piece) : extend(piece))
    if (block.end === null) {
      const piece = nextPiece(text, line.first, line.end)
      if (piece === null) return take(line)
      if (piece.start > line.first) take({ ...line, end: trimEnd(text, line.first, piece.start) })
      if (piece.kind === 'heading') {
        open(piece.level, { ...line, first: piece.start, end: piece.end })
        close()
        rest = piece.end
        return
      }
      around = block
      html = { end: COMMENT_END, verbatim: false }
      return readHtml({ ...line, first: piece.start }, html)
    }
    const found = block.end.exec(text.slice(line.first, line.end))
    if (found === null) return take(line)
    const to = line.first + found.index + found[0].length
    take(around === null ? line : { ...line, end: to })
    html = around
    around = null
    if (html === null) close()
    else rest = to
  }

  const readItem = (line: Line, inList: boolean): boolean => {
    const content = itemContent(text, line.first, line.end)
    if (content < 0 || (!inList && line.indent > 3)) return false
    const isBullet = text.charAt(line.first) < '0'
    const interrupts = content < line.end && (isBullet || /^1[.)]/.test(text.slice(line.first, line.first + 2)))
    if (kind === KIND.text && !interrupts) return false
    const column = line.indent + Math.min(content - line.first, 5)
    if (!inList) list = column
    if (openFence(line, content, list, false)) return true
    if (kind === KIND.list) extend(line)
    else open(KIND.list, line)
    return true
  }

  const readPlain = (line: Line, inList: boolean) => {
    if (isTableRule(text, line.first, line.end) && kind === KIND.text && text.slice(lastLine, end).includes('|')) {
      splitTable(line)
    } else if (kind !== NONE) extend(line)
    else open(inList ? KIND.list : KIND.text, line)
  }
  /** The line above a table's rule is its head; lines above that stay a paragraph. */
  const splitTable = (line: Line) => {
    if (lastLine > start) pushBlock(blocks, KIND.text, start, trimEnd(text, start, lastLine))
    kind = KIND.table
    start = lastLine
    extend(line)
  }

  const readLine = (line: Line) => {
    const { first, end: lineEnd } = line
    if (fence !== null) {
      if (readFenced(line, fence)) return
      fence = null
    }
    if (html !== null) return readHtml(line, html)
    const inList = list > 0 && line.indent >= list
    const atMargin = line.indent <= 3 && !inList
    if (atMargin && kind === KIND.text && indent <= 3) {
      const level = underlineLevel(text, first, lineEnd)
      if (level > 0) {
        extend(line)
        kind = level
        return close()
      }
    }
    html = atMargin ? htmlBlock(text, first, lineEnd, kind === NONE) : null
    if (html !== null) {
      list = 0
      close()
      return readHtml(line, html)
    }
    if (text.charAt(first) === '>' && line.indent < list + 4) {
      if (openFence(line, quotedContent(text, first, lineEnd), 0, true)) return
      return kind === KIND.quote ? extend(line) : open(KIND.quote, line)
    }
    if (line.indent <= 3 && isRule(text, first, lineEnd)) {
      if (!inList) list = 0
      open(KIND.text, line)
      return close()
    }
    if (readItem(line, inList)) return
    if (!inList && afterBlank) list = 0
    if ((inList || atMargin) && openFence(line, first, inList ? list : 0, false)) return
    const level = atMargin ? headingLevel(text, first, lineEnd) : 0
    if (level === 0) return readPlain(line, inList)
    list = 0
    open(level, line)
    close()
  }

  let lineEnd = NONE
  for (let at = frontMatter(text, blocks); at < text.length;) {
    const inside = at <= lineEnd
    if (!inside) lineEnd = endOfLine(text, at)
    const first = skipBlank(text, at, lineEnd)
    rest = NONE
    if (first < lineEnd) readLine({ first, end: trimEnd(text, first, lineEnd), indent: columns(text, at, first) })
    else if (!inside && fence === null && !html?.end) {
      close()
      html = null
    }
    afterBlank = first === lineEnd
    at = rest === NONE ? nextLine(text, lineEnd) : rest
  }
  close()
  return blocks
}

/** Takes the front matter at the very start of a text (`---` to `---` or `...`) as a block; where reading goes on. */
function frontMatter(text: string, blocks: Blocks): number {
  const start = text.startsWith('\ufeff') ? 1 : 0
  const isFence = (from: number, to: number, mark: string) =>
    text.slice(from, Math.min(to, from + 8)).trimEnd() === mark
  let end = endOfLine(text, start)
  // A blank line below makes it a rule.
  if (!isFence(start, end, '---') || isLineEnd(text.charCodeAt(nextLine(text, end)))) return start
  while (end < text.length) {
    const line = nextLine(text, end)
    end = endOfLine(text, line)
    if (!isFence(line, end, '---') && !isFence(line, end, '...')) continue
    pushBlock(blocks, KIND.fence, start, trimEnd(text, start, end))
    return end
  }
  return start
}
