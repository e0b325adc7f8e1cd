import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BIN = join(ROOT, 'node_modules', '.bin')
const run = promisify(execFile)

/** The package `@parley/client` as npm installs it. */
export interface PackedClient {
  /** Path of the tarball. */
  tarball: string
  /** Bytes of the tarball. */
  packed: number
  /** What a page loads, not minified. */
  script: string
}

/**
 * Packs `src/client`: one script with hono's `hc` inside, and a declaration beside each source.
 *
 * @param directory where the tarball goes; made if it is missing
 */
export async function packClient(directory: string): Promise<PackedClient> {
  const staging = await mkdtemp(join(tmpdir(), 'parley-client-'))
  try {
    await Promise.all([bundle(staging), declare(staging), describe(staging)])
    await mkdir(directory, { recursive: true })
    const { stdout } = await run('npm', ['pack', staging, '--pack-destination', resolve(directory), '--json'], {
      cwd: staging,
    })
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
    const tarball = join(directory, filename)
    const script = await readFile(join(staging, 'index.js'), 'utf8')
    return { tarball, packed: (await stat(tarball)).size, script }
  } finally {
    await rm(staging, { recursive: true })
  }
}

async function bundle(staging: string): Promise<void> {
  const options = ['--bundle', '--format=esm', '--target=es2022', '--platform=neutral', '--main-fields=module,main']
  const output = ['--log-level=warning', `--outfile=${join(staging, 'index.js')}`]
  await run(join(BIN, 'esbuild'), [join(ROOT, 'src/client/index.ts'), ...options, ...output])
}

async function declare(staging: string): Promise<void> {
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', staging]
  await run(join(BIN, 'tsc'), ['-p', join(ROOT, 'tsconfig.client.json'), ...options])
  for (const name of await readdir(staging)) {
    if (!name.endsWith('.d.ts')) continue
    const text = await readFile(join(staging, name), 'utf8')
    // The compiler leaves `./api.ts` as it is, which only those may import who emit nothing.
    await writeFile(join(staging, name), text.replaceAll(/ from '(\.\/[\w-]+)\.ts'/g, " from '$1.js'"))
  }
}

async function describe(staging: string): Promise<void> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const description = {
    name: '@parley/client',
    version,
    description: 'The client of Parley, the backend of an AI chat product.',
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    types: './index.d.ts',
    engines: { node: '>=20' },
  }
  await writeFile(join(staging, 'package.json'), `${JSON.stringify(description, null, 2)}\n`)
  await copyFile(join(ROOT, 'docs/client.md'), join(staging, 'README.md'))
  await copyFile(join(ROOT, 'node_modules/hono/LICENSE'), join(staging, 'LICENSE-hono'))
}
