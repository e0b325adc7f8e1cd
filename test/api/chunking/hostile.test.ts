// @module-tag slow
import { describe, expect, it } from 'vitest'
import { expectSound } from './checks.ts'

const LENGTH = 5 << 20
const fill = (piece: string) => piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH)

// Made when asked for: all of them at once are too much for an isolate.
const HOSTILE: [name: string, text: () => string][] = [
  ['one giant word', () => fill('a')],
  ['one giant line', () => fill('word ')],
  ['only #', () => fill('#')],
  ['only backticks', () => fill('`')],
  ['only apostrophes', () => fill("'")],
  ['full stops', () => fill('. ')],
  ['a million tiny headings', () => fill('# a\n')],
  ['empty headings', () => fill('#\n')],
  ['underlined headings', () => fill('a\n---\n')],
  ['alternating fences', () => fill('```\nx\n```\n~~~\ny\n~~~\n')],
  ['only fences', () => fill('```\n')],
  ['a fence that never ends', () => `\`\`\`\n${fill('text\n')}`],
  ['front matter that never ends', () => `---\nx${fill('\n---a')}`],
  ['a heading of brackets', () => `# ${fill('[')}`],
  ['headings of open links', () => fill(`# ${'[a]('.repeat(240)}\n\n`)],
  ['headings of emphasis', () => fill(`# ${'*a_'.repeat(300)}\n\nx\n`)],
  ['table rules', () => fill('|---|\n')],
  ['table rules in quotes', () => fill('> |---|\n')],
  ['tables of HTML', () => fill('<table>')],
  ['rows of HTML', () => `<table>${fill('<tr><th>')}`],
  ['deep quotes', () => fill('> ')],
  ['list markers', () => fill('1. ')],
  ['tiny paragraphs', () => fill('a\n\n')],
  ['a paragraph that becomes a heading', () => `${fill('x\n')}---\n`],
  ['emoji', () => fill('😀')],
  ['Chinese', () => fill('你好。')],
  ['flags', () => fill('🇩🇪')],
  ['nothing but accents', () => fill('\u0301')],
  ['full stops with accents', () => fill('。\u0301')],
  ['Thai', () => fill('ระบบจะบันทึกข้อความของผู้ใช้ทุกครั้ง')],
  ['headings in HTML in one line', () => fill('<h1>a</h1>')],
  ['headings in HTML that do not end', () => fill('<h1>')],
  ['comments that do not end', () => fill('<div><!--')],
  ['comments in one block', () => fill('<div><!-- x -->')],
  ['a tag that does not end', () => fill('<a b="c" \n')],
  ['a table with a wide head', () => `| ${fill('a ')}|\n|---|\n| x |`],
  ['white space between two words', () => `a${fill(' ')}b`],
]

describe('5 MiB of', () => {
  it.each(HOSTILE)('%s become a bounded number of chunks', (_name, make) => {
    const text = make()
    for (const format of ['markdown', 'text'] as const) {
      expect(expectSound(text, { format, size: 1_600, overlap: 200 }).length).toBeGreaterThan(1)
    }
  })

  it.each([
    ['newlines', '\n'],
    ['carriage returns', '\r'],
    ['spaces', ' '],
    ['tabs', '\t'],
  ])('%s become none', (_name, piece) => {
    expect(expectSound(fill(piece), { format: 'markdown', size: 1_600, overlap: 200 })).toEqual([])
  })
})
