import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSearchRepository } from '../../../src/features/search/repository.ts'
import { explain, user } from './explain.ts'
import { type Library, seedLibrary, type Shelf, WORDS } from './library.ts'
import { places, type Place } from './places.ts'
import { nodesOf, ran, rowsRead, scansOf } from './plan.ts'
import { search } from './searches.ts'

const START_MS = 120_000
const SMALL = { heavy: 1_500, others: 1_200 }
const LARGE = { heavy: 6_000, others: 6_000 }
const WORD = 7

/** What has been read of a table in order, or of an index, by the server's own count. */
interface Reads {
  name: string
  scans: number
  /** Rows, or entries that the index gave. */
  entries: number
}

const COUNT = `
  select oid::regclass::text as name, pg_stat_get_xact_numscans(oid)::int as scans,
    pg_stat_get_xact_tuples_returned(oid)::int as entries
  from pg_class where oid = any ('{messages,document_chunks}'::regclass[])
    or oid in (select indexrelid from pg_index where indrelid = any ('{messages,document_chunks}'::regclass[]))
  order by name`

describe.each(places)('on $name, a search by keyword', ({ embedded, open }) => {
  let place: Place
  let library: Library
  beforeAll(async () => {
    place = await open()
    library = await seedLibrary(place, embedded ? SMALL : LARGE)
  }, START_MS)
  afterAll(() => place.close())

  /** No plan shows what a function does inside: its reads are counted instead. */
  const readsOf = ({ userId }: Shelf, words: string, filter = '{}') =>
    place.as('parley_app', async (client) => {
      // The embedded session's own count goes on from the transaction before.
      const count = async () => (await client.query<Reads>(COUNT)).rows
      await client.query('begin')
      await client.query(`select app.begin_request($1, 'keyword', 'keyword', null, false)`, [userId])
      const before = new Map((await count()).map((row) => [row.name, row]))
      const { rowCount } = await client.query(
        `select * from app.keyword_hits($1, false, false, $2, '{message,document}', null, null, 200)`,
        [words, filter],
      )
      const after = await count()
      await client.query('rollback')
      const reads = after.map(({ name, scans, entries }) => ({
        name,
        scans: scans - (before.get(name)?.scans ?? 0),
        entries: entries - (before.get(name)?.entries ?? 0),
      }))
      return { hits: rowCount, reads: reads.filter(({ scans }) => scans > 0) }
    })

  test('goes by the index of owner and words, and reads no entries of others', async () => {
    const { heavy } = library
    const { hits, reads } = await readsOf(heavy, `word${WORD}`)
    expect(reads).toEqual([
      { name: 'document_chunks_search_idx', scans: 1, entries: withWord(heavy, 'chunk').length },
      { name: 'messages_search_idx', scans: 1, entries: withWord(heavy, 'message').length },
    ])
    const found = heavy.live.filter(({ text }) => text.content.includes(`word${WORD},`))
    expect(hits).toBe(Math.min(found.length, 200))
    expect(found.length).toBeGreaterThan(heavy.live.length / WORDS / 2)
  })

  test('reads a word that one text has, and that text', async () => {
    const { reads } = await readsOf(library.heavy, 'number42 word14')
    expect(reads.reduce((sum, { entries }) => sum + entries, 0)).toBe(1)
  })

  test('goes the same way under a filter', async () => {
    const filter = JSON.stringify({ metadata: { path: '($."n" == $"v0")', vars: { v0: 3 } } })
    const { reads } = await readsOf(library.heavy, `word${WORD}`, filter)
    expect(reads.map(({ name }) => name)).toEqual(['document_chunks_search_idx', 'messages_search_idx'])
  })

  test('fetches what it found by its key, and looks at no vectors', async () => {
    const call = search({ text: `word${WORD}`, limit: 10 })
    const { value, plans } = await explain(place, user(library.heavy.userId), (db) =>
      createSearchRepository(db, library.heavy.userId).search(call),
    )
    expect(value.hits).toHaveLength(11)
    const plan = plans.at(-1)
    if (!plan) throw new Error('A plan was expected')
    // Two hundred hits are placed, eleven of them shown.
    expect(rowsRead(plan, 'messages') + rowsRead(plan, 'document_chunks')).toBeLessThanOrEqual(2 * 211)
    expect(scansOf(plan, 'chat_vectors').filter((scan) => ran(scan) && scan['Actual Rows'] > 0)).toEqual([])
    expect(nodesOf(plan).filter((node) => node['Node Type'] === 'Function Scan' && ran(node)).length).toBeGreaterThan(0)
  })
})

const withWord = (shelf: Shelf, kind: 'message' | 'chunk') =>
  [...shelf.live, ...shelf.deleted].filter(({ text }) => text.kind === kind && text.content.includes(`word${WORD},`))
