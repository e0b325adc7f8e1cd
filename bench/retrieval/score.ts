import { normalise, type Question } from './question.ts'

/** What a search found, in its order. */
export interface Found {
  file: string
  content: string
}

/** Where the first right hit stands, from 1; null when none of them is. */
export function placeOf({ answers }: Pick<Question, 'answers'>, found: readonly Found[]): number | null {
  const index = found.findIndex((hit) => {
    const text = normalise(hit.content)
    return answers.some(({ file, contains }) => hit.file === file && text.includes(contains))
  })
  return index === -1 ? null : index + 1
}

/** The share of the questions that have a right hit among the first `k`. */
export const recallAt = (k: number, places: readonly (number | null)[]): number =>
  mean(places.map((place) => (place !== null && place <= k ? 1 : 0)))

/** The mean of 1 / place, where a place beyond `k` and none count as 0. */
export const reciprocalRank = (k: number, places: readonly (number | null)[]): number =>
  mean(places.map((place) => (place !== null && place <= k ? 1 / place : 0)))

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
