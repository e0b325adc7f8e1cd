import { stem } from '../../src/embeddings/stem.ts'

const K1 = 1.2
const B = 0.75

const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all am an and any are as at be because been before being below between both but by
  can could did do does doing down during each few for from further had has have having he her here hers him his how i if
  in into is it its just me might more most must my no nor not now of off on once only or other our ours out over own
  same shall she should so some such than that the their theirs them then there these they this those through to too
  under until up very was we were what when where which while who whom why will with would you your yours`.split(/\s+/),
)

/** Written without spaces: compared by pairs of characters. */
const UNSPACED = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]`
const TOKEN = new RegExp(String.raw`${UNSPACED}+|(?:(?!${UNSPACED})[\p{L}\p{M}\p{N}])+`, 'gu')
const STARTS_UNSPACED = new RegExp(`^${UNSPACED}`, 'u')

/** The words of a text as BM25 compares them: folded, without English stop words, stemmed. */
export function bm25Words(text: string): string[] {
  const folded = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
  return (folded.match(TOKEN) ?? []).flatMap((token) => {
    if (STARTS_UNSPACED.test(token)) return pairsOf(Array.from(token))
    return STOP_WORDS.has(token) ? [] : [stem(token)]
  })
}

const pairsOf = (characters: readonly string[]): string[] =>
  characters.length < 2 ? [...characters] : characters.slice(1).map((character, i) => `${characters[i]}${character}`)

export interface Bm25Index {
  /**
   * @param beside further texts whose words count, each by its weight
   * @returns the positions of all texts that have one of the words, best first; equal scores in the texts' order
   */
  search(query: string, beside?: readonly { text: string; weight: number }[]): { index: number; score: number }[]
}

/** BM25 (Robertson and Zaragoza 2009) in memory, as in the textbook: what a search for words has to come up to. */
export function createBm25(texts: readonly string[]): Bm25Index {
  const postings = new Map<string, Map<number, number>>()
  const lengths = texts.map((text, index) => {
    const words = bm25Words(text)
    for (const word of words) {
      const counts = postings.get(word) ?? new Map<number, number>()
      postings.set(word, counts.set(index, (counts.get(index) ?? 0) + 1))
    }
    return words.length
  })
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  return {
    search(query, beside = []) {
      const scores = new Map<number, number>()
      const words = [{ text: query, weight: 1 }, ...beside].flatMap(({ text, weight }) =>
        bm25Words(text).map((word) => ({ word, weight })),
      )
      for (const { word, weight } of words) {
        const counts = postings.get(word) ?? new Map<number, number>()
        const idf = Math.log(1 + (texts.length - counts.size + 0.5) / (counts.size + 0.5))
        for (const [index, count] of counts) {
          const norm = K1 * (1 - B + (B * (lengths[index] ?? 0)) / average)
          scores.set(index, (scores.get(index) ?? 0) + (weight * idf * count * (K1 + 1)) / (count + norm))
        }
      }
      return Array.from(scores, ([index, score]) => ({ index, score })).sort(
        (a, b) => b.score - a.score || a.index - b.index,
      )
    },
  }
}
