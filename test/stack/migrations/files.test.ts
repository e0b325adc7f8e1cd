import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMigrations } from '../../../dev/migrations.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-migrations-'))
  await mkdir(join(folder, 'meta'))
})
afterEach(() => rm(folder, { recursive: true }))

const writeJournal = (text: string) => writeFile(join(folder, 'meta/_journal.json'), text)
const read = async (sql: string, ...times: number[]) => {
  const entries = times.map((when, n) => ({ tag: `000${n}_test`, when }))
  for (const { tag } of entries) await writeFile(join(folder, `${tag}.sql`), sql)
  await writeJournal(JSON.stringify({ entries }))
  return readMigrations(folder)
}

describe('A migration file', () => {
  it.each(['-- no-transaction', '--no-transaction', '-- Builds an index.\n  -- no-transaction \t'])(
    'runs outside of a transaction when it is marked: %j',
    async (marker) => {
      expect(await read(`${marker}\nselect 1`, 1)).toMatchObject([{ inTransaction: false }])
    },
  )

  it.each(['select 1', '-- This is no no-transaction one', `select '-- no-transaction'`])(
    'runs in a transaction otherwise: %j',
    async (sql) => {
      expect(await read(sql, 1)).toMatchObject([{ inTransaction: true }])
    },
  )
})

describe('The journal of migrations is refused', () => {
  it('when a migration is not newer than the one before it, which /readyz would take for applied', async () => {
    await expect(read('select 1', 1, 3, 2)).rejects.toThrow(
      /^migrations\/meta\/_journal\.json: 0002_test is not newer than the migration before it/,
    )
  })

  it('when it is not JSON, with its name', async () => {
    await writeJournal('{"entries": [')
    await expect(readMigrations(folder)).rejects.toThrow(/^migrations\/meta\/_journal\.json: .*JSON/)
  })
})
