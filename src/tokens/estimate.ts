/** What a run of characters costs: each word of it, and each character. */
interface Cost {
  word: number
  character: number
  /** What characters outside the alphabet's most common ones cost besides. */
  rare?: number
  isCommon?: (code: number) => boolean
}

const LATIN: Cost = { word: 0, character: 0 }
const SYMBOL: Cost = { word: 0, character: 2.11 }
const CYRILLIC: Cost = {
  word: 1.13,
  character: 0.35,
  rare: 3.04,
  isCommon: (code) => code >= 0x410 && code <= 0x451,
}
const GREEK: Cost = { word: 0.5, character: 0.9 }
const HEBREW: Cost = { word: 0, character: 1.14 }
const ARABIC: Cost = { word: 0.39, character: 0.75, rare: 0.93, isCommon: (code) => code <= 0x652 }
const DEVANAGARI: Cost = { word: 0, character: 1.12 }
const INDIC: Cost = { word: 0, character: 1.87 }
const THAI: Cost = { word: 0, character: 1.0 }
const OTHER: Cost = { word: 0, character: 2.0 }
const ETHIOPIC: Cost = { word: 0, character: 3.0 }
const CAUCASIAN: Cost = { word: 0, character: 2.07 }
const HANGUL: Cost = { word: 0, character: 1.38 }
const KANA: Cost = { word: 0, character: 1.03 }
const HAN: Cost = { word: 0, character: 1.33 }
const FULL_WIDTH: Cost = { word: 0, character: 1.76 }
/** Half of a surrogate pair: emoji and the like. */
const HALF: Cost = { word: 0, character: 1.56 }

/** Where each stretch of Unicode ends, in code units beyond ASCII, and what it costs. */
const STRETCHES: readonly (readonly [end: number, cost: Cost])[] = [
  [0xc0, SYMBOL],
  [0x2b0, LATIN],
  [0x370, SYMBOL],
  [0x400, GREEK],
  [0x530, CYRILLIC],
  [0x590, CAUCASIAN],
  [0x600, HEBREW],
  [0x780, ARABIC],
  [0x900, OTHER],
  [0x980, DEVANAGARI],
  [0xe00, INDIC],
  [0xe80, THAI],
  [0x10a0, OTHER],
  [0x1100, CAUCASIAN],
  [0x1200, HANGUL],
  [0x13a0, ETHIOPIC],
  [0x1e00, OTHER],
  [0x1f00, LATIN],
  [0x2000, GREEK],
  [0x3000, SYMBOL],
  [0x3040, FULL_WIDTH],
  [0x3100, KANA],
  [0x3400, FULL_WIDTH],
  [0xa000, HAN],
  [0xac00, OTHER],
  [0xd7b0, HANGUL],
  [0xe000, HALF],
  [0xf900, SYMBOL],
  [0xfb00, HAN],
  [0xfe00, ARABIC],
  [0xfe70, SYMBOL],
  [0xff00, ARABIC],
  [0xffe0, FULL_WIDTH],
  [0x10000, SYMBOL],
]

/** Words by which English is told, as it costs less than other languages in the same letters. */
const ENGLISH = new Set('the of and to a in is it for that you be with are on this can if or as not'.split(' '))
const LONGEST_ENGLISH = 4
/** How much one word says about whether the text around it is English, and which share of such words is enough. */
const NEWS = 0.08
const ENOUGH = 0.2

/** From so many parts with capitals on, a run without spaces is taken for base64; what its parts cost then, as many times. */
const MANY_PARTS = 4
const DENSE = 1.4
/** Marks that are one token many times over; and box drawings, of which two are. */
const RULES = '#%*+-./=_~'
const isBox = (code: number): boolean => code >= 0x2500 && code <= 0x257f

const LINE = 1
const SPACE = 2
const DIGIT = 3
const PUNCTUATION = 4
const CONTROL = 5
type Kind = Cost | typeof LINE | typeof SPACE | typeof DIGIT | typeof PUNCTUATION | typeof CONTROL

/**
 * Estimates how many tokens a model reads a text as, without its tokenizer: what words, digits, marks, white space and
 * characters of each script cost on average, and a little more. The costs are fitted so that no text of some length is
 * estimated more than 5 % below what `o200k_base` or `cl100k_base` count (`npm run bench -- token-estimate`). Takes time
 * in proportion to the text.
 *
 * @returns a whole number; 0 for an empty text
 */
export function estimateTokens(text: string): number {
  let tokens = 0
  let english = 0.15
  let before: Kind = LINE
  let parts = 0
  for (let at = 0; at < text.length;) {
    const kind = kindOf(text.charCodeAt(at))
    let end = at + 1
    const start = tokens
    if (kind === LATIN) {
      end = endOfPart(text, at)
      const length = end - at
      if (isCapital(text.charCodeAt(at))) parts++
      const isUpper = length > 1 && isCapital(text.charCodeAt(end - 1))
      if (isUpper) tokens += 0.37 + 0.45 * (length - 1)
      else {
        const isEnglish = length <= LONGEST_ENGLISH && ENGLISH.has(text.slice(at, end).toLowerCase())
        english += NEWS * ((isEnglish ? 1 : 0) - english)
        const share = Math.min(1, english / ENOUGH)
        const [over4, over9] = [Math.max(0, length - 4), Math.max(0, length - 9)]
        tokens += share * (0.99 + 0.08 * over4 + 0.25 * over9)
        tokens += (1 - share) * (0.94 + 0.35 * over4 + 0.28 * over9)
      }
      for (let i = at; i < end; i++) {
        const code = text.charCodeAt(i)
        if (code > 0x7f) tokens += code > 0xff ? 3.18 : 2.06
      }
    } else {
      let same = 0
      for (let code = text.charCodeAt(end); end < text.length && kindOf(code) === kind; code = text.charCodeAt(++end)) {
        if (code === text.charCodeAt(end - 1)) same++
      }
      tokens += costOfRun(text, kind, at, end, { before, same })
    }
    if (kind === LATIN || kind === DIGIT) {
      if (parts >= MANY_PARTS) tokens += (DENSE - 1) * (tokens - start)
    } else if (end - at > 1 || !'+/-_'.includes(text.charAt(at))) parts = 0
    before = kind
    at = end
  }
  return Math.ceil(tokens)
}

function costOfRun(
  text: string,
  kind: Kind,
  at: number,
  end: number,
  { before, same }: { before: Kind; same: number },
): number {
  const length = end - at
  // The same mark many times is one token or two.
  const repeated = Math.min(same, 3)
  switch (kind) {
    case LINE:
      return 0.95 + 0.13 * Math.max(0, length - 4)
    case SPACE:
      // One space belongs to the word after it.
      return length > 1 ? 1.08 + (text.charAt(at) === '\t' ? 0.07 * Math.max(0, length - 16) : 0) : 0
    case DIGIT:
      return 1.06 * Math.ceil(length / 3) + (before === SPACE ? 0.81 : 0)
    case PUNCTUATION:
      // `});` is one token; in a longer run that is no code, each mark is.
      return (
        0.94 +
        0.18 * Math.min(2, length - 1 - same) +
        0.97 * Math.max(0, length - 3 - same) +
        0.82 * repeated +
        (same > 3 ? (RULES.includes(text.charAt(end - 1)) ? 0.035 : 0.52) * (same - 3) : 0)
      )
    case CONTROL:
      return 1.0 * length
    case SYMBOL:
      return (
        SYMBOL.character * (length - same + repeated) + (isBox(text.charCodeAt(at)) ? 0.5 : 1.05) * (same - repeated)
      )
    default:
      return kind.word + kind.character * length + rareness(text, kind, at, end)
  }
}

function rareness(text: string, { rare, isCommon }: Cost, at: number, end: number): number {
  if (rare === undefined || isCommon === undefined) return 0
  let count = 0
  for (let i = at; i < end; i++) if (!isCommon(text.charCodeAt(i))) count++
  return rare * count
}

function kindOf(code: number): Kind {
  if (code < 0x80) {
    if (isCapital(code) || (code >= 0x61 && code <= 0x7a)) return LATIN
    if (code >= 0x30 && code <= 0x39) return DIGIT
    if (code === 0x0a || code === 0x0d) return LINE
    if (code === 0x20 || code === 0x09) return SPACE
    return code < 0x20 || code === 0x7f ? CONTROL : PUNCTUATION
  }
  for (const [end, cost] of STRETCHES) if (code < end) return cost
  return SYMBOL
}

const isCapital = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0xc0 && code <= 0xde)

/** Where a part of a name ends: `get`, `HTTP` and `Response` are those of `getHTTPResponse`. */
function endOfPart(text: string, at: number): number {
  let end = at
  while (end < text.length && isCapital(text.charCodeAt(end))) end++
  const capitals = end - at
  const isWord = kindOf(text.charCodeAt(end)) === LATIN
  if (capitals > 1) return isWord ? end - 1 : end
  while (end < text.length && kindOf(text.charCodeAt(end)) === LATIN && !isCapital(text.charCodeAt(end))) end++
  return end
}
