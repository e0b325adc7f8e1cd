import { isBlank, isLineEnd } from './lines.ts'

/** Ends a sentence wherever it stands: these scripts put no space between sentences. */
const FULL_STOPS = new Set('。！？｡')
const MARKS = new Set('!?…؟۔।॥')
const CLOSERS = new Set('"\')]}»”’」』）】*_`')
const MAX_CLOSERS = 6
const MAX_ABBREVIATION = 6

const ABBREVIATIONS = new Set(
  (
    'mr mrs ms dr prof sr jr st mt no nos vs etc cf al inc ltd co corp dept est fig figs eq eqs sec ch vol pp ed eds ' +
    'approx resp incl excl art tab ver rev gen col lt sgt capt rep sen gov jan feb mar apr jun jul aug sep sept oct ' +
    'nov dec nr bzw ca vgl evtl ggf usw abs bd hr fr str tel min max sra mme mlle av'
  ).split(' '),
)

/**
 * Whether a sentence ends right before `at`: after `.`, `!`, `?` and the like with white space behind, or after an
 * ideographic full stop. A period after an abbreviation, an initial or a number in front of a list item is none, nor is
 * one with a small letter behind. Looks at a few characters only.
 */
export function endsSentence(text: string, at: number): boolean {
  const next = text.charCodeAt(at)
  const spaced = at >= text.length || isBlank(next)
  let mark = at - 1
  while (mark > 0 && at - mark <= MAX_CLOSERS && CLOSERS.has(text.charAt(mark))) mark--
  const character = text.charAt(mark)
  if (FULL_STOPS.has(character)) {
    const behind = text.charAt(at)
    return !CLOSERS.has(behind) && !FULL_STOPS.has(behind)
  }
  if (!spaced) return false
  if (MARKS.has(character)) return true
  return character === '.' && !isAbbreviation(text, mark) && !goesOn(text, at)
}

/** Whether the period at `mark` belongs to the word before it. */
function isAbbreviation(text: string, mark: number): boolean {
  let from = mark
  while (from > 0 && mark - from <= MAX_ABBREVIATION && isWord(text.charCodeAt(from - 1))) from--
  const length = mark - from
  if (length === 0 || length > MAX_ABBREVIATION) return false
  const before = from === 0 ? 0x0a : text.charCodeAt(from - 1)
  const word = text.slice(from, mark)
  if (/^\d+$/.test(word)) return isLineStart(text, from)
  return (length === 1 && word !== 'I') || (before === 0x2e && length <= 2) || ABBREVIATIONS.has(word.toLowerCase())
}

function isWord(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code > 0xbf
  )
}

/** Whether what stands behind the period starts with a small letter, on the same line. */
function goesOn(text: string, at: number): boolean {
  const next = text.charAt(isBlank(text.charCodeAt(at + 1)) ? at + 2 : at + 1)
  return next !== next.toUpperCase()
}

/** Whether nothing but white space stands between `at` and the start of its line; gives up after a few. */
export function isLineStart(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0 && at - i <= 64; i--) {
    const code = text.charCodeAt(i)
    if (isLineEnd(code)) return true
    if (!isBlank(code)) return false
  }
  return at <= 64
}
