import { describe, expect, it } from 'vitest'
import { renderGuide } from '../../../dev/guides/render.ts'

const targets = { slugs: ['sign-in', 'branches'], anchors: new Set(['saveChat']) }
const render = (markdown: string) => renderGuide({ slug: 'sign-in', markdown }, targets)

const linked = (href: string) => render(`# T\n\n[x](${href})`).html

describe('A guide', () => {
  it('has a title, and headings that can be linked to, each once', () => {
    const { title, html, sections } = render('# Sign `in`\n\nHello.\n\n## A & b\n\n## A & b\n')
    expect(title).toBe('Sign in')
    expect(html).not.toContain('<h1')
    expect(html).toContain('<h2 id="a-b" tabindex="-1">A &amp; b <a class="anchor" href="#a-b"')
    expect(sections.map(({ id }) => id)).toEqual(['', 'a-b', 'a-b-2'])
    expect(() => render('Hello.')).toThrow('has no title')
  })

  it('is found by its prose: paragraphs, lists, tables and quotes, without marks and code blocks', () => {
    const { sections } = render(
      '# T\n\nOne **two** `three`.\n\n- four\n- five\n\n| a | b |\n|---|---|\n| c | d |\n\n> six\n\n```ts\nseven()\n```\n',
    )
    expect(sections).toEqual([{ id: '', title: 'T', text: 'One two three. four five a b c d six' }])
  })

  it('shows markup as text', () => {
    const { html } = render('# T\n\n<script>alert(1)</script>\n\nA <b>b</b>.\n\n```html\n<i a="b">\n```\n')
    expect(html).not.toMatch(/<(script|b|i)\b/)
    expect(html).toContain('<code>&lt;i a=&quot;b&quot;&gt;</code>')
  })

  it('links to other guides and to operations, and to nothing that is not there', () => {
    expect(linked('branches.md#new')).toContain('<a href="/docs/guides/branches#new">x</a>')
    expect(linked('./branches.md')).toContain('<a href="/docs/guides/branches">x</a>')
    expect(linked('/docs#saveChat')).toContain('<a href="/docs#saveChat">x</a>')
    expect(linked('https://example.com/?a&b')).toContain('<a href="https://example.com/?a&amp;b">x</a>')
    expect(linked('../client.md')).toBe('<p>x</p>\n')
    expect(linked('javascript:alert(1)')).toBe('<p>x</p>\n')
    expect(() => linked('missing.md')).toThrow('missing.md')
    expect(() => linked('/docs#missing')).toThrow('/docs#missing')
  })
})
