import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unstable_getVarsForDev as readAsWrangler } from 'wrangler'
import { formatEnvFile, readEnvFile } from '../../../dev/settings-file.ts'

let directory: string
let path: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-env-'))
  path = join(directory, 'some.env')
})
afterAll(() => rm(directory, { recursive: true }))

describe('The file that hands bindings to wrangler', () => {
  it.each([
    'plain',
    '',
    ' spaces at both ends ',
    'double " quote',
    "single ' quote",
    'back ` tick',
    `'in quotes'`,
    `"in quotes"`,
    `double " and single '`,
    `all of ' " and \``,
    'a # that is no comment',
    '# at the start',
    '$HOME ${HOME} $',
    String.raw`\$HOME`,
    String.raw`back\slash \n \r`,
    'ends with \\',
    'two\nlines',
    'two\r\nlines',
    '\n',
    'X=1\nexport Y=2',
    '木漏れ日 😀',
  ])('carries %j unchanged, with others around it', (value) =>
    arrives({ BEFORE: "'", VALUE: value, AFTER: '# `\n', HOME: 'x' }),
  )

  it.each([`' " \` #`, `' " \`\n`, "'\\", '\r\\'])('refuses %j, which it cannot carry, by name only', (value) => {
    expect(() => formatEnvFile({ NAME: value })).toThrow(/^NAME mixes quotes, backslashes and line breaks/)
  })

  it('carries whatever it does not refuse', async () => {
    const pieces = [`'`, `"`, '`', '\\', '$', '{A}', '#', '\n', '\r', ' ', 'n', 'r', 'A', '=']
    for (let i = 0; i < 20; i += 1) {
      const values = Array.from({ length: 50 }, () => Array.from({ length: 1 + (i % 7) }, () => pick(pieces)).join(''))
      await arrives(Object.fromEntries(values.filter(isCarried).map((value, n) => [`V${n}`, value])))
    }
  })
})

describe('.dev.vars', () => {
  it('is read as wrangler reads it: quotes, comments, export, line ends of any system', async () => {
    const text = [
      '\uFEFFFIRST=1\r',
      '# COMMENT=1',
      'PLAIN=http://localhost:5173 # comment',
      `SINGLE='it # is $HOME'`,
      'export DOUBLE="two\\nlines"',
      'EMPTY=',
      'BACK=`a "b"`',
      '  INDENTED = yes ',
    ].join('\n')
    await writeFile(join(directory, '.dev.vars'), text)
    const wrangler = readAsWrangler(join(directory, 'wrangler.toml'), undefined, {}, undefined, true)
    const expected = Object.fromEntries(Object.entries(wrangler).map(([name, { value }]) => [name, value]))
    expect(Object.keys(expected)).toHaveLength(7)
    expect(await readEnvFile(join(directory, '.dev.vars'))).toEqual(expected)
  })
})

async function arrives(variables: Record<string, string>): Promise<void> {
  await writeFile(path, formatEnvFile(variables))
  const bindings = Object.entries(readAsWrangler(undefined, [path], {}, undefined, true))
  expect(Object.fromEntries(bindings.map(([name, { value }]) => [name, value]))).toEqual(variables)
}

const pick = (pieces: readonly string[]) => pieces[Math.floor(Math.random() * pieces.length)] ?? ''

function isCarried(value: string): boolean {
  try {
    return formatEnvFile({ V: value }) !== ''
  } catch {
    return false
  }
}
