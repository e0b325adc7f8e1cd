import { spawnSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from './command.ts'
import { breakpoint, readMigrations } from './migrations.ts'

const SOURCES = 'migrations/functions'

/**
 * `npm run db:functions -- --name what_changes` writes the migration that brings the functions of the database to what
 * `migrations/functions/` says: each source that differs from its last version in a migration.
 */
async function main(options: readonly string[]): Promise<void> {
  const [sources, migrated] = [await readSources(), await migratedSources()]
  const changed = [...sources].filter(([name, text]) => migrated.get(name) !== text)
  const gone = [...migrated.keys()].filter((name) => !sources.has(name))
  for (const name of gone) {
    console.log(
      `app.${name} has no source any more. Drop it by hand, in a release after the one that stops calling it.`,
    )
  }
  if (changed.length === 0) return console.log('No function has changed.')
  await writeFile(await emptyMigration(options), migrationOf(changed))
  console.log(`It creates or replaces ${changed.map(([name]) => name).join(', ')}.`)
}

/** The functions by name. */
export async function readSources(): Promise<Map<string, string>> {
  const files = (await readdir(SOURCES)).filter((file) => file.endsWith('.sql')).toSorted()
  const texts = files.map(async (file) => [file.slice(0, -4), await readFile(join(SOURCES, file), 'utf8')] as const)
  return new Map(await Promise.all(texts))
}

/** The newest version of each function in the migrations. */
export async function migratedSources(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const { statements } of await readMigrations()) {
    for (const statement of statements) {
      const [, name, text] = /^\s*-- functions\/(\w+)\.sql\n([^]*)$/.exec(statement) ?? []
      if (name && text) found.set(name, `${text.trimEnd()}\n`)
    }
  }
  return found
}

/** A function may name a table that a later migration makes: its body is not looked at yet. */
const migrationOf = (changed: readonly (readonly [name: string, text: string])[]): string =>
  [
    '-- Written by `npm run db:functions`.\nSET LOCAL check_function_bodies = off;\n',
    ...changed.map(([name, text]) => `-- functions/${name}.sql\n${text}`),
  ].join(`${breakpoint}\n`)

/** @returns the file of a new migration in drizzle-kit's journal */
async function emptyMigration(options: readonly string[]): Promise<string> {
  const kit = ['node_modules/drizzle-kit/bin.cjs', 'generate', '--custom', ...options]
  const { stdout, stderr } = spawnSync(process.execPath, kit, { encoding: 'utf8' })
  const file = /migrations\/\d{4}_\w+\.sql/.exec(stdout)?.[0]
  if (!file) throw new Error(`drizzle-kit made no migration:\n${stdout}${stderr}`)
  return file
}

if (import.meta.main) await runCommand(() => main(process.argv.slice(2)))
