import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import type { EmbeddingVector } from '../../../src/embeddings/vector.ts'
import { createSearchRepository } from '../../../src/features/search/repository.ts'
import type { SearchFilter } from '../../../src/features/search/schemas.ts'
import { CANDIDATES, EXACT_LIMIT } from '../../../src/features/vectors/nearest.ts'
import { createVectorRepository } from '../../../src/features/vectors/repository.ts'
import type { Result } from '../../../src/result.ts'
import { explain, user } from './explain.ts'
import { type Library, openDoor, seedLibrary, type Shelf, type TextVector } from './library.ts'
import { places, type Place } from './places.ts'
import { indexOf, nodesOf, type PlanNode, ran, rowsRead, rowsRemoved, scansOf, waysInto } from './plan.ts'
import { search } from './searches.ts'
import { nearestOf } from './vectors.ts'

const START_MS = 180_000
const TEST_MS = 60_000
const SKETCHES = 'chat_vectors_sketch_idx'
const SMALL = { heavy: 600, others: 400 }
const LARGE = { heavy: 12_000, others: 6_000 }
/** What a hit's similarity is looked up by where the list by meaning doesn't have it. */
const KEYS = ['chat_vectors_message_key', 'chat_vectors_chunk_key']

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
  const planOf = async ({ userId }: Shelf, asked: Parameters<typeof search>[0]) => {
    const call = (db: Database) => createSearchRepository(db, userId).search(search(asked))
    const { plans } = await explain(place, user(userId), call)
    const plan = plans.at(-1)
    if (!plan) throw new Error('A plan was expected')
    return plan
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
      const plan = await planOf(library.small, { vector: anyQuery(), limit: 10 })
      for (const scan of scansOf(plan, 'chat_vectors')) expect(rowsRemoved(scan)).toBe(0)
      // Counted once and compared once; and the models, of which there is one.
      expect(rowsRead(plan, 'chat_vectors')).toBeLessThanOrEqual(2 * sizeOf(library.small) + 2)
    })

    test('looks the similarity of what only the words have found up by its key', async () => {
      const plan = await planOf(library.small, { vector: anyQuery(), limit: 10, text: 'what one says of word7' })
      // The list by keyword is at most 200 long.
      expect(rowsRead(plan, 'chat_vectors')).toBeLessThanOrEqual(2 * sizeOf(library.small) + 200 + 2)
      expect(KEYS.filter((key) => waysInto(plan, 'chat_vectors').includes(key)).length).toBeGreaterThan(0)
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
      const plan = await planOf(library.heavy, { vector: anyQuery(), limit: 10 })
      const scan = sketchScan(plan)
      expect(scan?.['Node Type']).toBe('Index Only Scan')
      expect(scan?.['Heap Fetches']).toBe(0)
      expect(scan?.['Actual Rows']).toBe(sizeOf(library.heavy))
      expect(rowsRemoved(scan ?? plan)).toBe(0)
      const withVectors = scansOf(plan, 'chat_vectors').filter(
        (node) => ran(node) && node['Node Type'] !== 'Index Only Scan',
      )
      const read = withVectors.reduce((sum, node) => sum + rowsRead(node), 0)
      expect(read).toBeLessThanOrEqual(CANDIDATES)
    })

    test.each(FILTERS)('looks up once whose $name, then reads the sketches', async ({ filter }) => {
      const plan = await planOf(library.heavy, { vector: anyQuery(), limit: 10, filter: filter(library.heavy) })
      const scan = sketchScan(plan)
      expect(scan?.['Node Type']).toBe('Index Only Scan')
      expect(scan?.Filter?.match(/hashed SubPlan/g)).toHaveLength(2)
      for (const node of scan?.Plans ?? []) expect(node['Actual Loops']).toBe(1)
      expect(rowsRead(plan, 'messages')).toBeLessThanOrEqual(sizeOf(library.heavy))
    })

    test('looks the similarity of what only the words have found up by its key', async () => {
      const plan = await planOf(library.heavy, { vector: anyQuery(), limit: 10, text: 'what one says of word7' })
      const lookedUp = scansOf(plan, 'chat_vectors').filter((scan) => KEYS.includes(indexOf(scan) ?? '') && ran(scan))
      const times = lookedUp.filter((scan) => scan['Actual Loops'] > 1)
      expect(times.length).toBeGreaterThan(0)
      for (const scan of times) expect(scan['Actual Rows']).toBeLessThanOrEqual(1)
      expect(rowsRead(plan, 'chat_vectors')).toBeLessThanOrEqual(
        EXACT_LIMIT + 1 + sizeOf(library.heavy) + CANDIDATES + 200 + 2,
      )
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

/** The scan that reads the sketches of all; the candidates' vectors are read by another index. */
const sketchScan = (plan: PlanNode): PlanNode | undefined =>
  nodesOf(plan).find((node) => node['Index Name'] === SKETCHES && ran(node) && node['Actual Rows'] > 1)
