import { cp, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalDatabase, openPglite } from '../../dev/database.ts'
import { type RunningPglite, startPglite } from '../../dev/pglite.ts'

const ROOM = 4 * 2 ** 30

/** A new directory, in memory where there is room. */
export async function newDirectory(prefix: string): Promise<string> {
  const memory = '/dev/shm'
  const room = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  )
  return mkdtemp(join(room > ROOM ? memory : tmpdir(), prefix))
}

/** An embedded Postgres over a copy of a data directory of `templates.ts`, which goes when it is closed. */
async function overCopy<T extends { close(): Promise<void> }>(
  template: string,
  open: (dataDir: string) => Promise<T>,
): Promise<T> {
  const dataDir = await newDirectory('parley-copy-')
  const remove = () => rm(dataDir, { recursive: true, force: true })
  try {
    await cp(template, dataDir, { recursive: true })
    const opened = await open(dataDir)
    return { ...opened, close: () => opened.close().then(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}

/** `openPglite` with all migrations. */
export const openMigrated = (templates: { migrated: string }): Promise<LocalDatabase> =>
  overCopy(templates.migrated, (dataDir) => openPglite(dataDir))

/** `startPglite`. */
export const startBare = (templates: { bare: string }): Promise<RunningPglite> =>
  overCopy(templates.bare, (dataDir) => startPglite({ dataDir }))
