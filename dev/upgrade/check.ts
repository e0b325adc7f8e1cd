import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import type { LocalDatabase } from '../database.ts'
import { applyMigrations } from '../migrate.ts'
import { readMigrations } from '../migrations.ts'
import { createFindings } from './findings.ts'
import { rehearse } from './rehearse.ts'
import { readReleases, type Release } from './releases.ts'
import { openTestBed } from './test-bed.ts'
import { extractRelease, isSameVersion, linkPackages, releasedMigrations } from './tree.ts'

export interface UpgradeOptions {
  /** docs/releases.md */
  releasesFile: string
  /** A git repository with the commit of the release. */
  repository: string
  /** The directory with this commit's src, package-lock.json, wrangler.toml and node_modules. */
  checkout: string
  /** The directory with this commit's migrations. */
  migrations: string
  openDatabase: (migrate: (owner: Client) => Promise<number>) => Promise<LocalDatabase>
  /** Gets a line after each step. */
  say: (line: string) => void
}

/**
 * Checks that the deployed release can be upgraded to this commit, and rolled back: see docs/upgrading.md.
 *
 * @returns one line for each fault; null while no release is deployed
 */
export async function checkUpgrade(options: UpgradeOptions): Promise<string[] | null> {
  const releases = readReleases(await readFile(options.releasesFile, 'utf8'))
  if (releases.length === 0) return null
  const directory = await mkdtemp(join(tmpdir(), 'parley-upgrade-'))
  try {
    const [release, tree] = await extractPredecessor(releases, options, directory)
    const packages = await linkPackages(tree, options.checkout)
    options.say(`release ${release.version}, ${release.commit}, with packages ${SOURCES[packages]}`)
    return await checkAgainst(release, tree, options, directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

const SOURCES = { linked: 'of this checkout', installed: 'of its own, as its package-lock.json differs' }

/** Extracts the deployed release, or the release before it when this commit is the deployed release. */
export async function extractPredecessor(
  [deployed, before]: readonly Release[],
  { repository, checkout }: Pick<UpgradeOptions, 'repository' | 'checkout'>,
  directory: string,
): Promise<[Release, tree: string]> {
  const extract = async (release: Release): Promise<[Release, string]> => {
    const tree = join(directory, release.version)
    await mkdir(tree)
    await extractRelease(repository, release, tree)
    return [release, tree]
  }
  if (!deployed) throw new Error('No release is deployed.')
  const [, tree] = await extract(deployed)
  return before && (await isSameVersion(tree, checkout)) ? extract(before) : [deployed, tree]
}

async function checkAgainst(
  release: Release,
  tree: string,
  { checkout, migrations, openDatabase, say }: UpgradeOptions,
  directory: string,
): Promise<string[]> {
  const ours = await readMigrations(migrations)
  const released = await releasedMigrations(tree, release, ours)
  const findings = createFindings()
  const database = await openDatabase((owner) => applyMigrations(owner, released))
  try {
    const testBed = await openTestBed(database, directory, findings)
    try {
      await rehearse({ tree, checkout, migrations: ours, database, testBed, findings, say })
    } catch (error) {
      findings.fault(error instanceof Error ? error.message : String(error))
    } finally {
      await testBed.close()
    }
  } finally {
    await database.close()
  }
  return findings.faults()
}
