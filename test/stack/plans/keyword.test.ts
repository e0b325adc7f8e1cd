// @module-tag slow
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSearchRepository } from '../../../src/features/search/repository.ts'
import type { SearchFilter } from '../../../src/features/search/schemas.ts'
import { countReads, fetchedOf, type Reads, user } from './explain.ts'
import { type Library, numberOf, seedLibrary, type Shelf, wordOf, WORDS } from './library.ts'
import { places, type Place } from './places.ts'
import { search } from './searches.ts'

const START_MS = 120_000
const SMALL = { heavy: 1_500, others: 1_200 }
const LARGE = { heavy: 6_000, others: 6_000 }
const WORD = wordOf(7)
const SAMPLE = 400

const TEXTS = ['messages', 'document_chunks']

describe.each(places)('on $name, a search by keyword', ({ embedded, open }) => {
  let place: Place
  let library: Library
  beforeAll(async () => {
    place = await open()
    library = await seedLibrary(place, embedded ? SMALL : LARGE)
  }, START_MS)
  afterAll(() => place.close())

  const readsOf = async ({ userId }: Shelf, text: string, filter: SearchFilter = {}) => {
    const call = search({ text, limit: 50, filter })
    const { value, reads } = await countReads(place, user(userId), [...TEXTS, 'chat_vectors'], (db) =>
      createSearchRepository(db, userId).search(call),
    )
    return { hits: value.hits.length, reads }
  }
  test('goes by the index of owner and words, and reads no entries of others', async () => {
    const { heavy } = library
    const { hits, reads } = await readsOf(heavy, WORD)
    expect(byWords(reads)).toMatchObject([
      { name: 'document_chunks_search_idx', scans: 1, entries: withWord(heavy, 'chunk').length },
      { name: 'messages_search_idx', scans: 1, entries: withWord(heavy, 'message').length },
    ])
    const found = heavy.live.filter(({ text }) => text.content.includes(WORD))
    expect(hits).toBe(Math.min(found.length, 51))
    expect(found.length).toBeGreaterThan(heavy.live.length / WORDS / 2)
  })

  test('reads a word that one text has, and that text', async () => {
    const { reads } = await readsOf(library.heavy, `${numberOf(42)} -${wordOf(15)}`)
    expect(byWords(reads).reduce((sum, { entries }) => sum + entries, 0)).toBe(1)
  })

  test('goes the same way under a filter', async () => {
    const { reads } = await readsOf(library.heavy, WORD, { metadata: { key: 'n', eq: 3 } })
    expect(byWords(reads).map(({ name }) => name)).toEqual(['document_chunks_search_idx', 'messages_search_idx'])
  })

  test('finds neighbours and groups by their keys, however many texts the user has', async () => {
    const { userId } = library.heavy
    const call = search({ text: WORD, limit: 20 })
    for (const more of [{ context: 2 }, { groupBy: ['conversation', 'document'] as const }]) {
      const { reads } = await countReads(place, user(userId), TEXTS, (db) =>
        createSearchRepository(db, userId).search({ ...call, ...more, groupBy: more.groupBy && [...more.groupBy] }),
      )
      for (const table of TEXTS) expect(reads.filter(({ name, scans }) => name === table && scans > 0)).toEqual([])
    }
  })

  test('looks at those that have the words, fetches what it shows by its key, and compares no vectors', async () => {
    const { heavy } = library
    const { hits, reads } = await readsOf(heavy, WORD)
    const looked = withWord(heavy, 'message').length + withWord(heavy, 'chunk').length
    const found = heavy.live.filter(({ text }) => text.content.includes(WORD)).length
    expect(fetchedOf(reads, 'messages') + fetchedOf(reads, 'document_chunks')).toBeLessThanOrEqual(
      // A sample tells how long texts are; what is found is told apart; what is shown is fetched.
      looked + SAMPLE + found + hits,
    )
    expect(fetchedOf(reads, 'chat_vectors')).toBe(0)
    for (const table of TEXTS) expect(reads.find(({ name }) => name === table)?.scans ?? 0).toBe(0)
  })

  test("looks at each text of who has few, and at nobody else's", async () => {
    const { few } = library
    const { hits, reads } = await readsOf(few, WORD)
    expect(hits).toBe(few.live.filter(({ text }) => text.content.includes(WORD)).length)
    expect(fetchedOf(reads, 'messages') + fetchedOf(reads, 'document_chunks')).toBeLessThanOrEqual(
      // Once for how long they are, once for their words; what is found is told apart, and shown.
      2 * (few.live.length + few.deleted.length) + 2 * hits,
    )
    expect(byWords(reads)).toEqual([])
  })

  test('goes by the index where the few texts are long', async () => {
    const { userId, live } = library.few
    const others = live.filter(({ text }) => !text.content.includes(WORD))
    const changed = others.slice(0, 6).map(({ text }) => text.id)
    const change = (statement: string) =>
      place.asSuperuser((superuser) => superuser.query(statement, [userId, changed]))
    await change(`update messages set content = (select string_agg(md5(n::text), ' ') from generate_series(1, 5000) n)
      where user_id = $1 and id = any ($2)`)
    try {
      expect(byWords((await readsOf(library.few, WORD)).reads)).not.toEqual([])
    } finally {
      await change(`update messages set content = 'short again' where user_id = $1 and id = any ($2)`)
    }
  })
})

/** The reads of the indexes of words. */
const byWords = (reads: readonly Reads[]) => reads.filter(({ name }) => name.endsWith('_search_idx'))

const withWord = (shelf: Shelf, kind: 'message' | 'chunk') =>
  [...shelf.live, ...shelf.deleted].filter(({ text }) => text.kind === kind && text.content.includes(WORD))
