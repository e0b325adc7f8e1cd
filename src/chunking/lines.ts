const NEWLINE = 0x0a
const RETURN = 0x0d

/** Whether a code unit is white space, as `trim()` and `\s` see it. */
export function isBlank(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  if (code < 0xa0) return false
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  )
}

/** Whether a code unit ends a line: LF, or CR with or without LF after it. */
export function isLineEnd(code: number): boolean {
  return code === NEWLINE || code === RETURN
}

/** Where the line that holds `from` ends: the offset of its line end, or the text's length. */
export function endOfLine(text: string, from: number): number {
  let at = from
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) at++
  return at
}

/** Where the line after a line end starts; CRLF is one line end. */
export function nextLine(text: string, end: number): number {
  return text.charCodeAt(end) === RETURN && text.charCodeAt(end + 1) === NEWLINE ? end + 2 : end + 1
}

/** The first offset from `from` that holds no white space, `to` at most. */
export function skipBlank(text: string, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(text.charCodeAt(at))) at++
  return at
}

/** The end of `text.slice(from, to)` without the white space behind it, `from` at least. */
export function trimEnd(text: string, from: number, to: number): number {
  let at = to
  while (at > from && isBlank(text.charCodeAt(at - 1))) at--
  return at
}

/** The offset itself, or the one before it where it would stand inside a surrogate pair. */
export function outsidePair(text: string, at: number): number {
  return isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1)) ? at - 1 : at
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
