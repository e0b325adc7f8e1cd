import { isBlank, skipBlank } from './lines.ts'

const TAB = 0x09
const BACKTICK = 0x60
const TILDE = 0x7e
const HASH = 0x23
const PIPE = 0x7c

/** How far `at` stands from the start of its line in columns; a tab goes to the next multiple of four. */
export function columns(text: string, line: number, at: number): number {
  let column = 0
  for (let i = line; i < at; i++) column += text.charCodeAt(i) === TAB ? 4 - (column % 4) : 1
  return column
}

/** How many times the character at `from` stands there in a row. */
export function runLength(text: string, from: number, end: number): number {
  const code = text.charCodeAt(from)
  let at = from
  while (at < end && text.charCodeAt(at) === code) at++
  return at - from
}

/** The level of the ATX heading in `[first, end)`, or 0. */
export function headingLevel(text: string, first: number, end: number): number {
  if (text.charCodeAt(first) !== HASH) return 0
  const level = runLength(text, first, end)
  return level <= 6 && (first + level === end || isBlank(text.charCodeAt(first + level))) ? level : 0
}

/** The level that a setext underline in `[first, end)` gives to the paragraph above it, or 0. */
export function underlineLevel(text: string, first: number, end: number): number {
  const mark = text.charAt(first)
  if ((mark !== '=' && mark !== '-') || runLength(text, first, end) !== end - first) return 0
  return mark === '=' ? 1 : 2
}

/** Whether `[first, end)` is a rule: three or more of `-`, `*` or `_`, with white space between them or none. */
export function isRule(text: string, first: number, end: number): boolean {
  const mark = text.charAt(first)
  if (mark !== '-' && mark !== '*' && mark !== '_') return false
  let marks = 0
  for (let at = first; at < end; at++) {
    if (text.charAt(at) === mark) marks++
    else if (!isBlank(text.charCodeAt(at))) return false
  }
  return marks >= 3
}

/** The length of the code fence that opens at `first`, or 0. Backticks with another behind them are code in a line. */
export function fenceLength(text: string, first: number, end: number): number {
  const code = text.charCodeAt(first)
  if (code !== BACKTICK && code !== TILDE) return 0
  const length = runLength(text, first, end)
  if (length < 3) return 0
  if (code === TILDE) return length
  for (let at = first + length; at < end; at++) if (text.charCodeAt(at) === BACKTICK) return 0
  return length
}

/** Where the content of a list item starts that has its marker at `first`; the line's end for an empty one; -1 for none. */
export function itemContent(text: string, first: number, end: number): number {
  const mark = text.charAt(first)
  let at = first
  if (mark === '-' || mark === '*' || mark === '+') at++
  else {
    while (at < end && at - first < 10 && isDigit(text.charCodeAt(at))) at++
    if (at === first || at - first > 9 || at >= end) return -1
    if (text.charAt(at) !== '.' && text.charAt(at) !== ')') return -1
    at++
  }
  if (at < end && !isBlank(text.charCodeAt(at))) return -1
  return skipBlank(text, at, end)
}

/** Whether `[first, end)` stands between the head and the rows of a table: `| --- | :-: |`. */
export function isTableRule(text: string, first: number, end: number): boolean {
  let dashes = false
  let pipes = false
  for (let at = first; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === PIPE) pipes = true
    else if (code === 0x2d) dashes = true
    else if (code !== 0x3a && !isBlank(code)) return false
  }
  return dashes && pipes
}

/** Where the quoted content starts behind the `>` marks at `first`. */
export function quotedContent(text: string, first: number, end: number): number {
  let at = first
  while (at < end && text.charAt(at) === '>') at = skipBlank(text, at + 1, end)
  return at
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
