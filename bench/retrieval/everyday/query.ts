/**
 * What a query tries. `words`: words as they are in the text. `folding`: case, accents, compatibility forms. `unspaced`:
 * scripts without spaces, and Korean. `identifier`: a path, address, version, number as a whole. `part`: a part of one.
 * `symbol`: signs that belong to a word, emoji, hashtags. `inflection`: another form of a word. `title`: words that only the
 * title has. `plain`: a question or a command as people say it. `operator`: excluded words, phrases, alternatives. `typo`:
 * misspelt, which only similarity can find.
 */
export const EVERYDAY_KINDS = [
  'words',
  'folding',
  'unspaced',
  'identifier',
  'part',
  'symbol',
  'inflection',
  'title',
  'plain',
  'operator',
  'typo',
] as const
export type EverydayKind = (typeof EVERYDAY_KINDS)[number]

export interface EverydayQuery {
  kind: EverydayKind
  query: string
  /** The text that it looks for. */
  right: string
  /** Texts that must not be found, for the query excludes them. */
  excluded?: readonly string[]
}

/** Makes the queries of one kind, each with the id of its text. */
export const ofKind = (
  kind: EverydayKind,
  queries: readonly (readonly [query: string, right: string, ...excluded: string[]])[],
): EverydayQuery[] =>
  queries.map(([query, right, ...excluded]) => ({ kind, query, right, ...(excluded.length > 0 && { excluded }) }))
