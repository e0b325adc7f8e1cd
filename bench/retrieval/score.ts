import { normalise } from './question.ts'
import type { Found, SetAnswer, SetQuestion } from './set.ts'

/** Of one question: where each of its answers was found, from 1; null where it was not. */
export type Places = readonly (number | null)[]

export function placesOf({ answers }: SetQuestion, found: readonly Found[]): Places {
  const hits = found.map(({ text, content }) => ({ text, content: normalise(content) }))
  return answers.map((answer) => {
    const index = hits.findIndex((hit) => isRight(answer, hit))
    return index === -1 ? null : index + 1
  })
}

const isRight = ({ text, contains }: SetAnswer, hit: Found): boolean =>
  hit.text === text && (contains === undefined || hit.content.includes(contains))

/** Where the first right answer was found. */
export const bestOf = (places: Places): number | null =>
  places.reduce((best, place) => (best === null || (place !== null && place < best) ? place : best), null)

/** The share of a question's answers among the first `k`; where one is enough, 1 for any of them. */
export function recallAt(k: number, { needs, places }: { needs: SetQuestion['needs']; places: Places }): number {
  const found = places.filter((place) => place !== null && place <= k).length
  return needs === 'all' ? found / places.length : Math.min(1, found)
}

/** 1 / the place of the first right answer, or 0 where that is beyond `k` or nowhere. */
export function reciprocalRank(k: number, places: Places): number {
  const best = bestOf(places)
  return best !== null && best <= k ? 1 / best : 0
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
