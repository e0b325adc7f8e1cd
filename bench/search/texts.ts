const VOCABULARY = 50_000
const SHORTEST = 60
const LONGEST = 100

/** The k-th word by frequency. Zipf's law: it is one in k · ln 50,000 words. Letters alone, with no ending that a language knows. */
export const wordOf = (rank: number): string =>
  `w${String(rank).replaceAll(/\d/g, (digit) => 'bcdfghpklm'[Number(digit)] ?? '')}x`

/** A text of 60 to 100 words. */
export function textOf(random: () => number): string {
  const length = SHORTEST + Math.floor(random() * (LONGEST - SHORTEST + 1))
  const words: string[] = []
  for (let i = 0; i < length; i++) words.push(wordOf(Math.floor(VOCABULARY ** random())))
  return words.join(' ')
}
