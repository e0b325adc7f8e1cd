import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'

/** Between two statements of a migration, as drizzle-kit writes it. */
export const breakpoint = '--> statement-breakpoint'

/**
 * On a line of its own: the migration's statements run outside of a transaction, as `CREATE INDEX CONCURRENTLY` must. One that was
 * interrupted runs again from its first statement, so that each has to bear that: `DROP INDEX CONCURRENTLY IF EXISTS` first,
 * since what was interrupted leaves an invalid index of that name.
 */
const NO_TRANSACTION = /^[ \t]*--[ \t]*no-transaction[ \t]*$/m

export interface Migration {
  /** Such as `0002_tables`. */
  tag: string
  /** When drizzle-kit made it, in milliseconds: what the journal in the database knows it by. */
  when: number
  statements: string[]
  inTransaction: boolean
  /** SHA-256 of the file, in hex. */
  hash: string
}

const journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) })
const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url))

async function readJournal(folder: string): Promise<z.output<typeof journal>> {
  const text = await readFile(join(folder, 'meta/_journal.json'), 'utf8')
  try {
    const read = journal.parse(JSON.parse(text))
    const early = read.entries.find(({ when }, i) => when <= (read.entries[i - 1]?.when ?? 0))
    // A Worker knows the schema that it needs by the newest time.
    if (early) throw new Error(`${early.tag} is not newer than the migration before it: generate it again.`)
    return read
  } catch (error) {
    throw new Error(`migrations/meta/_journal.json: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** The migrations in their order, as drizzle-kit's journal has it. */
export async function readMigrations(folder = MIGRATIONS): Promise<Migration[]> {
  const { entries } = await readJournal(folder)
  return Promise.all(
    entries.map(async ({ tag, when }) => {
      // A checkout on Windows may end its lines otherwise; the migration is the same.
      const text = (await readFile(join(folder, `${tag}.sql`), 'utf8')).replaceAll('\r\n', '\n')
      const hash = createHash('sha256').update(text).digest('hex')
      return { tag, when, statements: text.split(breakpoint), inTransaction: !NO_TRANSACTION.test(text), hash }
    }),
  )
}
