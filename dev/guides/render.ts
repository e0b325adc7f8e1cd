import { Marked, type Token, type Tokens } from 'marked'

/** A guide of docs/guides/. */
export interface Source {
  /** Its file's name without `.md`, and its address: `/docs/guides/<slug>`. */
  slug: string
  markdown: string
}

export interface Section {
  /** Empty for what comes before the first heading. */
  id: string
  title: string
  /** Its prose, for the search. */
  text: string
}

export interface Guide {
  slug: string
  title: string
  sections: Section[]
  /** Its content as HTML, without its title. */
  html: string
}

/** Renders a guide. Throws where a link leads to a guide or an operation that does not exist. */
export function renderGuide(
  source: Source,
  targets: { slugs: readonly string[]; anchors: ReadonlySet<string> },
): Guide {
  const marked = new Marked()
  const tokens = marked.lexer(source.markdown)
  const title = tokens.find((token): token is Tokens.Heading => token.type === 'heading' && token.depth === 1)
  if (!title) throw new Error(`docs/guides/${source.slug}.md has no title.`)
  const body = tokens.filter((token) => token !== title)
  const ids = uniqueIds()
  const idOf = new Map(
    body.filter((token) => token.type === 'heading').map((token) => [token, ids(textOf(token))] as const),
  )
  marked.use({
    renderer: {
      heading(token) {
        const id = idOf.get(token) ?? ''
        const level = `h${Math.min(token.depth, 4)}`
        const anchor = `<a class="anchor" href="#${id}" aria-label="Link to ${escape(textOf(token))}">#</a>`
        return `<${level} id="${id}" tabindex="-1">${this.parser.parseInline(token.tokens)} ${anchor}</${level}>\n`
      },
      code: ({ text, lang }) =>
        `<pre tabindex="0" data-language="${escape(lang ?? '') || 'text'}"><code>${escape(text)}</code></pre>\n`,
      link(token) {
        const text = this.parser.parseInline(token.tokens)
        const href = targetOf(token.href, source.slug, targets)
        return href === null ? text : `<a href="${escape(href)}">${text}</a>`
      },
      // Guides are text: the page's policy allows no script, and nothing of this needs markup.
      html: ({ text }) => escape(text),
    },
  })
  return {
    slug: source.slug,
    title: textOf(title),
    sections: sectionsOf(textOf(title), body, idOf),
    html: marked.parser(body),
  }
}

/** @returns the address on the site, or null for a file that the site does not have */
function targetOf(href: string, from: string, { slugs, anchors }: Parameters<typeof renderGuide>[1]): string | null {
  if (/^(https?:|#)/.test(href)) return href
  const [path = '', hash] = href.split('#')
  if (path === '/docs') {
    if (hash !== undefined && !anchors.has(hash))
      throw new Error(`docs/guides/${from}.md links to ${href}, which the reference does not have.`)
    return href
  }
  const slug = /^(?:\.\/)?([a-z-]+)\.md$/.exec(path)?.[1]
  if (slug === undefined) return path.startsWith('/') ? href : null
  if (!slugs.includes(slug)) throw new Error(`docs/guides/${from}.md links to ${href}, which does not exist.`)
  return `/docs/guides/${slug}${hash === undefined ? '' : `#${hash}`}`
}

function sectionsOf(title: string, tokens: Token[], idOf: ReadonlyMap<Token, string>): Section[] {
  const sections: Section[] = [{ id: '', title, text: '' }]
  for (const token of tokens) {
    const id = idOf.get(token)
    if (id !== undefined) sections.push({ id, title: textOf(token), text: '' })
    else if (token.type !== 'code' && token.type !== 'space') {
      const section = sections.at(-1)
      if (section) section.text = `${section.text} ${textOf(token)}`.trim()
    }
  }
  return sections
}

/** The text of a token without its marks. */
function textOf(token: Token): string {
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table
    return [header, ...rows]
      .flat()
      .map((cell) => cell.tokens.map(textOf).join(''))
      .join(' ')
  }
  const inside = token.type === 'list' ? (token as Tokens.List).items : 'tokens' in token ? token.tokens : undefined
  if (inside) return inside.map(textOf).join(token.type === 'list' ? ' ' : '')
  return 'text' in token ? String(token.text) : ' '
}

function uniqueIds(): (text: string) => string {
  const taken = new Set<string>()
  return (text) => {
    const base =
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
        .replaceAll(/^-|-$/g, '') || 'section'
    let id = base
    for (let n = 2; taken.has(id); n++) id = `${base}-${n}`
    taken.add(id)
    return id
  }
}

/** For text and for attributes in double quotes. */
export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
