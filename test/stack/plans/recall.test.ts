// @module-tag slow
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import type { EmbeddingVector } from '../../../src/embeddings/vector.ts'
import { createSearchRepository } from '../../../src/features/search/repository.ts'
import type { SearchFilter } from '../../../src/features/search/schemas.ts'
import { CANDIDATES, EXACT_LIMIT } from '../../../src/features/vectors/sql/nearest.ts'
import { createVectorRepository } from '../../../src/features/vectors/repository.ts'
import type { Result } from '../../../src/result.ts'
import { countReads, fetchedOf, user } from './explain.ts'
import { type Library, openDoor, seedLibrary, type Shelf, type TextVector, wordOf } from './library.ts'
import { places, type Place } from './places.ts'
import { search } from './searches.ts'
import { nearestOf } from './vectors.ts'

const START_MS = 180_000
const TEST_MS = 60_000
const TABLES = ['chat_vectors', 'messages', 'document_chunks']
const SKETCHES = 'chat_vectors_sketch_idx'
const SMALL = { heavy: 600, others: 400 }
const LARGE = { heavy: 12_000, others: 6_000 }
/** What a hit's similarity is looked up by where the list by meaning doesn't have it. */
const KEYS = ['chat_vectors_message_key', 'chat_vectors_chunk_key']
const INDEXES = [...KEYS, SKETCHES, 'chat_vectors_user_id_id_pk']

describe.each(places)('on $name, a search', ({ embedded, open }) => {
  let place: Place
  let door: Awaited<ReturnType<typeof openDoor>>
  let library: Library
  beforeAll(async () => {
    place = await open()
    library = await seedLibrary(place, embedded ? SMALL : LARGE)
    door = await openDoor(place)
  }, START_MS)
  afterAll(async () => {
    await door.close()
    await place.close()
  })

  const searchVectors = async ({ userId }: Shelf, embedding: EmbeddingVector, limit: number, threshold?: number) => {
    const asked = { embedding: [...embedding], limit, threshold, model: undefined }
    return valueOf(await createVectorRepository(door.as(userId), userId).search(asked))
  }
  const searchTexts = async ({ userId }: Shelf, vector: EmbeddingVector, limit: number, filter: SearchFilter = {}) => {
    const asked = search({ vector, limit, filter })
    const { hits, recall } = valueOf(await createSearchRepository(door.as(userId), userId).search(asked))
    return { ids: hits.slice(0, limit).map(({ id }) => id), scores: hits.map(({ score }) => score), recall }
  }
  const readsOf = async ({ userId }: Shelf, asked: Parameters<typeof search>[0]) => {
    const call = (db: Database) => createSearchRepository(db, userId).search(search(asked))
    const { reads } = await countReads(place, user(userId), TABLES, call)
    expect(reads.filter(({ name, scans }) => TABLES.includes(name) && scans > 0)).toEqual([])
    return {
      fetched: (table: string) => fetchedOf(reads, table),
      entries: (index: string) => reads.find(({ name }) => name === index)?.entries ?? 0,
    }
  }
  const anyQuery = () => {
    const [query] = library.queries
    if (!query) throw new Error('No queries')
    return query
  }

  describe('of a user with few vectors', () => {
    test.each([1, 10, 50])('finds the %i nearest in order, though others are nearer', async (limit) => {
      for (const query of library.queries) {
        const { data, recall } = await searchVectors(library.small, query, limit)
        expect(data.map(({ id }) => id)).toEqual(nearestOf(library.small.live, query, limit))
        expect(recall).toBe('exact')
      }
    })

    test('finds the texts of these vectors in the same order, and nothing that is deleted', async () => {
      for (const query of library.queries) {
        const { ids, recall } = await searchTexts(library.small, query, 50)
        expect(ids).toEqual(nearestTexts(library.small.live, query, 50))
        expect(recall).toBe('exact')
      }
    })

    test.each(FILTERS)('finds those whose $name', async ({ filter, passes }) => {
      const passing = library.small.live.filter(passes(library.small))
      for (const query of library.queries.slice(0, 5)) {
        const { ids, recall } = await searchTexts(library.small, query, 10, filter(library.small))
        expect(ids).toEqual(nearestTexts(passing, query, 10))
        expect(recall).toBe('exact')
      }
    })

    test('compares their own and touches no others', async () => {
      const reads = await readsOf(library.small, { vector: anyQuery(), limit: 10 })
      expect(reads.fetched('chat_vectors')).toBeLessThanOrEqual(sizeOf(library.small))
      // Counted once and compared once.
      const entries = INDEXES.reduce((sum, index) => sum + reads.entries(index), 0)
      expect(entries).toBeLessThanOrEqual(2 * sizeOf(library.small))
      // The list is told apart, and the page is shown.
      expect(reads.fetched('messages') + reads.fetched('document_chunks')).toBeLessThanOrEqual(200 + 11)
    })

    test.each(FILTERS)('compares those whose $name, and nothing else', async ({ filter, passes }) => {
      const asked = { vector: anyQuery(), limit: 10, filter: filter(library.small) }
      const reads = await readsOf(library.small, asked)
      const passing = library.small.live.filter(passes(library.small))
      expect(passing.length).toBeGreaterThan(0)
      expect(reads.fetched('chat_vectors')).toBeLessThanOrEqual(passing.length)
    })

    test('looks the similarity of what only the words have found up by its key', async () => {
      const reads = await readsOf(library.small, {
        vector: anyQuery(),
        limit: 10,
        text: `what one says of ${wordOf(7)}`,
      })
      const lookedUp = KEYS.reduce((sum, index) => sum + reads.entries(index), 0)
      expect(lookedUp).toBeGreaterThan(0)
      // The list by keyword is at most 200 long; the rest is what is compared.
      expect(reads.fetched('chat_vectors')).toBeLessThanOrEqual(sizeOf(library.small) + 200)
    })
  })

  describe.skipIf(embedded)(`of a user with more than ${EXACT_LIMIT} vectors`, { timeout: TEST_MS }, () => {
    test.each([10, 50])('answers as many rows as asked for (%i), none of them of others', async (limit) => {
      const own = new Set(library.heavy.live.map(({ id }) => id))
      for (const query of [...library.queries, ...library.foreignQueries.slice(0, 5)]) {
        const { data } = await searchVectors(library.heavy, query, limit)
        const scores = data.map(({ score }) => score)
        expect(new Set(data.map(({ id }) => id)).size).toBe(limit)
        expect(data.filter(({ id }) => !own.has(id))).toEqual([])
        expect(scores).toEqual(scores.toSorted((a, b) => b - a))
      }
    })

    test('finds at least 99 % of the ten nearest, whatever is around them', async () => {
      let found = 0
      const queries = [...library.queries, ...library.foreignQueries]
      for (const query of queries) {
        const nearest = new Set(nearestTexts(library.heavy.live, query, 10))
        const { ids, recall } = await searchTexts(library.heavy, query, 10)
        expect(ids).toHaveLength(10)
        expect(recall).toBe('approximate')
        found += ids.filter((id) => nearest.has(id)).length
      }
      expect(found / (10 * queries.length)).toBeGreaterThanOrEqual(0.99)
    })

    test.each(FILTERS)('finds all whose $name', async ({ filter, passes }) => {
      const passing = library.heavy.live.filter(passes(library.heavy))
      expect(passing.length).toBeLessThan(sizeOf(library.heavy) / 50)
      for (const query of library.queries) {
        const { ids, recall } = await searchTexts(library.heavy, query, 10, filter(library.heavy))
        expect(ids).toEqual(nearestTexts(passing, query, 10))
        expect(recall).toBe('exact')
      }
    })

    test('finds nothing of a deleted document, however near it is', async () => {
      for (const { vector } of library.heavy.deleted.slice(0, 5)) {
        const { ids } = await searchTexts(library.heavy, vector, 10)
        expect(ids).toHaveLength(10)
        expect(library.heavy.deleted.filter(({ text }) => ids.includes(text.id))).toEqual([])
      }
    })

    test('does not call it exact when nothing is above the threshold', async () => {
      for (const query of library.foreignQueries.slice(0, 3)) {
        const found = await searchVectors(library.heavy, query, 10, 1)
        expect(found).toEqual({ data: [], recall: 'approximate' })
      }
    })

    test('reads their sketches off the index, and the vectors of the candidates', async () => {
      const reads = await readsOf(library.heavy, { vector: anyQuery(), limit: 10 })
      expect(reads.entries(SKETCHES)).toBe(sizeOf(library.heavy))
      expect(reads.fetched('chat_vectors')).toBe(CANDIDATES)
    })

    test.each(FILTERS)('compares those whose $name, and nothing else', async ({ filter, passes }) => {
      const asked = { vector: anyQuery(), limit: 10, filter: filter(library.heavy) }
      const reads = await readsOf(library.heavy, asked)
      expect(reads.entries(SKETCHES)).toBeLessThanOrEqual(sizeOf(library.heavy))
      expect(reads.fetched('chat_vectors')).toBe(library.heavy.live.filter(passes(library.heavy)).length)
      expect(reads.fetched('messages')).toBeLessThanOrEqual(sizeOf(library.heavy) + 11)
    })

    test('looks the similarity of what only the words have found up by its key', async () => {
      const asked = { vector: anyQuery(), limit: 10, text: `what one says of ${wordOf(7)}` }
      const reads = await readsOf(library.heavy, asked)
      expect(KEYS.reduce((sum, index) => sum + reads.entries(index), 0)).toBeGreaterThan(0)
      expect(reads.fetched('chat_vectors')).toBeLessThanOrEqual(CANDIDATES + 200)
    })
  })
})

interface FilterCase {
  name: string
  filter: (shelf: Shelf) => SearchFilter
  passes: (shelf: Shelf) => (vector: TextVector) => boolean
}

const FILTERS: FilterCase[] = [
  {
    name: 'metadata says so',
    filter: () => ({ metadata: { key: 'n', eq: 3 } }),
    passes:
      () =>
      ({ text }) =>
        text.n === 3,
  },
  {
    name: 'conversation or document is named',
    filter: (shelf) => ({ conversationId: [placeOf(shelf, 'message')], documentId: [placeOf(shelf, 'chunk')] }),
    passes:
      (shelf) =>
      ({ text }) =>
        text.placeId === placeOf(shelf, text.kind),
  },
]

const placeOf = ({ live }: Shelf, kind: 'message' | 'chunk'): string =>
  live.find(({ text }) => text.kind === kind)?.text.placeId ?? ''

const sizeOf = ({ live, deleted }: Shelf): number => live.length + deleted.length

function nearestTexts(vectors: readonly TextVector[], query: EmbeddingVector, limit: number): string[] {
  const texts = new Map(vectors.map(({ id, text }) => [id, text.id]))
  return nearestOf(vectors, query, limit).map((id) => texts.get(id) ?? '')
}

function valueOf<T>([value, error]: Result<T>): T {
  if (error) throw new Error(`The call failed: ${JSON.stringify(error)}`)
  return value
}
