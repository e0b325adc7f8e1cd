import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMigrations } from '../../../dev/migrations.ts'
import { extractRelease, isSameVersion, linkPackages, releasedMigrations } from '../../../dev/upgrade/tree.ts'
import { addMigration, commit, commitCheckout, git } from './repository.ts'

const migrations = await readMigrations()
const newest = migrations.at(-1)
const schema = newest?.tag ?? ''
const release = (hash: string) => ({ version: '0.1.0', date: '2026-12-01', commit: hash, schema })

let directory: string
const inside = (name: string) => join(directory, name)
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-tree-'))
  await mkdir(inside('tree'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('The files of a release', () => {
  it('are those of its commit, not of a later one', async () => {
    const hash = await commitCheckout(inside('repository'), ['package.json'])
    await writeFile(inside('repository/package.json'), 'later')
    await commit(inside('repository'))
    await extractRelease(inside('repository'), release(hash), inside('tree'))
    expect(await readFile(inside('tree/package.json'), 'utf8')).toBe(await readFile('package.json', 'utf8'))
  })

  it('need the whole history: the error says how a shallow clone gets it', async () => {
    const hash = await commitCheckout(inside('repository'), ['package.json'])
    await writeFile(inside('repository/package.json'), 'later')
    await commit(inside('repository'))
    await git(directory, 'clone', '--quiet', '--depth=1', `file://${inside('repository')}`, 'clone')
    const failure = await extractRelease(inside('clone'), release(hash), inside('tree')).catch(String)
    expect(failure).toContain(`The commit ${hash} of release 0.1.0 is not here`)
    expect(failure).toContain('git fetch --unshallow')
    expect(failure).toContain('fetch-depth: 0')
  })

  it('cannot be extracted from an unknown commit', async () => {
    await commitCheckout(inside('repository'), ['package.json'])
    const failure = await extractRelease(inside('repository'), release('0'.repeat(40)), inside('tree')).catch(String)
    expect(failure).toContain('correct docs/releases.md')
  })
})

describe('Two versions', () => {
  it('are the same when Worker and migrations are', async () => {
    for (const folder of ['src', 'migrations']) await cp(folder, inside(`one/${folder}`), { recursive: true })
    expect(await isSameVersion(inside('one'), '.')).toBe(true)
    await writeFile(inside('one/src/id.ts'), '')
    expect(await isSameVersion(inside('one'), '.')).toBe(false)
  })

  it('share their packages when only packages for development differ', async () => {
    const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as Lock
    lock.packages['node_modules/vitest'] = { version: '0.0.1', dev: true }
    await writeFile(inside('tree/package-lock.json'), JSON.stringify(lock))
    expect(await linkPackages(inside('tree'), '.')).toBe('linked')
    expect(await realpath(inside('tree/node_modules'))).toBe(await realpath('node_modules'))
  })
})

interface Lock {
  packages: Record<string, { version: string; dev?: boolean }>
}

describe('A released migration', () => {
  beforeEach(() => cp('migrations', inside('tree/migrations'), { recursive: true }))

  it('never changes', async () => {
    await writeFile(inside(`tree/migrations/${schema}.sql`), 'select 1')
    await expect(releasedMigrations(inside('tree'), release(''), migrations)).rejects.toThrow(
      `migrations/${schema}.sql was released with 0.1.0, and is changed here`,
    )
  })

  it('keeps its time in the journal, by which databases know it', async () => {
    const ours = migrations.map((migration) => ({ ...migration, when: migration.when + 1 }))
    await expect(releasedMigrations(inside('tree'), release(''), ours)).rejects.toThrow('is changed here')
  })

  it('is never removed', async () => {
    await expect(releasedMigrations(inside('tree'), release(''), migrations.slice(1))).rejects.toThrow(
      `migrations/${migrations[0]?.tag}.sql was released with 0.1.0, and is missing or out of order here`,
    )
  })

  it('is the one that docs/releases.md names', async () => {
    const other = { ...release(''), schema: '0009_other' }
    await expect(releasedMigrations(inside('tree'), other, migrations)).rejects.toThrow(`whose newest is ${schema}`)
  })

  it('is followed by the new ones', async () => {
    await cp('migrations', inside('ours'), { recursive: true })
    await addMigration(inside('ours'), '9999_new', (newest?.when ?? 0) + 1, 'select 1')
    const released = await releasedMigrations(inside('tree'), release(''), await readMigrations(inside('ours')))
    expect(released).toEqual(migrations)
  })
})
