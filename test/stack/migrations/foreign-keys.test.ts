import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { LocalDatabase } from '../../../dev/database.ts'
import { openDatabase, rowsOf } from './open.ts'

// Each test waits for PGlite.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let database: LocalDatabase
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())
const rows = (query: string) => rowsOf(database, query)

it('The schema has an index for every foreign key, so that no delete reads a whole table', async () => {
  const missing = await rows(`select k.conrelid::regclass::text as table, k.conname from pg_constraint k
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace and not exists (
      select from pg_index i
      where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
        and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)`)
  expect(missing).toEqual([])
})

it('The schema says for every foreign key what a delete does', async () => {
  const silent = await rows(`select conname from pg_constraint
    where contype = 'f' and connamespace = 'public'::regnamespace and confdeltype = 'a'`)
  expect(silent).toEqual([])
})
