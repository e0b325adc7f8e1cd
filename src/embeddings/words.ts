/** Scripts that put no space between words, and Japanese's mark of a long vowel. */
const UNSPACED =
  ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'].map((name) => `\\p{Script=${name}}`).join('') +
  'ー'

// In order: C++ and C#; a run of an unspaced script; a run of letters and digits; an emoji.
const TOKEN = new RegExp(
  [
    String.raw`(?<![\p{L}\p{N}])[A-Za-z](?:\+\+|#)(?![\p{L}\p{N}])`,
    String.raw`[${UNSPACED}][${UNSPACED}\p{M}]*`,
    String.raw`(?:(?![${UNSPACED}])[\p{L}\p{M}\p{N}])+`,
    String.raw`\p{Extended_Pictographic}`,
  ].join('|'),
  'gu',
)
const ASCII_TOKEN = /(?<![A-Za-z0-9])[A-Za-z](?:\+\+|#)(?![A-Za-z0-9])|[A-Za-z0-9]+/g
const UNSPACED_RUN = new RegExp(`^[${UNSPACED}]`, 'u')
const CAMEL_CASE = /\p{Ll}\p{Lu}/u
const CAMEL_PARTS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{N}+/gu

// No language has more (Unicode's stream-safe text format allows 30); sorting a long run takes the square of its length.
const LONG_MARKS = /(\p{M}{30})\p{M}+/gu
/** Twice what an embedder reads of a text: only one that is made to unfold gets there (U+FDFA is 18 letters). */
const MAX_FOLDED = 16_384

/**
 * The words of a text in order, in lower case and without accents; compatibility forms (full width, ligatures) are
 * folded. `createUser` gives create, user and createuser. Writing without spaces gives single characters and pairs of
 * neighbours. A text without any word gives its characters, so that only an empty text gives nothing.
 *
 * Not `Intl.Segmenter`: its dictionaries change with the runtime, and vectors stored before would match no longer.
 */
export function words(text: string): string[] {
  const ascii = isAscii(text)
  const folded = ascii ? text : foldAccents(text)
  const found: string[] = []
  for (const token of folded.match(ascii ? ASCII_TOKEN : TOKEN) ?? []) {
    const lower = token.toLowerCase()
    if (!ascii && UNSPACED_RUN.test(token)) pushCharacters(found, token)
    else if (lower !== token && CAMEL_CASE.test(token)) found.push(...camelParts(token), lower)
    else found.push(ascii ? lower : foldLetters(lower))
  }
  if (found.length === 0) pushCharacters(found, folded.trim() || folded)
  return found
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

/** Accents of Latin, Greek and Cyrillic go; marks that make another letter in other scripts stay. */
function foldAccents(text: string): string {
  return text
    .replace(LONG_MARKS, '$1')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .slice(0, MAX_FOLDED)
}

function foldLetters(lower: string): string {
  return lower.replaceAll('ß', 'ss').replaceAll('ς', 'σ')
}

function camelParts(token: string): string[] {
  return (token.match(CAMEL_PARTS) ?? []).map((part) => part.toLowerCase())
}

function pushCharacters(found: string[], run: string): void {
  let previous = ''
  for (const character of run) {
    found.push(character)
    if (previous !== '') found.push(previous + character)
    previous = character
  }
}
