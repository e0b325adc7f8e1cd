// @module-tag slow
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createApi, type TestUser } from './harness.ts'
import { type Page, queryAsSuperuser, read } from './helpers.ts'

/** Uncompressed, 200 of them are more than one request looks through. */
const LARGE = `jsonb_build_object('a', (select jsonb_agg(i) from generate_series(1000, 6000) i), 'n', n)`
/** As costly to fold. */
const TITLE = `repeat('é', 250) || n || 'z'`
const ROWS = 250
const api = createApi()

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

describe.each(['conversations', 'documents'])('A filter over many large %s', (table) => {
  let ada: TestUser
  beforeAll(async () => {
    ada = await api.newUser()
    const columns =
      table === 'conversations'
        ? `(user_id, id, title, metadata, pinned, last_activity_at) select $1, 'c' || n, ${TITLE}, ${LARGE}, n % 2 = 0, now() - n * interval '1 minute'`
        : `(user_id, id, title, content, content_hash, format, language, metadata, created_at)
           select $1, gen_random_uuid(), ${TITLE}, 'c', 'h', 'text', 'simple', ${LARGE}, now() - n * interval '1 minute'`
    await queryAsSuperuser(`insert into ${table} ${columns} from generate_series(1, ${ROWS}) n`, [ada.sub])
  })

  /** All pages of the filter: the numbers that each has. */
  const pages = (metadata: object, more = '') =>
    pagesOf(`metadata=${encodeURIComponent(JSON.stringify(metadata))}${more}`)
  async function pagesOf(filter: string): Promise<number[][]> {
    const found: number[][] = []
    let cursor: string | null = null
    do {
      const query = `limit=20&${filter}${cursor ? `&cursor=${cursor}` : ''}`
      const page: Page<{ metadata: { n: number } }> = await read(ada.get(`/v1/${table}?${query}`))
      for (const row of page.data) expect(Object.keys(row)).not.toContain('isEnd')
      found.push(page.data.map(({ metadata: { n } }) => n))
      cursor = page.nextCursor
    } while (cursor)
    return found
  }

  it('ends a page where it has looked through enough, and goes on there', async () => {
    const some = await pages({ n: ROWS - 1 })
    expect(some.length).toBeGreaterThan(1)
    expect(some[0]).toEqual([])
    expect(some.flat()).toEqual([ROWS - 1])
    expect((await pages({ n: -1 })).flat()).toEqual([])
  })

  it('ends a page where it has looked through enough titles', async () => {
    const some = await pagesOf(`title=E${ROWS - 1}Z`)
    expect(some.length).toBeGreaterThan(1)
    expect(some[0]).toEqual([])
    expect(some.flat()).toEqual([ROWS - 1])
    expect((await pagesOf('title=e')).flat()).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1))
  })

  it('misses nothing and shows nothing twice, wherever a page ends', async () => {
    const all = (await pages({ a: [1000] })).flat()
    expect(all).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1))
    if (table === 'documents') return
    const pinnedFirst = (await pages({ a: [1000] }, '&pinnedFirst=true&sort=created')).flat()
    expect(pinnedFirst.findIndex((n) => n % 2 === 1)).toBe(ROWS / 2)
    expect(pinnedFirst.toSorted((a, b) => a - b)).toEqual(all)
  })
})
