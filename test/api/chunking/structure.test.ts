import { describe, expect, it } from 'vitest'
import { chunks, cut } from './checks.ts'

const sentence = (n: number) => `This is sentence number ${n} of the text.`
const sentences = (count: number) => Array.from({ length: count }, (_, i) => sentence(i + 1)).join(' ')
const words = (length: number) => 'word '.repeat(Math.ceil(length / 5)).slice(0, length - 1) + 'd'
const code = (lines: number) => `\`\`\`ts\n${'const a = 1. \n\n'.repeat(lines)}\`\`\``

describe('sections', () => {
  it('of some size are chunks of their own, with their heading', () => {
    expect(cut(`# A\n\n${words(80)}\n\n# B\n\n${words(80)}\n`)).toEqual([`# A\n\n${words(80)}`, `# B\n\n${words(80)}`])
  })

  it('that are small share a chunk with those behind them', () => {
    const text = '# A\n\none\n\n# B\n\ntwo\n\n# C\n\nthree'
    expect(cut(text)).toEqual([text])
  })

  it('that are small do not join a large one that would have to be cut for it', () => {
    expect(cut(`# A\n\none\n\n# B\n\n${words(190)}`)).toEqual(['# A\n\none', `# B\n\n${words(190)}`])
  })

  it('keep a heading with nothing beneath it at what follows', () => {
    const [first, second] = cut(`# A\n\n${words(80)}\n\n# B\n\n## C\n\n${words(150)}`)
    expect(first).toBe(`# A\n\n${words(80)}`)
    expect(second).toBe(`# B\n\n## C\n\n${words(150)}`)
  })
})

describe('blocks', () => {
  it('share a chunk as far as they fit', () => {
    const [a, b, c] = [words(90), words(100), words(60)]
    expect(cut(`${a}\n\n${b}\n\n${c}`)).toEqual([`${a}\n\n${b}`, c])
  })

  it('stay whole where they fit a chunk', () => {
    expect(cut(`${words(120)}\n\n${words(120)}\n\n${words(120)}`)).toEqual([words(120), words(120), words(120)])
  })

  it('are the paragraphs of a plain text, whatever its marks', () => {
    const text = `\`\`\`\n${words(120)}\n\n${words(120)}\n\`\`\``
    expect(cut(text, { format: 'text' })).toEqual([`\`\`\`\n${words(120)}`, `${words(120)}\n\`\`\``])
  })

  it('of a list are cut between items', () => {
    const items = Array.from({ length: 12 }, (_, i) => `- Item ${i}. It has two sentences`)
    expect(cut(items.join('\n')).every((chunk) => /^- .*sentences$/s.test(chunk))).toBe(true)
  })

  it('of a table are cut between rows', () => {
    const rows = Array.from({ length: 12 }, (_, i) => `| Row ${i}. | It has. Sentences. |`)
    const found = cut(['| a | b |', '|---|---|', ...rows].join('\n'))
    expect(found.length).toBeGreaterThan(1)
    expect(found.every((chunk) => /^\|.*\|$/s.test(chunk))).toBe(true)
  })

  it('take what a heading leads to into its chunk, rather than leave it alone', () => {
    const [first] = cut(`# Heading\n\n${sentences(4)}`)
    expect(first).toBe(`# Heading\n\n${sentences(4)}`)
    expect(cut(`# Heading\n\n${sentences(5)}`)[0]).toBe(`# Heading\n\n${sentences(4)}`)
  })
})

describe('a heading', () => {
  const [fence, long] = [`\`\`\`ts\n${'call()\n'.repeat(25)}\`\`\``, 'x'.repeat(400)]

  it.each([
    ['a fence that fits a chunk, but not with it', `# Heading\n\n${fence}`],
    ['a word that is longer than a chunk', `# Heading\n\n${long}`],
    ['a long paragraph, the heading being long', `# ${words(120)}\n\n${sentences(9)}`],
    ['a paragraph, the headings being many', `# A\n## B\n## C\n# D\n# ${words(100)}\n\n${words(190)}`],
    ['a table with a long row', `# Heading\n\n| a | b |\n|---|---|\n| ${words(300)} | x |`],
    ['a list with a long item', `# Heading\n\n- ${words(300)}\n- x`],
  ])('is in one chunk with the beginning of %s', (_name, text) => {
    const [first] = cut(text)
    const heading = text.slice(0, text.lastIndexOf('\n\n'))
    expect(first?.startsWith(`${heading}\n\n`)).toBe(true)
  })

  it('is cut from the one before it where all of them leave no room', () => {
    const text = `# ${words(100)}\n\n## ${words(88)}\n\n${sentences(3)}`
    expect(cut(text)).toEqual([`# ${words(100)}`, `## ${words(88)}\n\n${sentence(1)} ${sentence(2)}`, sentence(3)])
  })

  it('is in the chunk of the next text with as many of those before it as fill half of it', () => {
    const headings = Array.from({ length: 20 }, (_, i) => `## Heading number ${i} with words`)
    for (const text of [sentence(1), sentences(9)]) {
      const found = cut(`${headings.join('\n\n')}\n\n${text}`)
      const leading = found.find((chunk) => chunk.includes(sentence(1).slice(0, 20)))
      expect(leading).toContain(headings.slice(-3).join('\n\n'))
    }
  })

  it('at the end takes some of what is before it', () => {
    expect(cut(`# A\n\n${sentences(4)}\n\n${words(120)}\n\n# B`)).toEqual([
      `# A\n\n${sentences(4)}`,
      `${words(120)}\n\n# B`,
    ])
    const found = cut(`# A\n\n${sentences(4)} And so on and so on, and so on.\n\n## Beta gamma`)
    expect(found.at(-1)).toBe(`${sentence(4)} And so on and so on, and so on.\n\n## Beta gamma`)
  })

  it('is a chunk of its own where there is nothing else', () => {
    expect(cut('# A')).toEqual(['# A'])
    expect(cut('# A\n# B\n# C')).toEqual(['# A\n# B\n# C'])
  })
})

const plums = (count: number) =>
  Array.from({ length: count }, (_, i) => `| Plum ${i} | ${i} € the kilogram |`).join('\n')
const heads = (text: string, options = {}) => chunks(text, options).map(({ tableHead }) => tableHead)

describe('the head of a table', () => {
  const table = `| Name   | Price |\n|--------|-------|\n${plums(15)}`

  it('is said of each chunk of the table but the one that holds it', () => {
    const found = chunks(`# Fruit\n\n${table}`)
    expect(found.map(({ headings }) => headings)).toEqual(found.map(() => ['Fruit']))
    const [first, ...others] = found.map(({ tableHead }) => tableHead)
    expect(first).toBeNull()
    expect(others.length).toBeGreaterThan(1)
    expect(others.every((head) => head === '| Name | Price |')).toBe(true)
  })

  it('is said where a chunk starts within the table by overlap', () => {
    const found = heads(`${table}\n\n${words(190)}`, { overlap: 60 })
    expect(found.slice(1, -1).every((head) => head === '| Name | Price |')).toBe(true)
  })

  it('is that of the table that a chunk starts within', () => {
    const second = `| Colour | Of what it is the colour |\n|---|---|\n${plums(15)}`
    const found = heads(`${table}\n\n${second}`)
    expect(found.at(-1)).toBe('| Colour | Of what it is the colour |')
    expect(found.filter((head) => head === '| Name | Price |').length).toBeGreaterThan(1)
  })

  it.each([
    ['a list item', `- Fruit:\n\n${table.replace(/^/gm, '  ')}`],
    ['an ordered list', `1. ${table.replaceAll('\n', '\n   ')}`],
    ['a quote', table.replace(/^/gm, '> ')],
    ['a quote within a quote', `> Fruit\n>\n${table.replace(/^/gm, '> > ')}`],
    ['a quote with other line ends', table.replace(/^/gm, '>').replaceAll('\n', '\r\n')],
  ])('is said within %s', (_, text) => {
    const [first, ...others] = heads(text)
    expect(first).toBeNull()
    expect(new Set(others)).toEqual(new Set(['| Name | Price |']))
  })

  it('is not said within a list or a quote where the table is over', () => {
    for (const [marks, blank] of [
      ['> ', '>'],
      ['  ', ''],
    ] as const) {
      const text = `${marks === '> ' ? '' : '- Fruit\n\n'}${table.replace(/^/gm, marks)}\n${blank}\n${marks}${words(380)}`
      expect(heads(text)).toContain('| Name | Price |')
      expect(heads(text).at(-1)).toBeNull()
    }
  })

  it.each([
    [
      'with a head',
      '<thead><tr><th>Name</th><th class="n">Price <b>EUR</b></th></tr></thead>\n<tbody>',
      '| Name | Price EUR |',
    ],
    ['in capitals, without closing tags', '<TR><TH>Name<TH>Price', '| Name | Price |'],
    ['with an empty corner', '<tr><td></td><th>Name</th><th>Price</th></tr>', '| | Name | Price |'],
    ['without a head', '<tr><td>a</td><td>b</td></tr>', null],
    ['with heads of rows', '<tr><th>plum</th><td>b</td></tr>', null],
  ])('is said of a table of HTML %s', (_, head, expected) => {
    const rows = Array.from({ length: 20 }, (_, i) => `<tr><td>plum ${i}</td><td>${i}</td></tr>`)
    for (const separator of ['', '\n', '\n\n']) {
      const text = `<table>\n${head}\n${rows.join(separator)}\n</table>\n\n${words(300)}`
      const [first, ...others] = chunks(text).map(({ start, tableHead }) => [
        text.slice(start).includes('</table>'),
        tableHead,
      ])
      expect(first?.[1]).toBeNull()
      for (const [isInside, tableHead] of others) expect(tableHead).toBe(isInside ? expected : null)
    }
  })

  it('is not said of HTML that is code', () => {
    const text = `\`\`\`\n<table><tr><th>Name</th><th>Price</th></tr>\n\`\`\`\n\n${words(300)}`
    expect(heads(text).every((head) => head === null)).toBe(true)
  })

  it('is not said of what is behind the table, or no table', () => {
    expect(heads(`${table}\n\n${words(190)}\n\n${words(190)}`).slice(-2)).toEqual([null, null])
    expect(heads(plums(15)).every((head) => head === null)).toBe(true)
    expect(heads(table, { format: 'text' }).every((head) => head === null)).toBe(true)
  })

  it('has 300 code units at most', () => {
    const head = `| ${'a 😀'.repeat(200)} | b |`
    const last = heads(`${head}\n|---|---|\n${plums(15)}`).at(-1) ?? ''
    expect(last.isWellFormed() && last.length <= 300 && last.length > 295 && head.startsWith(last)).toBe(true)
  })
})

describe('a code fence', () => {
  it('that fits a chunk is whole', () => {
    expect(cut(`${words(100)}\n\n${code(9)}\n\n${words(100)}`)).toContain(code(9))
  })

  it('that does not fit is cut between lines', () => {
    const found = cut(code(40))
    expect(found.length).toBeGreaterThan(2)
    expect(found.every((chunk) => /^(```ts|const a)/.test(chunk) && /(= 1\.|```)$/.test(chunk))).toBe(true)
  })

  it('is cut inside a line only where the line is longer than a chunk', () => {
    const long = 'x'.repeat(450)
    expect(cut(`\`\`\`\nshort\n${long}\n\`\`\``)).toEqual([
      '```\nshort',
      'x'.repeat(200),
      'x'.repeat(200),
      `${'x'.repeat(50)}\n\`\`\``,
    ])
  })

  it('ends with the quote that holds it', () => {
    const quoted = `> \`\`\`\n> ${'code\n> '.repeat(8)}end`
    expect(cut(`${quoted}\n\n# After\n\n${words(120)}`)).toEqual([quoted, `# After\n\n${words(120)}`])
  })

  it('at the start that holds front matter is whole as well', () => {
    const matter = `---\ntitle: A. B. C.\n\n# ${words(120)}\n---`
    expect(cut(`${matter}\n${words(150)}`)).toEqual([matter, words(150)])
  })
})

describe('a long paragraph', () => {
  it('is cut behind sentences', () => {
    expect(cut(sentences(9)).every((chunk) => /^This.*text\.$/.test(chunk))).toBe(true)
  })

  it.each(['Ask Dr. Smith', 'as e.g. Anna', 'the U.S. Army', 'by J. Smith', 'see Fig. 3 there', 'approx. 3 of'])(
    'is not cut inside “%s”',
    (phrase) => {
      const text = `${words(100)}. A ${words(60)} ${phrase} ${words(60)}`
      expect(cut(text)[0]).toBe(`${words(100)}.`)
    },
  )

  it('is cut behind a quotation and other marks', () => {
    expect(cut(`${words(150)} “Yes!” ${words(150)}`)[0]).toBe(`${words(150)} “Yes!”`)
    expect(cut(`${words(150)} نعم؟ ${words(150)}`)[0]).toBe(`${words(150)} نعم؟`)
  })

  it('of Chinese or Japanese is cut behind its full stops', () => {
    const text = `${'数据库连接'.repeat(30)}。「${'接続する'.repeat(20)}。」${'接続'.repeat(50)}`
    expect(cut(text)).toEqual([`${'数据库连接'.repeat(30)}。`, `「${'接続する'.repeat(20)}。」${'接続'.repeat(50)}`])
  })

  it('of one sentence is cut between words', () => {
    // Of no length that words of five characters fill.
    expect(cut(`An ${words(500)}`).every((chunk) => /^(An )?(word )*word+$/.test(chunk))).toBe(true)
  })

  it('of one word is cut between characters', () => {
    expect(cut(`a${'😀'.repeat(150)}`)).toEqual([`a${'😀'.repeat(99)}`, '😀'.repeat(51)])
  })
})

describe('overlap', () => {
  it('repeats the last sentences where a section goes on', () => {
    const [first, second] = cut(sentences(9), { overlap: 50 })
    expect(first).toBe(sentences(5))
    expect(second?.startsWith(`${sentence(5)} ${sentence(6)}`)).toBe(true)
  })

  it('repeats whole lines', () => {
    const items = Array.from({ length: 20 }, (_, i) => `- number ${i} of the list`)
    const found = cut(items.join('\n'), { overlap: 30 })
    found.slice(1).forEach((chunk, i) => expect(found[i]?.split('\n').at(-1)).toBe(chunk.split('\n')[0]))
  })

  it('never crosses into another section', () => {
    const text = `# A\n\n${sentences(4)}\n\n# B\n\n${sentences(4)}`
    expect(cut(text, { overlap: 100 })).toEqual(cut(text))
  })

  it('reaches back to the nearest heading and no further', () => {
    const [outer, inner] = ['Outer\n=====', 'Inner\n=====']
    const text = `${outer}\n\n${inner}\n\n${sentences(2)}`
    expect(cut(text, { size: 75, overlap: 37 })).toEqual([`${outer}\n\n${inner}\n\n${sentence(1)}`, sentence(2)])
    expect(cut(text, { size: 150, overlap: 75 })).toEqual([text])
  })

  it('never starts inside a fence or a word', () => {
    const fence = `\`\`\`\n${'line of code\n'.repeat(12)}\`\`\``
    expect(cut(`${fence}\n\n${words(100)}`, { overlap: 100 })).toEqual([fence, words(100)])
    expect(cut('x'.repeat(500), { overlap: 100 })).toEqual(cut('x'.repeat(500)))
  })

  it('gives way to a block that would otherwise not fit', () => {
    const text = `${sentences(4)}\n\n${words(190)}`
    expect(cut(text, { overlap: 100 })).toEqual([sentences(4), words(190)])
  })
})

describe('offsets', () => {
  it.each(['\n', '\r\n', '\r'])('count in the text as it is (%j)', (end) => {
    const text = ['', '# A', '', words(100), '', 'Under', '---', words(120), ''].join(end)
    expect(chunks(text)).toEqual([
      { start: end.length, end: text.indexOf('Under') - 2 * end.length, headings: ['A'], tableHead: null },
      { start: text.indexOf('Under'), end: text.length - end.length, headings: ['A', 'Under'], tableHead: null },
    ])
  })

  it.each(['', ' ', '\n\t\r\n', '\ufeff\u3000'])('of a blank text (%j) are none', (text) => {
    expect(chunks(text)).toEqual([])
    expect(chunks(text, { format: 'text' })).toEqual([])
  })
})
