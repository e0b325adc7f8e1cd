import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { compile, ROOT } from '../client/compile.ts'
import type { Project } from '../client/install.ts'
import { type Guide, readGuide } from './blocks.ts'
import { codeOf, newProject, runGuide } from './project.ts'
import type { Printed } from './runtime.ts'
import { differs, parseShown } from './same.ts'
import { type GuideStack, startGuideStack } from './stack.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const names = (await Array.fromAsync(glob('*.md', { cwd: join(ROOT, 'docs/guides') }))).toSorted()
const guides = await Promise.all(names.map(readGuide))
const setUp = guides.find(({ name }) => name === 'README.md') as Guide
/** `QUOTA_…=2 npm run dev` in a guide: what it runs with. */
const settings = Object.fromEntries(
  guides.flatMap(({ text }) =>
    [...text.matchAll(/`((?:[A-Z_]+=\w+ )+)npm run dev`/g)].flatMap(([, list = '']) =>
      list
        .trim()
        .split(' ')
        .map((setting) => setting.split('=') as [string, string]),
    ),
  ),
)

let project: Project
let stack: GuideStack
beforeAll(async () => {
  ;[project, stack] = await Promise.all([newProject(), startGuideStack(settings)])
})
afterAll(() => Promise.all([project?.close(), stack?.close()]))

describe('Guides', () => {
  it('compile in a strict project, those blocks included that are not run', async () => {
    const files = Object.assign({}, ...guides.map(codeOf)) as Record<string, string>
    await project.write(files)
    const options = {
      skipLibCheck: true,
      jsx: 'react-jsx',
      allowImportingTsExtensions: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      types: ['node', 'vite/client'],
    }
    const code = Object.keys(files).filter((name) => /\.tsx?$/.test(name))
    expect((await compile(project.directory, code, options)).errors).toEqual([])
  })

  it('link to each other, and to operations that exist', async () => {
    const document = JSON.parse(await readFile(join(ROOT, 'src/public/openapi.json'), 'utf8')) as {
      paths: Record<string, Record<string, { operationId?: string }>>
    }
    const operations = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((each) => each.operationId),
    )
    const known = new Set(['/docs', ...names, ...operations.map((id) => `/docs#${id}`)])
    for (const { name, text } of guides) {
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
      const own = links.filter((link) => !/^https?:/.test(link)).map((link) => link.replace(/^([\w-]+\.md)#.*/, '$1'))
      expect([name, own.filter((link) => !known.has(link))]).toEqual([name, []])
    }
  })
})

// How one signs in is run in a browser: test/pages/guide-sign-in.test.ts.
describe.each(guides.filter(({ name }) => name !== 'sign-in.md'))('docs/guides/$name', (guide) => {
  it('does what it says, and shows what it answers', async () => {
    const email = `guide-${crypto.randomUUID()}@example.com`
    const token = await stack.newToken(email)
    const printed = await runGuide(project, guide, setUp, { ...stack, token, tokenCommand: stack.tokenCommand(email) })
    for (const each of printed) each.text = each.text.replaceAll(email, 'ada@example.com')
    expect(faultsOf(guide, printed)).toEqual([])
  })

  it('has no more code that is not run than it needs', () => {
    const skipped = guide.blocks.filter(({ kind }) => kind === 'tsx' || kind === 'ts no-run')
    expect(skipped.length).toBeLessThanOrEqual(COMPONENTS[guide.name] ?? 0)
  })
})

/** React components, which are compiled only. */
const COMPONENTS: Record<string, number> = { 'store-a-chat.md': 1, 'branches.md': 1 }

/** What a guide shows and what came, where these differ. */
function faultsOf({ name, blocks }: Guide, printed: readonly Printed[]): string[] {
  const ids = new Map<string, string>()
  return blocks.flatMap(({ kind, code, line }, n) => {
    if (kind !== 'json' && kind !== 'text') return []
    const came = printed.filter(({ block }) => block === n - 1)
    const text = came.map((each) => each.text).join('\n')
    const fault =
      kind === 'text'
        ? differs(code.trim().split('\n'), text.trim().split('\n'))
        : differs(parseShown(code), valueOf(came), ids)
    return fault === null ? [] : [`${name}:${line + 1} ${fault}\n${text}`]
  })
}

/** The one value that a block has printed: of `console.log`, or as JSON. */
function valueOf([first, ...more]: readonly Printed[]): unknown {
  if (!first || more.length > 0) throw new Error('A block with an answer in JSON prints one value.')
  if (typeof first.value === 'object') return first.value
  return JSON.parse(first.text)
}
