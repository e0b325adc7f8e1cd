import { readFile } from 'node:fs/promises'

/** Installed packages whose READMEs the demo reads. */
export const PACKAGES = [
  '@electric-sql/pglite',
  '@electric-sql/pglite-socket',
  '@hono/zod-validator',
  '@neondatabase/serverless',
  'cognito-local',
  'drizzle-orm',
  'drizzle-zod',
  'hono',
  'jose',
  'pg',
  'uuid',
  'wrangler',
  'zod',
] as const
export type PackageName = (typeof PACKAGES)[number]

/** Less is a heading with a badge. */
const SHORTEST = 60
const LONGEST = 4_000

/** A package's README, cut at its headings; of the markup only what carries text is left. */
export async function readSections(name: PackageName): Promise<string[]> {
  const markdown = await readFile(new URL(`../../node_modules/${name}/README.md`, import.meta.url), 'utf8')
  return splitAtHeadings(markdown)
    .map((section) => toText(section).slice(0, LONGEST).trimEnd())
    .filter((section) => section.length >= SHORTEST)
}

function splitAtHeadings(markdown: string): string[] {
  const sections: string[][] = [[]]
  let inCode = false
  for (const line of markdown.split('\n')) {
    if (line.trimStart().startsWith('```')) inCode = !inCode
    if (!inCode && /^#{1,4} /.test(line)) sections.push([])
    sections.at(-1)?.push(line)
  }
  return sections.map((lines) => lines.join('\n'))
}

function toText(markdown: string): string {
  return markdown
    .replace(/<!--.*?-->/gs, '')
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\[[^\]]+\]: .*$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
