import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import type { EmbeddingVector } from '../../../src/embeddings/vector.ts'
import { createSearchRepository } from '../../../src/features/search/repository.ts'
import { EXACT_LIMIT } from '../../../src/features/vectors/nearest.ts'
import { createVectorRepository } from '../../../src/features/vectors/repository.ts'
import type { Result } from '../../../src/result.ts'
import { explain, user } from './explain.ts'
import { type Library, openDoor, seedLibrary } from './library.ts'
import { places, type Place } from './places.ts'
import { indexOf, nodesOf, type PlanNode, ran, rowsRead, rowsRemoved, scansOf } from './plan.ts'
import { nearestOf, type StoredVector } from './vectors.ts'

const START_MS = 180_000
const TEST_MS = 60_000
const HNSW = 'chat_vectors_embedding_idx'
/** Building an index of many vectors takes PGlite too long. */
const SMALL = { heavy: 600, others: 400 }
const LARGE = { heavy: 12_000, others: 8_000 }

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

  const search = async (owned: readonly StoredVector[], query: EmbeddingVector, limit: number) => {
    const userId = ownerOf(owned)
    const found = createVectorRepository(door.as(userId), userId).search(asked(query, limit))
    const { data, recall } = valueOf(await found)
    return { ids: data.map(({ id }) => id), scores: data.map(({ score }) => score), recall }
  }
  const semantic = async (owned: readonly StoredVector[], query: EmbeddingVector, limit: number) => {
    const userId = ownerOf(owned)
    const found = createSearchRepository(door.as(userId), userId).semantic(asked(query, limit))
    const { data, recall } = valueOf(await found)
    return { ids: data.map(({ id }) => id), recall }
  }
  /** Of the statement that searches: the one after the index's settings. */
  const planOf = async (owned: readonly StoredVector[], call: (db: Database) => Promise<Result<unknown>>) => {
    const { plans } = await explain(place, user(ownerOf(owned)), call)
    const [, plan] = plans
    if (!plan) throw new Error('A plan was expected')
    return plan
  }
  const planOfSearch = (owned: readonly StoredVector[], query: EmbeddingVector, limit: number) =>
    planOf(owned, (db) => createVectorRepository(db, ownerOf(owned)).search(asked(query, limit)))

  describe('of a user with few vectors', () => {
    test.each([1, 10, 50])('finds the %i nearest in order, though others are nearer', async (limit) => {
      for (const query of library.queries) {
        const { ids, recall } = await search(library.small, query, limit)
        expect(ids).toEqual(nearestOf(library.small, query, limit))
        expect(recall).toBe('exact')
      }
    })

    test('finds the messages of these vectors in the same order', async () => {
      for (const query of library.queries) {
        const { ids, recall } = await semantic(library.small, query, 10)
        expect(ids).toEqual(nearestOf(library.small, query, 10))
        expect(recall).toBe('exact')
      }
    })

    test.each(['vectors', 'messages'])('for %s compares their own and touches no others', async (kind) => {
      const [query] = library.queries
      if (!query) throw new Error('No queries')
      const plan = await planOf(library.small, (db) =>
        kind === 'vectors'
          ? createVectorRepository(db, ownerOf(library.small)).search(asked(query, 10))
          : createSearchRepository(db, ownerOf(library.small)).semantic(asked(query, 10)),
      )
      expect(hnswScan(plan)).toBeUndefined()
      for (const scan of scansOf(plan, 'chat_vectors')) expect(rowsRemoved(scan)).toBe(0)
      // Counted once, compared once, and the hits fetched.
      expect(rowsRead(plan, 'chat_vectors')).toBeLessThanOrEqual(2 * library.small.length + 10)
    })
  })

  describe.skipIf(embedded)(`of a user with more than ${EXACT_LIMIT} vectors`, { timeout: TEST_MS }, () => {
    test.each([10, 50])('answers as many rows as asked for (%i), none of them of others', async (limit) => {
      const own = new Set(library.heavy.map(({ id }) => id))
      for (const query of [...library.queries, ...library.foreignQueries.slice(0, 5)]) {
        const { ids, scores } = await search(library.heavy, query, limit)
        expect(new Set(ids).size).toBe(limit)
        expect(ids.filter((id) => !own.has(id))).toEqual([])
        expect(scores).toEqual(scores.toSorted((a, b) => b - a))
      }
    })

    test('finds at least 95 % of the ten nearest', async () => {
      let found = 0
      for (const query of library.queries) {
        const nearest = new Set(nearestOf(library.heavy, query, 10))
        const { ids, recall } = await search(library.heavy, query, 10)
        expect(recall).toBe('approximate')
        found += ids.filter((id) => nearest.has(id)).length
      }
      expect(found / (10 * library.queries.length)).toBeGreaterThanOrEqual(0.95)
    })

    test('does not call it exact when the index found nothing above the threshold', async () => {
      const userId = ownerOf(library.heavy)
      for (const query of library.foreignQueries.slice(0, 3)) {
        const search = { ...asked(query, 10), threshold: 1 }
        const found = valueOf(await createVectorRepository(door.as(userId), userId).search(search))
        expect(found).toEqual({ data: [], recall: 'approximate' })
      }
    })

    test('goes by the index and never compares all', async () => {
      for (const query of library.queries.slice(0, 3)) {
        const plan = await planOfSearch(library.heavy, query, 10)
        expect(hnswScan(plan)?.['Actual Rows']).toBe(10)
        expect(comparesAll(plan).length).toBeGreaterThan(0)
        expect(comparesAll(plan).filter(ran)).toEqual([])
      }
    })

    test('finds those few that belong to messages', async () => {
      for (const query of library.queries.slice(0, 5)) {
        const { ids, recall } = await semantic(library.heavy, query, 10)
        expect(ids).toEqual(nearestOf(library.heavyMessages, query, 10))
        expect(recall).toBe('exact')
      }
    })

    test('compares all after all where the index gives up before it has enough', async () => {
      // The scan of the index may use as much memory as a sort; with this little it ends among the vectors of others.
      const limitMemory = (amount: string) =>
        place.asSuperuser((c) => c.query(`alter role parley_app in database ${place.name} ${amount}`))
      await limitMemory(`set work_mem = '64kB'`)
      const poorDoor = await openDoor(place)
      try {
        for (const query of library.foreignQueries.slice(0, 3)) {
          const plan = await planOfSearch(library.heavy, query, 50)
          expect(hnswScan(plan)?.['Actual Rows']).toBeLessThan(50)
          expect(comparesAll(plan).filter(ran)).toHaveLength(1)

          const repository = createVectorRepository(poorDoor.as(ownerOf(library.heavy)), ownerOf(library.heavy))
          const { data, recall } = valueOf(await repository.search(asked(query, 50)))
          expect(data.map(({ id }) => id)).toEqual(nearestOf(library.heavy, query, 50))
          expect(recall).toBe('exact')
        }
      } finally {
        await poorDoor.close()
        await limitMemory('reset work_mem')
      }
    })
  })
})

const asked = (query: EmbeddingVector, limit: number) => ({ embedding: [...query], limit, threshold: undefined })

function ownerOf(owned: readonly StoredVector[]): string {
  const [first] = owned
  if (!first) throw new Error('The user has no vectors')
  return first.userId
}

function valueOf<T>([value, error]: Result<T>): T {
  if (error) throw new Error(`The call failed: ${JSON.stringify(error)}`)
  return value
}

const hnswScan = (plan: PlanNode): PlanNode | undefined =>
  nodesOf(plan).find((node) => node['Index Name'] === HNSW && ran(node))

/** The scans that would read all vectors of the heavy user, with their embeddings. */
const comparesAll = (plan: PlanNode): PlanNode[] =>
  scansOf(plan, 'chat_vectors').filter(
    (scan) => indexOf(scan) !== HNSW && scan['Node Type'] !== 'Index Only Scan' && scan['Plan Rows'] > EXACT_LIMIT / 2,
  )
