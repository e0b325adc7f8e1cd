/** A row of docs/releases.md. */
export interface Release {
  version: string
  /** YYYY-MM-DD */
  date: string
  /** All 40 digits. */
  commit: string
  /** The newest migration, such as `0003_access`. */
  schema: string
}

const DEPLOYED = /^Deployed: (\S+)$/
const CELLS: Record<keyof Release, RegExp> = {
  version: /^\d+\.\d+\.\d+$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  commit: /^[\da-f]{40}$/,
  schema: /^\d{4}_\w+$/,
}
const HEADER = ['Version', 'Date', 'Commit', 'Schema']

/**
 * Parses docs/releases.md: one line `Deployed: <version>` or `Deployed: none`, and one table with the newest release first. Anything else
 * is an error, so that a typing error cannot disable the upgrade check.
 *
 * @returns the deployed release and those before it, the newest first; empty before the first deploy
 */
export function readReleases(text: string): Release[] {
  const lines = text.split('\n').map((line) => line.trim())
  const releases = readTable(lines)
  const named = lines.flatMap((line) => DEPLOYED.exec(line)?.[1] ?? [])
  const [version] = named
  if (version === undefined || named.length !== 1) throw invalid('one line "Deployed: <version>" is expected')
  if (version === 'none' && releases.length > 0) throw invalid('"Deployed: none" is only for an empty table')
  if (version === 'none') return []
  const deployed = releases.findIndex((release) => release.version === version)
  if (deployed === -1) throw invalid(`release ${version} is deployed, but not in the table`)
  return releases.slice(deployed)
}

function readTable(lines: readonly string[]): Release[] {
  const rows = lines.filter((line) => line.startsWith('|')).map(cellsOf)
  const [header, rule, ...body] = rows
  if (header?.join() !== HEADER.join()) throw invalid(`a table with the columns ${HEADER.join(', ')} is expected`)
  if (!rule?.every((cell) => /^:?-+:?$/.test(cell))) throw invalid('a line of dashes is expected below the header')
  const releases = body.map(toRelease)
  for (const key of ['version', 'commit'] as const) {
    const values = releases.map((release) => release[key])
    const twice = values.find((value, i) => values.indexOf(value) !== i)
    if (twice !== undefined) throw invalid(`${key} ${twice} is there twice`)
  }
  const isSorted = releases.every(({ date }, i) => i === 0 || date <= (releases[i - 1]?.date ?? ''))
  if (!isSorted) throw invalid('the newest release is expected first')
  return releases
}

const cellsOf = (line: string) =>
  line
    .replaceAll(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())

function toRelease(cells: readonly string[]): Release {
  const names = Object.keys(CELLS) as (keyof Release)[]
  if (cells.length !== names.length) throw invalid(`a row has ${cells.length} cells: ${cells.join(' | ')}`)
  const values = names.map((name, i) => {
    const value = (cells[i] ?? '').replaceAll('`', '')
    if (!CELLS[name].test(value)) throw invalid(`"${value}" is no ${name}, which matches ${CELLS[name].source}`)
    return [name, value] as const
  })
  return Object.fromEntries(values) as unknown as Release
}

const invalid = (why: string) => new Error(`docs/releases.md cannot be read: ${why}.`)
