import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type * as Client from '../../../src/client/index.ts'
import { type PackedClient, packClient } from '../../../dev/client/pack.ts'

/** An empty project with `@parley/client` in it, as npm installs it from its tarball. */
export interface Project extends PackedClient {
  directory: string
  /** The package, as a program of the project imports it. */
  load(): Promise<typeof Client>
  write(files: Record<string, string>): Promise<void>
  close(): Promise<void>
}

/** Packs the client and installs it. Nothing comes from a registry: it depends on nothing. */
export async function installClient(): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-project-'))
  const write: Project['write'] = async (files) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  }
  const packed = await packClient(directory)
  await write({ 'package.json': JSON.stringify({ name: 'project', private: true, type: 'module' }) })
  await mkdir(join(directory, 'node_modules'))
  const args = ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', packed.tarball]
  await promisify(execFile)('npm', args, { cwd: directory })
  const entry = pathToFileURL(join(directory, 'node_modules/@parley/client/index.js')).href
  return {
    ...packed,
    directory,
    load: () => import(entry) as ReturnType<Project['load']>,
    write,
    close: () => rm(directory, { recursive: true }),
  }
}
