import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openPglite } from '../../dev/database.ts'
import { startPglite } from '../../dev/pglite.ts'
import type {} from '../provided.ts'
import { newDirectory } from './copies.ts'

/** Data directories of the embedded Postgres, to be copied: making one anew takes seconds, a copy a fraction of one. */
export async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  // What one project's set-up hands to the whole run is there for the next one.
  const run = vitest.getRootProject()
  if (run.getProvidedContext().templates) return undefined
  const directory = await newDirectory('parley-template-')
  const [bare, migrated] = [join(directory, 'bare'), join(directory, 'migrated')]
  await (await startPglite({ dataDir: bare })).close()
  await cp(bare, migrated, { recursive: true })
  await (await openPglite(migrated)).close()
  run.provide('templates', { bare, migrated })
  return () => rm(directory, { recursive: true })
}
