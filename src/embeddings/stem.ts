/** Each ending that marks a form of a word, longest first, and what the stem has in its place. */
const ENDINGS: readonly (readonly [ending: string, replacement: string])[] = [
  ['fications', 'fi'],
  ['fication', 'fi'],
  ['izations', 'iz'],
  ['ization', 'iz'],
  ['isation', 'is'],
  ['ousness', 'ous'],
  ['fulness', 'ful'],
  ['ations', ''],
  ['ically', 'ic'],
  ['ation', ''],
  ['ities', 'iti'],
  ['ingly', ''],
  ['edly', ''],
  ['ions', ''],
  ['ings', ''],
  ['ment', ''],
  ['ness', ''],
  ['ion', ''],
  ['ing', ''],
  ['ied', 'i'],
  ['ers', ''],
  ['ors', ''],
  ['ed', ''],
  ['ly', ''],
  ['er', ''],
  ['or', ''],
]

const SHORTEST_STEM = 3

/**
 * A light stem of a lower-case English word, so that connect, connects, connected, connecting, connection and connector
 * meet. It need not be a word, only the same for all of a word's forms; what is not English mostly stays as it is.
 */
export function stem(word: string): string {
  if (word.length <= SHORTEST_STEM || !/^[a-z]+$/.test(word)) return word
  let base = withoutPlural(word)
  // These end like a past tense and are none.
  if (/(?:e|^emb)ed$/.test(base)) return base
  for (const [ending, replacement] of ENDINGS) {
    const rest = base.length - ending.length
    if (rest < (ending === 'ly' ? 4 : SHORTEST_STEM) || !base.endsWith(ending)) continue
    const before = base.slice(0, rest)
    if (!/[aeiouy]/.test(before)) continue
    base = undouble(before) + replacement
    break
  }
  if (base.length > 4 && base.endsWith('at')) base = base.slice(0, -2)
  else if (base.length > 5 && base.endsWith('ate')) base = base.slice(0, -3)
  if (base.length > SHORTEST_STEM && base.endsWith('e')) return base.slice(0, -1)
  if (base.length > SHORTEST_STEM && base.endsWith('y')) return `${base.slice(0, -1)}i`
  return base
}

function withoutPlural(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(?:ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2)
  if (word.endsWith('s') && !/[siu]s$/.test(word)) return word.slice(0, -1)
  return word
}

/** stopp(ing) → stop, but fall(ing) and pass(ed) keep theirs. */
function undouble(base: string): string {
  const last = base.at(-1) ?? ''
  return base.length > SHORTEST_STEM && last === base.at(-2) && !'lsz'.includes(last) ? base.slice(0, -1) : base
}
