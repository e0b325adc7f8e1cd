import { describe, expect, it } from 'vitest'
import { chunks } from './checks.ts'

const path = (text: string) => chunks(text).at(-1)?.headings
const LONG = 'Some words to fill a section with. '.repeat(5)

describe('a heading path', () => {
  it('goes from the outermost heading to the nearest', () => {
    const text = `# Guide\n\n${LONG}\n\n## Install\n\n${LONG}\n\n### Linux\n\n${LONG}\n\n## Use\n\n${LONG}`
    expect(chunks(text).map((chunk) => chunk.headings)).toEqual([
      ['Guide'],
      ['Guide', 'Install'],
      ['Guide', 'Install', 'Linux'],
      ['Guide', 'Use'],
    ])
  })

  it('starts anew where a heading is as high as the first', () => {
    expect(path(`### Deep\n\n${LONG}\n\n# High\n\n${LONG}`)).toEqual(['High'])
  })

  it('names what small sections in one chunk have in common', () => {
    expect(chunks('# Menu\n\n## Tea\n\nGreen.\n\n## Coffee\n\nBlack.')).toEqual([
      { start: 0, end: 41, headings: ['Menu'], tableHead: null },
    ])
    expect(path('# Tea\n\nGreen.\n\n# Coffee\n\nBlack.')).toEqual([])
    expect(path('# Tea\n\nGreen.\n\n## Sencha\n\nAlso green.')).toEqual(['Tea'])
  })

  it('claims no heading for what stands above it', () => {
    expect(path('Hello.\n\n# Tea\n\nGreen.')).toEqual([])
  })

  it('leaves out a heading without text', () => {
    expect(path(`# ![](logo.png)\n\n${LONG}\n\n## Install\n\n${LONG}`)).toEqual(['Install'])
    expect(path(`# Guide\n\n${LONG}\n\n##\n\n${LONG}`)).toEqual(['Guide'])
  })

  it('is empty in a plain text', () => {
    expect(chunks('# Tea\n\nGreen.', { format: 'text' })).toEqual([
      { start: 0, end: 13, headings: [], tableHead: null },
    ])
  })
})

describe('what is a heading', () => {
  it.each([
    ['six marks', '###### Six', 'Six'],
    ['up to three spaces before it', '   # Three', 'Three'],
    ['marks behind it', '## Closed ##  ', 'Closed'],
    ['a mark that is part of a word', '# C#', 'C#'],
    ['a line of = below', 'Under\n===', 'Under'],
    ['a line of - below', 'Under\nlined\n---', 'Under lined'],
    ['CRLF', 'Under\r\n---\r', 'Under'],
  ])('%s', (_name, source, text) => {
    expect(path(`${source}\n\n${LONG}`)).toEqual([text])
  })

  it.each([
    ['seven marks', '####### Seven'],
    ['no space behind the marks', '#hashtag'],
    ['four spaces before it', '    # code'],
    ['inside a fence', '```sh\n# comment\n```'],
    ['inside a longer fence', '`````\n```\n# comment\n`````'],
    ['inside tildes', '~~~\n```\n# comment\n~~~'],
    ['inside a fence in a list', '1. Do:\n\n    ```sh\n    # comment\n    ```'],
    ['inside a fence that starts with its list item', '- ```sh\n  # comment\n  ```'],
    ['inside a list item', '- item\n\n  # not of the document'],
    ['inside a quote', '> # quoted\n> text'],
    ['a list with a rule below', '- item\n---'],
    ['a rule', 'text\n\n---\n\ntext'],
    ['front matter', '---\ntitle: x\n# comment\n---'],
  ])('not %s', (_name, source) => {
    expect(path(`${source}\n\n${LONG}`)).toEqual([])
  })

  it('is found again behind a fence in a list that has ended', () => {
    expect(path(`- \`\`\`sh\n  never closed\n\n# Found\n\n${LONG}`)).toEqual(['Found'])
  })
})

describe('the text of a heading', () => {
  it.each([
    ['**Bold** and *italic* and __more__ and ~~less~~', 'Bold and italic and more and less'],
    ['`createUser()` and ``two``', 'createUser() and two'],
    ['`snake_case` and `__init__`, snake_case too', 'snake_case and __init__, snake_case too'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['A [link](https://x.test/a_(b) "title") and [a reference][ref]', 'A link and a reference'],
    ['![A logo](logo.png) [![build](b.svg)](https://ci.test)', 'A logo build'],
    ['<a name="x"></a>Tags <b>go</b>', 'Tags go'],
    ['<https://x.test/y>', 'https://x.test/y'],
    ['`Array<string>`', 'Array<string>'],
    ['R&amp;D \\*not bold\\*', 'R&D *not bold*'],
    ['With an id {#with-id}', 'With an id'],
    ['Much   white\tspace', 'Much white space'],
  ])('%s', (source, text) => {
    expect(path(`# ${source}\n\n${LONG}`)).toEqual([text])
  })

  it('is cut at 200 code units, never inside a character', () => {
    expect(path(`# ${'a'.repeat(300)}\n\ntext`)).toEqual(['a'.repeat(200)])
    expect(path(`# a${'😀'.repeat(300)}\n\ntext`)).toEqual([`a${'😀'.repeat(99)}`])
  })
})
