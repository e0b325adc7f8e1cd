import { chunkText } from '../../src/chunking/chunk.ts'
import { DEFAULT_CHUNKING } from '../../src/features/documents/schemas.ts'
import { earlierTurns } from '../../src/features/search/query.ts'
import { createBm25 } from './bm25.ts'
import { type Places, placesOf } from './score.ts'
import type { Found, RetrievalSet, SetQuestion, SetText, Way } from './set.ts'
import { inParallel, type Library, type SearchQuery, type StoredTexts } from './store.ts'

/** How many hits are looked at. */
export const MOST = 10

/** One way to find the answers. */
interface Side {
  name: string
  find: (question: SetQuestion) => Promise<Found[]>
}

export const BM25 = 'BM25 in memory'
export const HYBRID = 'hybrid'

/** A question with where each side found its answers. */
export interface Asked extends SetQuestion {
  places: Record<string, Places>
}

/** The API's modes, with the provider up and down, and BM25 on the same texts. */
export function sidesOf(
  set: RetrievalSet,
  stored: { library: Library; downUrl: string; byDocument: boolean; chunking: StoredTexts['chunking'] },
): Side[] {
  const { library, downUrl, byDocument, chunking } = stored
  const through = (name: string, mode: SearchQuery['mode'], url?: string): Side => ({
    name,
    find: ({ question: query, earlier = [] }) => library.search({ query, earlier, mode, limit: MOST, byDocument }, url),
  })
  const pieces = piecesOf(set, chunking)
  const bm25 = createBm25(pieces.map(({ text }) => text))
  return [
    through(HYBRID, 'hybrid'),
    through('semantic', 'semantic'),
    through('keyword', 'keyword'),
    through('hybrid, provider down', 'hybrid', downUrl),
    {
      name: BM25,
      find: async ({ question, earlier = [] }) =>
        bm25
          .search(question, earlierTurns(earlier, question))
          .slice(0, MOST)
          .flatMap(({ index }) => {
            const piece = pieces[index]
            return piece ? [{ text: piece.id, content: piece.text }] : []
          }),
    },
  ]
}

/** What is to be found, each as a text: chunks of the texts, or the texts themselves. */
export function piecesOf({ unit, texts }: RetrievalSet, chunking = DEFAULT_CHUNKING): SetText[] {
  if (unit === 'text') return [...texts]
  return texts.flatMap((text) =>
    chunkText(text.text, { format: text.format, ...chunking }).map(({ start, end }) => ({
      ...text,
      text: text.text.slice(start, end),
    })),
  )
}

/** Asks each side each question of one way. */
export const askAll = ({ questions }: Way, sides: readonly Side[]): Promise<Asked[]> =>
  inParallel(questions, async (question) => {
    const places: Asked['places'] = {}
    for (const { name, find } of sides) places[name] = placesOf(question, await find(question))
    return { ...question, places }
  })
