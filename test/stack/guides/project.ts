import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../client/compile.ts'
import { installClient, type Project } from '../client/install.ts'
import { type Block, type Guide, moduleOf } from './blocks.ts'
import type { Printed } from './runtime.ts'

/** What guides import beside `@parley/client`. */
const PACKAGES = ['ai', '@ai-sdk/react', 'oidc-client-ts', 'react', 'react-dom', 'vite', '@types']
/** What the set-up in docs/guides/set-up.md gives to the other guides. */
const SET_UP = 'url, token, parley'

/** An empty project, with what a reader has installed. */
export async function newProject(): Promise<Project> {
  const project = await installClient()
  for (const name of PACKAGES) {
    const link = join(project.directory, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(ROOT, 'node_modules', name), link)
  }
  for (const name of ['runtime.ts', 'model.ts']) {
    await copyFile(join(import.meta.dirname, name), join(project.directory, name))
  }
  return project
}

export const moduleName = ({ name }: Guide): string => name.replace('.md', '')

const isSetUp = ({ name }: Guide) => name === 'set-up.md'
/** Its TypeScript is a page's: it makes a `parley` of its own, and runs in a browser (test/pages/guide-sign-in.test.ts). */
const isPage = ({ name }: Guide) => name === 'sign-in.md'

/** All code of a guide, for the compiler: its files by name, the rest as one module. */
export function codeOf(guide: Guide): Record<string, string> {
  const files: Record<string, string> = {}
  for (const { file, code } of guide.blocks) if (file !== undefined) files[file] = code
  const known = isSetUp(guide) || isPage(guide) ? '' : `import { ${SET_UP} } from './set-up.tsx';`
  const module = moduleOf(guide, (block) => (isCode(block) ? block : null), `${known} export { };`)
  const end = isSetUp(guide) ? `export { ${SET_UP} }\n` : ''
  return { ...files, [`${moduleName(guide)}.tsx`]: module + end }
}

const isCode = ({ kind, file }: Block) => (kind === 'ts' || kind === 'tsx') && file === undefined

export interface RunOptions {
  url: string
  token: string
  /** What prints a new one: `npm run --silent token` in the guides. */
  tokenCommand: string
  /** JSX that shows the guide's components. */
  shown?: string
}

/**
 * Runs what a guide says, block by block, as a reader would: TypeScript in Node, the rest in bash.
 *
 * @returns what each block has printed, and `shown` as what the block after the last one has
 */
export async function runGuide(project: Project, guide: Guide, setUp: Guide, options: RunOptions): Promise<Printed[]> {
  const { directory } = project
  for (const each of new Set([setUp, guide])) await project.write(runnable(each, each === guide, options))
  const run = promisify(execFile)
  const build = [
    '--bundle',
    '--packages=external',
    '--platform=node',
    '--format=esm',
    '--jsx=automatic',
    '--sourcemap=inline',
  ]
  const input = `${moduleName(guide)}.run.tsx`
  await run(join(ROOT, 'node_modules/.bin/esbuild'), [input, ...build, '--outfile=run.mjs'], { cwd: directory })
  const env = { ...process.env, TOKEN: options.token }
  // With source maps an error names the guide's own line.
  await run(process.execPath, ['--enable-source-maps', 'run.mjs'], { cwd: directory, env, timeout: 60_000 })
  const text = await readFile(join(directory, 'printed.json'), 'utf8')
  return JSON.parse(text.replaceAll(options.url, 'http://localhost:8787')) as Printed[]
}

function runnable(guide: Guide, isLast: boolean, { url, tokenCommand, shown }: RunOptions): Record<string, string> {
  const own = (text: string) =>
    text
      .replaceAll('http://localhost:8787', url)
      .replaceAll('$(npm run --silent token -- ada@example.com)', () => `$(${tokenCommand})`)
  const shells: Record<string, string> = {}
  const module = moduleOf(
    guide,
    (block, n) => {
      if (block.kind === 'sh') {
        const script = `${moduleName(guide)}-${n}.sh`
        shells[script] = own(block.code)
        return { before: `await $.shell(${n}, '${script}');` }
      }
      if (!isCode(block) || isPage(guide)) return null
      return { before: `$.begin(${n});`, code: own(block.code), after: ';' }
    },
    `import * as $ from './runtime.ts';${isSetUp(guide) ? '' : `import { ${SET_UP} } from './set-up.run.tsx';$.start();`}`,
  )
  const render = shown === undefined ? '' : `$.render(${guide.blocks.length}, <>${shown}</>);`
  const end = isLast ? `${render}$.end()\n` : `export { ${SET_UP} }\n`
  return { ...shells, [`${moduleName(guide)}.run.tsx`]: module + end }
}
