import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../client/compile.ts'

/** Code (`tsx` are components), a file of a page (`html`), and what the code before it prints (`json`, `text`). */
export interface Block {
  kind: 'ts' | 'tsx' | 'sh' | 'html' | 'json' | 'text'
  code: string
  /** Of its opening fence, from 0. */
  line: number
  /** Where its first line names one: `// vite.config.ts`. */
  file: string | undefined
}

export interface Guide {
  name: string
  text: string
  blocks: Block[]
}

const KINDS: ReadonlySet<string> = new Set(['ts', 'tsx', 'sh', 'html', 'json', 'text'])
const FENCE = /^ *(`{3,}|~{3,})(.*)\n([^]*?)^ *\1 *$/gm
const FILE = /^(?:\/\/|<!--) ([\w./-]+\.\w+)/

export async function readGuide(name: string): Promise<Guide> {
  const text = await readFile(join(ROOT, 'docs/guides', name), 'utf8')
  const blocks = [...text.matchAll(FENCE)].map(({ 2: kind = '', 3: code = '', index }): Block => {
    const line = text.slice(0, index).split('\n').length - 1
    if (!KINDS.has(kind)) throw new Error(`${name}:${line + 1}: no test runs a block of "${kind}"`)
    return { kind: kind as Block['kind'], code, line, file: FILE.exec(code)?.[1] }
  })
  for (const [n, { kind, line, file }] of blocks.entries()) {
    const before = blocks[n - 1]?.kind
    const isOutput = kind === 'json' || kind === 'text'
    if (kind === 'html' && file === undefined) throw new Error(`${name}:${line + 1}: it is no file`)
    if (isOutput && before !== 'ts' && before !== 'sh') throw new Error(`${name}:${line + 1}: nothing prints this`)
  }
  return { name, text, blocks }
}

/**
 * A module with blocks of the guide, each in the line where the guide has it, so that an error names the guide's own line.
 *
 * @param codeOf what a block becomes, in as many lines as it has; null for nothing
 * @param first what is put into the title's line
 */
export function moduleOf(
  { text, blocks }: Guide,
  codeOf: (block: Block, n: number) => { before?: string; code?: string; after?: string } | null,
  first = '',
): string {
  const lines = text.split('\n').map(() => '')
  lines[0] = first
  for (const [n, block] of blocks.entries()) {
    const { before = '', code, after = '' } = codeOf(block, n) ?? {}
    const own = (code ?? '').split('\n')
    lines.splice(block.line, own.length + 1, before, ...own.slice(0, -1), after)
  }
  return lines.join('\n')
}
