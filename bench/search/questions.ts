import type { EmbeddingVector } from '../../src/embeddings/vector.ts'
import type { Owner } from './load.ts'
import { wordOf } from './texts.ts'
import type { VectorSource } from './vectors.ts'

/** What leaves one text in a hundred: what it says of itself, or where it is. */
export type Filter = 'none' | 'metadata' | 'place'

export const KINDS = ['semantic', 'rare word', 'middling word', 'frequent words', 'twelve words', 'hybrid'] as const
export type Kind = (typeof KINDS)[number]

/** One search, as every side gets it. */
export interface Question {
  owner: Owner
  kind: Kind
  vector: EmbeddingVector
  words: string[]
  filter: Filter
  /** The `n` of the metadata, for the filter by it. */
  n: number
  conversations: string[]
  documents: string[]
  limit: number
}

export const FILTERS: readonly Filter[] = ['none', 'metadata', 'place']

/** How frequent the words are that a search is for: ranks in the vocabulary, from and to. In hybrid as in a sentence. */
const RARE = [20_000, 45_000] as const
const MIDDLING = [200, 400] as const
const COMMON = [20, 40] as const
const ANYWHERE = [2, 5] as const
const WORDS: Record<Kind, (readonly [number, number])[]> = {
  semantic: [],
  'rare word': [RARE],
  'middling word': [MIDDLING],
  'frequent words': [COMMON, COMMON],
  'twelve words': [
    ANYWHERE,
    COMMON,
    COMMON,
    COMMON,
    COMMON,
    MIDDLING,
    MIDDLING,
    MIDDLING,
    MIDDLING,
    MIDDLING,
    RARE,
    RARE,
  ],
  hybrid: [ANYWHERE, COMMON, MIDDLING, RARE],
}

interface Options {
  owner: Owner
  kind: Kind
  filter: Filter
  source: VectorSource
  random: () => number
}

/** A search for the ten best. None of what is asked for is stored itself. */
export function createQuestion({ owner, kind, filter, source, random }: Options): Question {
  const one = <T>(items: readonly T[]): T[] => items.slice(Math.floor(random() * items.length)).slice(0, 1)
  const some = (ids: readonly string[]) => Array.from({ length: Math.ceil(ids.length / 100) }, () => one(ids)).flat()
  return {
    owner,
    kind,
    filter,
    vector: source.next(),
    words: [...new Set(WORDS[kind].map(([from, to]) => wordOf(from + Math.floor(random() * (to - from)))))],
    n: Math.floor(random() * 100),
    conversations: [...new Set(some(owner.conversations))],
    documents: [...new Set(some(owner.documents))],
    limit: 10,
  }
}
