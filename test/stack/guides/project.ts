import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../client/compile.ts'
import { installClient, type Project } from '../client/install.ts'
import { type Guide, moduleOf } from './blocks.ts'
import type { Printed } from './runtime.ts'

/** What guides import beside `@parley/client`. */
const PACKAGES = ['ai', '@ai-sdk/react', 'oidc-client-ts', 'react', 'vite', '@types']
/** What the set-up in docs/guides/README.md gives to the other guides. */
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

const isSetUp = ({ name }: Guide) => name === 'README.md'
/** Its TypeScript is a page's: it makes a `parley` of its own, and runs in a browser (test/pages/guide-sign-in.test.ts). */
const isPage = ({ name }: Guide) => name === 'sign-in.md'

/** All code of a guide, for the compiler: its files by name, the rest as one module. */
export function codeOf(guide: Guide): Record<string, string> {
  const files: Record<string, string> = {}
  for (const { file, code } of guide.blocks) if (file !== undefined) files[file] = code
  const known = isSetUp(guide) || isPage(guide) ? '' : `import { ${SET_UP} } from './README.tsx';`
  const isCode = (kind: string) => kind === 'ts' || kind === 'tsx' || kind === 'ts no-run'
  const module = moduleOf(
    guide,
    ({ kind, code, file }) => (isCode(kind) && file === undefined ? { code } : null),
    `${known} export { };`,
  )
  const end = isSetUp(guide) ? `export { ${SET_UP} }\n` : ''
  return { ...files, [`${moduleName(guide)}.tsx`]: module + end }
}

export interface RunOptions {
  url: string
  token: string
  /** What prints a new one: `npm run --silent token` in the guides. */
  tokenCommand: string
}

/**
 * Runs what a guide says, block by block, as a reader would: TypeScript in Node, the rest in bash.
 *
 * @returns what each block has printed
 */
export async function runGuide(project: Project, guide: Guide, setUp: Guide, options: RunOptions): Promise<Printed[]> {
  const { directory } = project
  const own = (text: string) =>
    text
      .replaceAll('http://localhost:8787', options.url)
      .replaceAll('$(npm run --silent token -- ada@example.com)', () => `$(${options.tokenCommand})`)
  for (const each of new Set([setUp, guide])) {
    const isGuide = each === guide
    const shells: Record<string, string> = {}
    const module = moduleOf(
      each,
      ({ kind, code, file }, n) => {
        if (file !== undefined) return null
        const script = `${moduleName(each)}-${n}.sh`
        if (kind === 'sh') shells[script] = own(code)
        if (kind === 'sh') return { before: `await $.shell(${n}, '${script}');` }
        return kind === 'ts' && !isPage(each) ? { before: `$.begin(${n});`, code: own(code), after: ';' } : null
      },
      `import * as $ from './runtime.ts';${isSetUp(each) ? '' : `import { ${SET_UP} } from './README.ts';$.start();`}`,
    )
    const end = isGuide ? '$.end()\n' : `export { ${SET_UP} }\n`
    await project.write({ ...shells, [`${moduleName(each)}.ts`]: module + end })
  }
  const env = { ...process.env, TOKEN: options.token }
  const args = ['--no-warnings', `${moduleName(guide)}.ts`]
  await promisify(execFile)(process.execPath, args, { cwd: directory, env, timeout: 60_000 })
  const text = await readFile(join(directory, 'printed.json'), 'utf8')
  return JSON.parse(text.replaceAll(options.url, 'http://localhost:8787')) as Printed[]
}
