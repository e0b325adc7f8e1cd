import { isHeading, type Blocks } from './blocks.ts'
import { clusterEdge } from './graphemes.ts'
import { LONGEST_HTML_HEADING, withImageTexts } from './html.ts'
import { isBlank, trimEnd } from './lines.ts'

const MAX_HEADING = 200
/** How much of a heading is read; expressions below cost little on this much, whatever it holds. */
const MAX_SOURCE = 1_000
const HTML = /^<h[1-6][\s>]/i

// Every class stops at its own opening character, so a failed match costs no more than it read.
const IMAGE = /!\[([^[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)?\)|\[[^[\]]*\])/g
const LINK = /\[([^[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)?\)|\[[^[\]]*\])/g
const CODE = /(`+[^`]*`+)/
const TAG = /<(?:(https?:[^<>\s]*)|[/!a-z][^<>]*)>/gi
const ANCHOR = /\{#[^{}]*\}$/
const EMPHASIS =
  /\\([!-/:-@[-`{-~])|(?<!\s|^)\*+|\*+(?!\s|$)|~~|(?<![\p{L}\p{N}_])_+(?!\s|$)|(?<!\s|^)_+(?![\p{L}\p{N}_])/gu
const ENTITY = /&(amp|lt|gt|quot|apos|nbsp|#39);/g
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'" }

/** The text of a heading (`source` is all of its lines) without markup, white space collapsed, 200 code units at most. */
export function headingText(source: string): string {
  const text = withImageTexts(contentOf(source))
    .replace(ANCHOR, '')
    .replace(IMAGE, '$1')
    .replace(LINK, '$1')
    .split(CODE)
    .map((part) => (part.startsWith('`') ? part.replaceAll('`', '') : withoutMarkup(part)))
    .join('')
    .replace(/\s+/g, ' ')
    .trim()
  return text.length > MAX_HEADING ? text.slice(0, clusterEdge(text, 0, MAX_HEADING)).trimEnd() : text
}

function contentOf(source: string): string {
  if (HTML.test(source)) return source.slice(0, LONGEST_HTML_HEADING)
  const read = source.slice(0, MAX_SOURCE)
  return read.startsWith('#') ? withoutHashes(read) : withoutUnderline(read, source.length > MAX_SOURCE)
}

function withoutMarkup(part: string): string {
  return part
    .replace(TAG, '$1')
    .replace(EMPHASIS, '$1')
    .replace(ENTITY, (_, name: string) => ENTITIES[name] ?? '')
}

function withoutHashes(line: string): string {
  let from = 0
  while (line.charAt(from) === '#') from++
  const end = trimEnd(line, from, line.length)
  let to = end
  while (to > from && line.charAt(to - 1) === '#') to--
  const closed = to === from || isBlank(line.charCodeAt(to - 1))
  return line.slice(from, trimEnd(line, from, closed ? to : end))
}

function withoutUnderline(lines: string, cut: boolean): string {
  if (cut) return lines
  return lines.slice(0, trimEnd(lines, 0, Math.max(lines.lastIndexOf('\n'), lines.lastIndexOf('\r'))))
}

interface Heading {
  level: number
  block: number
  text: string | null
}

/**
 * Gives the heading path of one chunk after another. Asked for `[start, end)`, it answers the headings that all of it
 * stands under; starts must not decrease. A heading without text has no place in a path.
 */
export function createPaths(text: string, blocks: Blocks): (start: number, end: number) => readonly string[] {
  const { starts, ends, kinds } = blocks
  const stack: Heading[] = []
  let next = 0
  const startOf = (block: number) => starts[block] ?? text.length
  return (start, end) => {
    for (; startOf(next) <= start; next++) {
      const level = kinds[next] ?? 0
      if (!isHeading(level)) continue
      while ((stack.at(-1)?.level ?? 0) >= level) stack.pop()
      stack.push({ level, block: next, text: null })
    }
    let outer = 7
    for (let block = next; startOf(block) < end; block++) {
      const level = kinds[block] ?? 0
      if (isHeading(level) && level < outer) outer = level
    }
    const path: string[] = []
    for (const heading of stack) {
      if (heading.level >= outer) break
      heading.text ??= headingText(text.slice(startOf(heading.block), ends[heading.block]))
      if (heading.text !== '') path.push(heading.text)
    }
    return path
  }
}
