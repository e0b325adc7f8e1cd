// @module-tag slow
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readMigrations } from '../../../dev/migrations.ts'
import { checkUpgrade } from '../../../dev/upgrade/check.ts'
import { listOperations } from '../../../src/public/docs/operation.js'
import { openDatabase } from '../migrations/open.ts'
import { addMigration, commitCheckout } from './repository.ts'

// Each starts the Workers of two versions.
vi.setConfig({ testTimeout: 300_000 })

const newest = (await readMigrations()).at(-1)

let directory: string
const inside = (name: string) => join(directory, name)
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-upgrade-test-'))
})
afterEach(() => rm(directory, { recursive: true }))

const row = (version: string, commit: string, schema = newest?.tag) =>
  `| ${version} | 2026-12-01 | ${commit} | ${schema} |`

interface Since {
  /** SQL of a migration that the release does not have. */
  migration?: string
  /** What docs/releases.md says. */
  deployed?: string
  rows?: (commit: string) => string[]
}

/** Checks this checkout against a release of the same files. */
async function check({ migration, deployed = '0.1.0', rows = (commit) => [row('0.1.0', commit)] }: Since) {
  const table = [
    '| Version | Date | Commit | Schema |',
    '| - | - | - | - |',
    ...rows(await commitCheckout(inside('repository'))),
  ]
  await writeFile(inside('releases.md'), `Deployed: ${deployed}\n\n${table.join('\n')}\n`)
  await cp('migrations', inside('migrations'), { recursive: true })
  if (migration) await addMigration(inside('migrations'), '9999_since', (newest?.when ?? 0) + 1, migration)
  const said: string[] = []
  const faults = await checkUpgrade({
    releasesFile: inside('releases.md'),
    repository: inside('repository'),
    checkout: '.',
    migrations: inside('migrations'),
    openDatabase,
    say: (line) => said.push(line),
  })
  return { faults, said: said.join('\n') }
}

it('The upgrade check passes where the schema is expanded, and covers every operation and background job', async () => {
  const { faults, said } = await check({ migration: 'ALTER TABLE conversations ADD COLUMN note text' })
  expect(faults).toEqual([])
  expect(said).toContain('12 users of the release have data; 1 migration applied')
  expect(said).toMatch(/[1-9]\d+ lists and items, 12 exports compared/)
  expect(said).toMatch(/[1-9]\d+ lists and items, [1-9]\d complete exports/)
  const operations = listOperations(JSON.parse(await readFile('src/public/openapi.json', 'utf8')) as object).length
  expect(said).toMatch(new RegExp(`${operations} operations .* 4 background jobs .* \\d+ answers, 0 of 5xx$`))
})

it('The upgrade check fails where the schema is contracted too early, and names the operations and what they lack', async () => {
  const migration = 'ALTER FUNCTION app.nearest RENAME TO closest; REVOKE DELETE ON users FROM parley_system'
  const { faults } = await check({ migration })
  const all = faults?.join('\n')
  expect(all).toContain('POST /v1/search answered 500 internal {"sqlState":"42883","call":"search.hybrid"}')
  expect(all).toContain('POST /v1/vectors/search answered 500 internal')
  expect(all).toMatch(/purge of accounts: \d+ of \d+ due rows are left after the cron trigger/)
  expect(all).not.toContain('idempotency keys')
})

it('The upgrade check is skipped while no release is deployed', async () => {
  expect(await check({ deployed: 'none', rows: () => [] })).toEqual({ faults: null, said: '' })
})

it('The upgrade check compares the commit that records a release with the release before', async () => {
  const before = 'a'.repeat(40)
  const checked = check({ deployed: '0.2.0', rows: (commit) => [row('0.2.0', commit), row('0.1.0', before)] })
  await expect(checked).rejects.toThrow(`${before} of release 0.1.0 is not here`)
})
