/** The same numbers below a bound at each run. */
export function dice(): (below: number) => number {
  let state = 1
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
const WORDS = 'a b x ok id no yes red plum apple price total'.split(' ')
const AMHARIC =
  'ሰላም እንዴት ነህ ዛሬ ወደ ገበያ ሄጄ ቡና እና ዳቦ ገዛሁ የኢትዮጵያ ዋና ከተማ አዲስ አበባ ናት ሰው ሁሉ ነጻ ሆኖ ይወለዳል ክብርና መብትም እኩል አለው ዝናብ በክረምት ብዙ ይዘንባል ተማሪዎች መጽሐፍ ያነባሉ'.split(
    ' ',
  )

const many = (length: number, make: () => string, separator = '') => Array.from({ length }, make).join(separator)

/** Texts that take many tokens for their length: encoded data, code, rows of signs, tables, scripts that tokenizers know little of. */
export function denseTexts(): Map<string, string[]> {
  const next = dice()
  const pick = (of: string | readonly string[]): string => of[next(of.length)] ?? ''
  const chosen = (makers: readonly [() => string, ...(() => string)[]]) => makers[next(makers.length)] ?? makers[0]
  const random = (length: number, alphabet: string) => many(length, () => pick(alphabet))
  const json = () =>
    JSON.stringify({
      sub: random(12, BASE64),
      iss: 'https://example.com',
      iat: 1_700_000_000 + next(10 ** 7),
      role: pick(WORDS),
    })
  const word = () => pick(WORDS)
  const regex = () =>
    chosen([
      () => `/^[${pick(['A', '0'])}-Z\\d._%+-]+@(?:[a-z\\d-]+\\.)+[a-z]{2,${next(9) + 2}}$/gi`,
      () => `(?<=\\s|^)(?!${word()})[^<>"'\\\\]{${next(9)},${next(90) + 9}}(?:\\b|$)`,
      () => `\\p{L}+(?:['’]\\p{L}+)*|\\p{N}{1,${next(9)}}|[^\\s\\p{L}\\p{N}]+`,
      () => `s/\\(${word()}\\)\\+/[\\1]*/g;s|^//*|#&|`,
    ])()
  const minified = () =>
    `${pick('abcet')}=function(${pick('et')},${pick('nr')}){return!${pick('et')}[${next(99)}]&&(${pick('nr')}=${pick('et')}.${word()}||{},${pick('abc')}+=${next(9)}),${pick('et')}?${pick('nr')}:void 0};`
  const table = () => {
    const cells = 2 + next(4)
    const cell = chosen([word, () => `${next(1_000)}`, () => random(1, BASE64), () => pick(['', 'x'])])
    const rows = Array.from({ length: 20 }, () => `| ${many(cells, cell, ' | ')} |`)
    return [rows[0], `|${pick(['---|', ' --- |', ':-:|']).repeat(cells)}`, ...rows].join('\n')
  }
  const makers: [kind: string, make: () => string][] = [
    ['base64', () => random(400 + next(800), `${BASE64}+/`)],
    ['JWT', () => many(3, () => Buffer.from(json() + random(60, BASE64)).toString('base64url'), '.')],
    ['base64 of text', () => Buffer.from(many(60, json)).toString('base64').slice(0, 1_200)],
    ['regular expressions', () => many(12, regex, '\n')],
    ['minified code', () => many(12, minified)],
    ['runs of punctuation', () => random(300, PUNCTUATION)],
    ['runs of pairs', () => (pick(PUNCTUATION) + pick(PUNCTUATION)).repeat(150)],
    [
      'one mark again',
      () => pick([...PUNCTUATION.split(''), '\t', '\r\n', '•', '═', '\u0301']).repeat(200 + next(300)),
    ],
    ['task lists', () => many(40, () => `- [${pick([' ', 'x'])}] ${many(1 + next(2), word, ' ')}`, '\n')],
    ['narrow tables', table],
    ['Amharic', () => many(60, () => pick(AMHARIC), ' ')],
  ]
  return new Map(makers.map(([kind, make]) => [kind, Array.from({ length: 30 }, make)]))
}
