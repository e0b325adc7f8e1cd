import { describe, expect, it } from 'vitest'
import { chunks, cut } from './checks.ts'

const LONG = 'Some words to fill a section with. '.repeat(7)
const path = (text: string) => chunks(`${text}\n\n${LONG}`).at(-1)?.headings

describe('a heading in HTML', () => {
  it.each([
    ['in a line of its own', '<h2>Install</h2>', ['Install']],
    ['with attributes', '<H2 align="center" id=install>Install</H2>', ['Install']],
    ['over several lines', '<h1\n  align="center">\n  In\n  stall\n</h1>', ['In stall']],
    ['with blank lines within it', '<h1 align="center">\n\nInstall\n\n</h1>', ['Install']],
    ['with tags and entities', '<h1><a name="x"></a><b>R&amp;D</b> <code>Array</code><br></h1>', ['R&D Array']],
    ['with an image', '<h1 align="center">\n  <img width="9" alt="Chalk" src="x.svg">\n</h1>', ['Chalk']],
    ['without text', '<h1><img src="x.svg"></h1>', []],
    ['in a block of HTML', '<div align="center">\n\t\t<h1>Install</h1>\n  <p>now</p>\n</div>', ['Install']],
    ['behind a tag', '<div><h1>Install</h1></div>', ['Install']],
    ['behind a paragraph', 'text\n<h2>Install</h2>', ['Install']],
    ['two in a line', '<h1>Guide</h1> <h2>Install</h2>', ['Guide', 'Install']],
    ['under a Markdown one', '# Guide\n\n<h2>Install</h2>', ['Guide', 'Install']],
    ['with a comment in it', '<h2>Install<!-- <h1>Old</h1> --></h2>', ['Install']],
  ])('counts %s', (_name, source, headings) => {
    expect(path(source)).toEqual(headings)
  })

  it.each([
    ['that never ends', '<h2>Install'],
    ['that another one ends', '<h2>Install</h3>'],
    ['in a line of text', 'Use <h2>Install</h2> for it'],
    ['in code', '`<h2>Install</h2>`'],
    ['in a fence', '```html\n<h2>Install</h2>\n```'],
    ['in indented code', '    <h2>Install</h2>'],
    ['in <pre>', '<pre>\n\n<h2>Install</h2>\n\n# Install\n</pre>'],
    ['in <script>', '<script>\nlet a = 1\n\n// <h2>\n# Install\n</script>'],
    ['in a list', '- item\n  <h2>Install</h2>'],
    ['in a quote', '> <h2>Install</h2>'],
    ['of another name', '<h7>Install</h7>\n<header>Install</header>'],
  ])('does not count one %s', (_name, source) => {
    expect(path(source)).toEqual([])
  })

  it('starts a section', () => {
    const text = LONG.slice(0, 160).trim()
    expect(cut(`<h1>A</h1>\n\n${text}\n<h1>B</h1>\n\n${text}`)).toEqual([
      `<h1>A</h1>\n\n${text}`,
      `<h1>B</h1>\n\n${text}`,
    ])
  })
})

describe('a block of HTML', () => {
  it.each([
    ['a tag of a block', '<div>\n# no\n</div>'],
    ['any tag in a line of its own', '<custom-tag a="b">\n# no\n</custom-tag>'],
    ['a processing instruction', '<?php\n\n# no\n?>'],
    ['a declaration', '<!DOCTYPE\n\n# no\n>'],
    ['CDATA', '<![CDATA[\n\n# no\n]]>'],
  ])('of %s has no Markdown headings', (_name, source) => {
    expect(path(source)).toEqual([])
  })

  it('ends at a blank line', () => {
    expect(path('<details>\n<summary>More</summary>\n\n# Found')).toEqual(['Found'])
  })

  it('is none where a tag stands within a paragraph', () => {
    expect(path('text\n<span>\n# Found')).toEqual(['Found'])
    expect(path('<a name="x"></a>\n# Found')).toEqual(['Found'])
  })
})

describe('a comment', () => {
  it.each([
    ['in a line', '<!-- # Old -->'],
    ['over several lines', '<!--\n# Old\n\n## Older\n\n<h2>Oldest</h2>\n-->'],
    ['that starts behind its opening', '<!-- # Old\n# Older\n\nOldest\n---\n\n# x -->'],
    ['behind a paragraph', 'text\n<!--\n# Old\n-->'],
    ['in a block of HTML', '<div>\n<!-- <h1>Old</h1>\n\n<h1>Older</h1>\n\n# Oldest -->\n</div>'],
    ['with a fence in it', '<!--\n```\n# Old\n-->'],
    ['with arrows in it', '<!-- a -> b, c --> d -->'],
    ['with code that closes another', '<!--\n\n<pre>\n\n# Old\n-->'],
  ])('%s hides its headings, and ends', (_name, source) => {
    expect(path(source)).toEqual([])
    expect(path(`${source}\n\n# Found`)).toEqual(['Found'])
  })

  it.each(['<!---->', '<!-->', '<!-- toc -->'])('%s ends in its line', (source) => {
    expect(path(`${source}\n# Found`)).toEqual(['Found'])
  })

  it('in code is code', () => {
    expect(path('```html\n<!--\n```\n\n# Found')).toEqual(['Found'])
    expect(path('    <!--\n\n# Found')).toEqual(['Found'])
    expect(path('`<!--`\n\n# Found')).toEqual(['Found'])
  })

  it('that never ends goes on to the end', () => {
    expect(path('# Guide\n\n<!--\n\n# Old')).toEqual(['Guide'])
  })

  it('before a table is no part of it', () => {
    const rows = '| long enough to be cut | b |\n'.repeat(9)
    const found = chunks(`<!-- prettier-ignore -->\n| Name | Price |\n|---|---|\n${rows}`)
    expect(found.map(({ tableHead }) => tableHead)).toEqual([null, '| Name | Price |'])
  })
})
