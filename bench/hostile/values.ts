/** A JSON value in so many bytes at most. */
export type Value = (bytes: number) => string

const size = (text: string): number => Buffer.byteLength(text)

/** One string: `head`, `unit` as often as there is room, `tail`; all of them as they stand in JSON. */
export const text =
  (unit: string, { head = '', tail = '' } = {}): Value =>
  (bytes) =>
    `"${head}${unit.repeat(Math.floor((bytes - 2 - size(head) - size(tail)) / size(unit)))}${tail}"`

/** `open`, as many items as there is room for, `close`. */
export const many =
  (open: string, item: string | ((i: number) => string), close: string): Value =>
  (bytes) => {
    const items: string[] = []
    const itemAt = typeof item === 'string' ? () => item : item
    let left = bytes - size(open) - size(close) + 1
    for (let i = 0; ; i++) {
      const next = itemAt(i)
      left -= size(next) + 1
      if (left < 0) return open + items.join(',') + close
      items.push(next)
    }
  }

const listOf = (item: string | ((i: number) => string)): Value => many('[', item, ']')
const objectOf = (member: string | ((i: number) => string)): Value => many('{', member, '}')
const nested =
  (open: string, inside: string, close: string): Value =>
  (bytes) => {
    const depth = Math.floor((bytes - size(inside)) / size(open + close))
    return open.repeat(depth) + inside + close.repeat(depth)
  }

/** What one can put into a mebibyte, each in another way a trouble. */
export const VALUES: Readonly<Record<string, Value>> = {
  'a long word': text('x'),
  'white space': text(' '),
  'white space within': text(' ', { head: 'x', tail: 'x' }),
  'Unicode white space': text('\u3000', { head: 'x' }),
  escapes: text(String.raw`\u0041`),
  'escaped quotes': text(String.raw`\"`),
  'surrogate pairs': text('😀'),
  'a lone surrogate at the end': text('😀', { tail: String.raw`\ud800` }),
  'NUL at the end': text('x', { tail: String.raw`\u0000` }),
  'combining characters': text('\u0301', { head: 'e' }),
  'a long address': text('x/', { head: 'https://example.com/' }),
  'one number': (bytes) => '7'.repeat(bytes),
  zeros: listOf('0'),
  nulls: listOf('null'),
  'tiny numbers': listOf('1e-400'),
  'numbers of 300 digits': listOf('7'.repeat(300)),
  'integers beyond 2^53': listOf('9007199254740993'),
  'objects of integers beyond 2^53': listOf('{"a":9007199254740993}'),
  'zeros and an integer beyond 2^53': many('[', '0', ',9007199254740993]'),
  'empty objects': listOf('{}'),
  'empty lists': listOf('[]'),
  'empty strings': listOf('""'),
  'different strings': listOf((i) => `"${i.toString(36)}"`),
  'small objects': listOf('{"a":0,"b":"c"}'),
  'objects of all shapes': listOf((i) => `{"${i.toString(36)}":0}`),
  'short names': objectOf((i) => `"${i.toString(36)}k":0`),
  'names with escapes': objectOf((i) => `"\\u006b${i.toString(36)}":0`),
  'names that are numbers': objectOf((i) => `"${i}":0`),
  'names that are far numbers': objectOf((i) => `"${i * 65_536}":0`),
  'one name again and again': objectOf('"a":0'),
  'names of 1 KiB': objectOf((i) => `"${String(i).padStart(1024, 'k')}":0`),
  'nested lists': nested('[', '', ']'),
  'nested objects': nested('{"a":', '0', '}'),
}
