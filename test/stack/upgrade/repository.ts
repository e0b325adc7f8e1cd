import { execFile } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const IDENTITY = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']

/** Runs git in a directory. @returns what it prints */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', directory, ...IDENTITY, ...args])
  return stdout.trim()
}

/** What a version is made of. */
export const VERSION = ['src', 'migrations', 'package.json', 'package-lock.json', 'wrangler.toml', 'tsconfig.json']

/** Makes a repository with these files of the checkout in one commit. @returns its hash */
export async function commitCheckout(repository: string, files = VERSION): Promise<string> {
  await mkdir(repository, { recursive: true })
  await git(repository, 'init', '--quiet')
  for (const file of files) await cp(file, join(repository, file), { recursive: true })
  return commit(repository)
}

export async function commit(repository: string): Promise<string> {
  await git(repository, 'add', '--all')
  await git(repository, 'commit', '--quiet', '--message', 'A release')
  return git(repository, 'rev-parse', 'HEAD')
}

/** Adds a migration to a folder of migrations, as drizzle-kit would. */
export async function addMigration(folder: string, tag: string, when: number, sql: string): Promise<void> {
  const { default: journal } = await import('../../../migrations/meta/_journal.json', { with: { type: 'json' } })
  await writeFile(join(folder, `${tag}.sql`), sql)
  const entries = [...journal.entries, { idx: journal.entries.length, version: '7', when, tag, breakpoints: true }]
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }))
}
