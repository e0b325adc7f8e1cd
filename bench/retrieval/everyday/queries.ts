import { IDENTIFIER_QUERIES, PART_QUERIES, SYMBOL_QUERIES } from './queries-identifiers.ts'
import { INFLECTION_QUERIES, OPERATOR_QUERIES, PLAIN_QUERIES, TITLE_QUERIES, TYPO_QUERIES } from './queries-speech.ts'
import { FOLDING_QUERIES, UNSPACED_QUERIES, WORD_QUERIES } from './queries-words.ts'
import type { EverydayQuery } from './query.ts'

/** All queries, written beside the texts and not chosen by what any search finds. */
export const EVERYDAY_QUERIES: readonly EverydayQuery[] = [
  ...WORD_QUERIES,
  ...FOLDING_QUERIES,
  ...UNSPACED_QUERIES,
  ...IDENTIFIER_QUERIES,
  ...PART_QUERIES,
  ...SYMBOL_QUERIES,
  ...INFLECTION_QUERIES,
  ...TITLE_QUERIES,
  ...PLAIN_QUERIES,
  ...OPERATOR_QUERIES,
  ...TYPO_QUERIES,
]
