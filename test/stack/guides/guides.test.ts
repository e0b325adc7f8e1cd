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
const setUp = guides.find(({ name }) => name === 'set-up.md') as Guide
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
  it('compile in a strict project', async () => {
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

// The TypeScript of sign-in.md is a page's: test/pages/guide-sign-in.test.ts.
describe.each(guides)('docs/guides/$name', (guide) => {
  it('does what it says, and shows what it answers', async () => {
    const email = `guide-${crypto.randomUUID()}@example.com`
    const token = await stack.newToken(email)
    const { shown, html } = COMPONENTS[guide.name] ?? { html: [] }
    const options = { url: stack.url, token, tokenCommand: stack.tokenCommand(email), ...(shown && { shown }) }
    const printed = await runGuide(project, guide, setUp, options)
    for (const each of printed) each.text = each.text.replaceAll(email, 'ada@example.com')
    expect(faultsOf(guide, printed)).toEqual([])

    const rendered = printed.find(({ block }) => block === guide.blocks.length)?.text
    for (const part of html) expect(rendered).toContain(part)
    const components = guide.blocks.flatMap(({ kind, code }) => (kind === 'tsx' ? [...code.matchAll(COMPONENT)] : []))
    for (const [, name = ''] of components) expect(shown).toContain(`<${name} `)
  })
})

const COMPONENT = /export (?:function|const) ([A-Z]\w*)/g

/** What shows the components of a guide, and what they then show. */
const COMPONENTS: Record<string, { shown?: string; html: string[] }> = {
  'store-a-chat.md': {
    shown: '<Chat id="chat-1" messages={answered.messages} />',
    html: ['<p>user: When do I prune apple trees?</p>', '<p>assistant: In late winter.</p>'],
  },
  'branches.md': {
    shown: `<Switch branch={branches.get('a2')} show={() => {}} /><Switch branch={undefined} show={() => {}} />`,
    html: ['2 of 2', '<button aria-label="Previous"></button>', '<button disabled="" aria-label="Next"></button>'],
  },
  'documents-and-search.md': {
    shown: '{found.data.map((hit) => <Hit key={hit.id} {...hit} />)}',
    html: ['<mark>Apple</mark> <mark>trees</mark> are <mark>pruned</mark>'],
  },
}

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
