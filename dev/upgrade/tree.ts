import { execFile } from 'node:child_process'
import { readFile, realpath, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'
import { type Migration, readMigrations } from '../migrations.ts'
import type { Release } from './releases.ts'

const run = promisify(execFile)

/** Writes the files of the release's commit to `directory`, which exists and is empty. */
export async function extractRelease(
  repository: string,
  { version, commit }: Release,
  directory: string,
): Promise<void> {
  const git = (...args: string[]) => run('git', ['-C', repository, ...args])
  const isThere = await git('cat-file', '-e', `${commit}^{commit}`).then(
    () => true,
    () => false,
  )
  if (!isThere) {
    const { stdout } = await git('rev-parse', '--is-shallow-repository')
    const why =
      stdout.trim() === 'true' ? SHALLOW : 'No commit of this repository has that hash: correct docs/releases.md.'
    throw new Error(`The commit ${commit} of release ${version} is not here. ${why}`)
  }
  const archive = join(directory, 'release.tar')
  await git('archive', '--format=tar', `--output=${archive}`, commit)
  await run('tar', ['-xf', archive, '-C', directory])
}

const SHALLOW =
  'This clone is shallow: run git fetch --unshallow, or set fetch-depth: 0 for actions/checkout, as the check needs the whole history.'

/** Whether two directories have the same Worker and the same migrations. */
export async function isSameVersion(one: string, other: string): Promise<boolean> {
  const same = ['src', 'migrations'].map((folder) =>
    run('git', ['diff', '--no-index', '--quiet', join(one, folder), join(other, folder)]).then(
      () => true,
      () => false,
    ),
  )
  return (await Promise.all(same)).every(Boolean)
}

/**
 * Provides the packages of the release. Links those of this checkout when the Worker would bundle the same versions, and installs the
 * release's own otherwise. Wrangler is always that of this checkout.
 */
export async function linkPackages(directory: string, checkout: string): Promise<'linked' | 'installed'> {
  const [its, ours] = await Promise.all([directory, checkout].map(bundledPackages))
  if (its === ours) {
    await symlink(await realpath(join(checkout, 'node_modules')), join(directory, 'node_modules'))
    return 'linked'
  }
  // Not `npm ci`, which refuses a lock file that lacks optional packages.
  const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']
  await run('npm', ['install', ...options], { cwd: directory }).catch((error: { stderr?: string }) => {
    const why = error.stderr?.split('\n').slice(0, 5).join('\n')
    throw new Error(`The packages of the release cannot be installed:\n${why}`, { cause: error })
  })
  return 'installed'
}

const lockedPackage = z.object({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
})
const lockFile = z.object({ packages: z.record(z.string(), lockedPackage) })

/** Returns names and versions of the packages that the Worker can bundle. */
async function bundledPackages(directory: string): Promise<string> {
  const lock = lockFile.parse(JSON.parse(await readFile(join(directory, 'package-lock.json'), 'utf8')))
  const bundled = Object.entries(lock.packages).filter(
    ([name, { dev, devOptional }]) => name !== '' && !dev && !devOptional,
  )
  return bundled
    .map(([name, { version }]) => `${name} ${version}`)
    .toSorted()
    .join('\n')
}

/**
 * Reads the migrations of the release.
 *
 * @param ours the migrations of this commit
 * @throws Error when `ours` does not begin with the same migrations
 */
export async function releasedMigrations(
  directory: string,
  release: Release,
  ours: readonly Migration[],
): Promise<Migration[]> {
  const released = await readMigrations(join(directory, 'migrations'))
  const newest = released.at(-1)?.tag
  if (newest !== release.schema) {
    throw new Error(`docs/releases.md says ${release.schema} of release ${release.version}, whose newest is ${newest}.`)
  }
  for (const [i, { tag, when, hash }] of released.entries()) {
    const own = ours[i]
    if (own?.tag === tag && own.when === when && own.hash === hash) continue
    throw new Error(
      `migrations/${tag}.sql was released with ${release.version}, and is ${own?.tag === tag ? 'changed' : 'missing or out of order'} here. ` +
        'A released migration never changes: restore it, and add a new one after it.',
    )
  }
  return released
}
