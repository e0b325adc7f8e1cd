/** How a query is read: as plain words, or with operators. */
export const SYNTAXES = ['plain', 'operators'] as const
export type Syntax = (typeof SYNTAXES)[number]

/** What a query asks for, as `app.keyword_search` reads it. */
export interface Query {
  /** What texts are ranked by: all words, those of phrases as well. */
  text: string
  /** A text must hold one of each group: words, or phrases of several. */
  required: string[][]
  /** A text must hold none of these. */
  excluded: string[]
  /** What counts beside the text. */
  hints: EarlierTurn[]
}

/** What `app.keyword_search` is asked. */
export interface Words extends Query {
  /** The last word may go on. */
  prefix: boolean
  /** No text without all words. */
  all: boolean
}

/** Whether there are texts that are not to be found, whatever they mean. */
export const isStrict = ({ required, excluded, all }: Words): boolean => all || required.length + excluded.length > 0

// Chosen by recall on multi-turn conversations; the optimum is flat.
const TURN_WEIGHT = 0.4
const TURN_DECAY = 0.65
const MAX_TURNS = 5
/** How much of a turn counts, in UTF-16 units. */
export const MAX_TURN_LENGTH = 1_000

/** An earlier text of who asks, and what it counts for beside the question. */
export interface EarlierTurn {
  text: string
  weight: number
}

/**
 * What a question follows up on.
 *
 * @param said what its user has said, newest last; where that is the question itself, it counts once
 * @returns the newest first
 */
export function earlierTurns(said: readonly string[], question: string): EarlierTurn[] {
  const texts = said.map(beginningOf).filter((text) => text !== '')
  if (texts.at(-1) === beginningOf(question)) texts.pop()
  return texts
    .slice(-MAX_TURNS)
    .toReversed()
    .map((text, i) => ({ text, weight: TURN_WEIGHT * TURN_DECAY ** i }))
}

/** The query with what was said before it. */
export const followUp = (query: Query, turns: readonly EarlierTurn[]): Query => ({
  ...query,
  hints: [...query.hints, ...turns],
})

const beginningOf = (text: string): string => text.slice(0, MAX_TURN_LENGTH).toWellFormed().trim()

const plain = (text: string): Query => ({ text, required: [], excluded: [], hints: [] })

// A phrase in quotes, or what stands between spaces; each after a minus or not.
const OPERAND = /(?<minus>-?)"(?<phrase>[^"]*)"|(?<word>\S+)/g
// “a”, „a“, «a», »a«.
const TYPOGRAPHIC = /[“„]([^“„”"]*)[“”]|«([^«»"]*)»|»([^«»"]*)«/g
const OR = 'OR'
const MAX_OPERATORS = 16

/**
 * Reads a query. Plain speech stays plain: an operator is a `-` before a word or a phrase where something else is asked for
 * as well, a phrase in quotes that have an end, straight or typographic, and `OR` in capitals between two operands; no more than 16 of them. All else is words,
 * each of which counts and none of which has to be there.
 */
export function readQuery(query: string, syntax: Syntax = 'operators'): Query {
  if (syntax === 'plain') return plain(query)
  const operands = [...query.replace(TYPOGRAPHIC, '"$1$2$3"').matchAll(OPERAND)].map(
    ({ groups: { minus, phrase, word } = {} }) => operandOf(minus, phrase, word),
  )
  const wanted = operands.filter(({ excluded, text }) => !excluded && text !== OR && hasWords(text))
  const excluded = operands.filter((operand) => operand.excluded)
  const operators = operands.filter(({ text, isPhrase }) => isPhrase || text === OR).length + excluded.length
  // Nothing else is asked for: a minus is no operator then. And what is full of quotes was pasted.
  if (wanted.length === 0 || operators > MAX_OPERATORS) return plain(query)

  const groups: Operand[][] = []
  for (const [i, operand] of operands.entries()) {
    if (operand.excluded || isOr(operands, i)) continue
    const previous = groups.at(-1)
    if (previous && isOr(operands, i - 1)) previous.push(operand)
    else groups.push([operand])
  }
  return {
    text: groups
      .flat()
      .map(({ text }) => text)
      .join(' '),
    required: groups
      .filter((group) => group.length > 1 || group.some(({ isPhrase }) => isPhrase))
      .map((group) => group.map(({ text }) => text)),
    excluded: excluded.map(({ text }) => text),
    // A flag, such as that of `tar -xzf`, looks the same.
    hints: excluded.filter(({ isPhrase }) => !isPhrase).map(({ text }) => ({ text: `-${text}`, weight: 1 })),
  }
}

/** Whether a text has anything that the index of words could hold, which reads compatibility forms as what they stand for. */
export const hasWords = (text: string): boolean =>
  /[\p{L}\p{N}\p{RI}\p{Extended_Pictographic}\u2600-\u27bf]/u.test(text.normalize('NFKC'))

interface Operand {
  text: string
  isPhrase: boolean
  excluded: boolean
}

function operandOf(minus: string | undefined, phrase: string | undefined, word = ''): Operand {
  if (phrase !== undefined) return { text: phrase.trim(), isPhrase: true, excluded: minus === '-' }
  const excluded = /^-[^\s-]/.test(word)
  return { text: excluded ? word.slice(1) : word, isPhrase: false, excluded }
}

/** Whether this is an `OR` with an operand on each side. */
const isOr = (operands: readonly Operand[], i: number): boolean =>
  operands[i]?.text === OR &&
  [operands[i - 1], operands[i + 1]].every((side) => side && !side.excluded && side.text !== OR)
