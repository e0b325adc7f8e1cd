import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { listOperations } from '../../src/public/docs/operation.js'
import { escape, type Guide, renderGuide, type Source } from './render.ts'

const SOURCES = 'docs/guides'
/** As someone who begins would read them; others follow by name. */
const ORDER = [
  'set-up',
  'sign-in',
  'store-a-chat',
  'branches',
  'documents-and-search',
  'import-and-export',
  'errors-and-pages',
  'limits',
]

/**
 * Renders docs/guides/*.md as pages in the look of the reference.
 *
 * @returns the text of each file, by its path in src/public/docs/guides: a page for each guide, and `index.json` for navigation and search
 */
export async function buildGuides(document: object): Promise<Map<string, string>> {
  const sources = await readSources()
  const slugs = sources.map(({ slug }) => slug)
  const anchors = new Set(['authorization', ...listOperations(document).map(({ id }) => id)])
  const guides = sources.map((source) => renderGuide(source, { slugs, anchors }))
  const index = guides.map(({ slug, title, sections }) => ({ slug, title, sections }))
  return new Map([
    ['index.json', `${JSON.stringify(index)}\n`],
    ...guides.map((guide) => [`${guide.slug}.html`, pageOf(guide, guides)] as const),
  ])
}

const rank = (slug: string): number => (ORDER.includes(slug) ? ORDER.indexOf(slug) : ORDER.length)

async function readSources(): Promise<Source[]> {
  const files = (await Array.fromAsync(glob('*.md', { cwd: SOURCES }))).filter((file) => file !== 'README.md')
  const slugs = files.map((file) => basename(file, '.md')).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  return Promise.all(
    slugs.map(async (slug) => ({ slug, markdown: await readFile(join(SOURCES, `${slug}.md`), 'utf8') })),
  )
}

const item = (href: string, text: string, current = false): string =>
  `          <li><a href="${href}"${current ? ' aria-current="page"' : ''}><span class="label">${escape(text)}</span></a></li>`

function pageOf(guide: Guide, guides: readonly Guide[]): string {
  const title = escape(guide.title)
  const inside = guide.sections.filter(({ id }) => id !== '')
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title} · Parley</title>
    <link rel="icon" href="/docs/favicon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/docs/docs.css" />
    <script src="/docs/theme.js"></script>
    <script type="module" src="/docs/page.js"></script>
  </head>
  <body>
    <a class="skip" href="#content">Skip to the guide</a>
    <header class="top">
      <button class="menu" type="button" aria-expanded="false" aria-controls="sidebar">Contents</button>
      <a class="brand" href="/docs"><img src="/docs/favicon.svg" alt="" width="24" height="24" /><span>Parley</span></a>
      <button class="open-search" type="button" aria-haspopup="dialog">Search <kbd>/</kbd></button>
      <button id="theme" type="button" aria-label="Switch between light and dark">◐</button>
    </header>
    <div class="page">
      <nav class="sidebar" id="sidebar" aria-label="Contents">
        <ul>
${item('/docs', '← API reference')}
        </ul>
        <h2>Guides</h2>
        <ul>
${guides.map(({ slug, title }) => item(`/docs/guides/${slug}`, title, slug === guide.slug)).join('\n')}
        </ul>
        <h2>On this page</h2>
        <ul>
${inside.map(({ id, title }) => item(`#${id}`, title)).join('\n')}
        </ul>
      </nav>
      <main id="content" class="guide" tabindex="-1">
<h1>${title}</h1>
${guide.html.trim()}
      </main>
    </div>
    <p class="announcer" id="announcer" role="status"></p>
  </body>
</html>
`
}
