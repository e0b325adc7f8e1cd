import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Outcome, type Running, run, start } from '../dev/process.ts'

/** A copy of the project, to which a test adds migrations. */
export interface Project {
  /** Writes one that follows all others, or writes it anew. */
  write(tag: string, sql: string): Promise<void>
  /** `npm run db:migrate` in the copy. */
  migrate(own: Record<string, string>): Promise<Outcome>
  /** The same as one process, for those who mean to kill it. */
  startMigrating(own: Record<string, string>): Running
  remove(): Promise<void>
}

export async function copyProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-project-'))
  for (const each of ['dev', 'src', 'migrations', 'package.json']) {
    await cp(each, join(folder, each), { recursive: true })
  }
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'))
  const journalFile = join(folder, 'migrations/meta/_journal.json')
  return {
    async write(tag, sql) {
      await writeFile(join(folder, `migrations/${tag}.sql`), sql)
      const journal = JSON.parse(await readFile(journalFile, 'utf8')) as { entries: { tag: string; when: number }[] }
      if (journal.entries.some((entry) => entry.tag === tag)) return
      const when = (journal.entries.at(-1)?.when ?? 0) + 1
      journal.entries.push({ tag, when })
      await writeFile(journalFile, JSON.stringify(journal))
    },
    migrate: (own) => run(`cd ${folder} && npm run --silent db:migrate`, own),
    startMigrating: (own) => start(join(folder, 'node_modules/.bin/node'), [join(folder, 'dev/db.ts'), 'migrate'], own),
    remove: () => rm(folder, { recursive: true }),
  }
}
