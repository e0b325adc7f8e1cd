import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readReleases } from '../../../dev/upgrade/releases.ts'

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)]
const TABLE = '| Version | Date | Commit | Schema |\n| --- | --- | --- | --- |'
const ROWS = `| 0.2.0 | 2026-12-24 | \`${B}\` | 0005_more |\n| 0.1.0 | 2026-12-01 | ${A} | 0003_access |`
const page = (deployed: string, rows = ROWS) => `# Releases\n\n${deployed}\n\n${TABLE}\n${rows}\n`

const first = { version: '0.1.0', date: '2026-12-01', commit: A, schema: '0003_access' }
const second = { version: '0.2.0', date: '2026-12-24', commit: B, schema: '0005_more' }

describe('docs/releases.md', () => {
  it('names the deployed release and those before it', () => {
    expect(readReleases(page('Deployed: 0.2.0'))).toEqual([second, first])
    expect(readReleases(page('Deployed: 0.1.0'))).toEqual([first])
  })

  it('says before the first deploy that there is none', () => {
    expect(readReleases(page('Deployed: none', ''))).toEqual([])
  })

  it('can be read as it is', async () => {
    expect(() => readReleases('')).toThrow('docs/releases.md cannot be read')
    expect(readReleases(await readFile('docs/releases.md', 'utf8'))).toBeInstanceOf(Array)
  })

  it.each([
    ['no line that names the deployed one', page('')],
    ['two such lines', page('Deployed: 0.1.0\nDeployed: 0.2.0')],
    ['more on that line', page('Deployed: 0.1.0 (production)')],
    ['a deployed release that is not in the table', page('Deployed: 0.3.0')],
    ['"none" though there are releases', page('Deployed: none')],
    ['no table', 'Deployed: none\n'],
    ['a table with other columns', page('Deployed: 0.1.0').replace('Schema', 'Migration')],
    ['a table without its line of dashes', page('Deployed: 0.1.0').replace('| --- | --- | --- | --- |\n', '')],
    ['a row with a cell too few', page('Deployed: 0.1.0', `| 0.1.0 | 2026-12-01 | ${A} |`)],
    ['a short commit', page('Deployed: 0.1.0', '| 0.1.0 | 2026-12-01 | aaaaaaaaaa | 0003_access |')],
    ['another kind of date', page('Deployed: 0.1.0', `| 0.1.0 | 1 December 2026 | ${A} | 0003_access |`)],
    ['a version with a v', page('Deployed: 0.1.0', `| v0.1.0 | 2026-12-01 | ${A} | 0003_access |`)],
    ['a schema that is no migration', page('Deployed: 0.1.0', `| 0.1.0 | 2026-12-01 | ${A} | access |`)],
    ['the same version twice', page('Deployed: 0.2.0', ROWS.replace('0.1.0', '0.2.0'))],
    ['the same commit twice', page('Deployed: 0.2.0', ROWS.replace(A, B))],
    ['the oldest release first', page('Deployed: 0.2.0', ROWS.split('\n').toReversed().join('\n'))],
  ])('is refused with %s', (_, text) => {
    expect(() => readReleases(text)).toThrow('docs/releases.md cannot be read')
  })
})
