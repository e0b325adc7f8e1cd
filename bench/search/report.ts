import { median, ratio } from '../stats.ts'
import type { Filter, Kind } from './questions.ts'

export type Samples = Record<'parley' | 'bare' | 'plain' | 'origin', number[]>

const HEAD = 'vectors|search|1 % filter|Parley|no security|ratio|plain SQL|ratio|origin|recall: Parley|origin'.split(
  '|',
)
const WIDTHS = [8, 15, 12, 16, 16, 8, 16, 8, 18, 16, 8]

export const printHead = (): void => print(HEAD)

/** One line of the table. The origin ranks no words: whether its hits are the best says nothing. */
export function printRow(row: {
  vectors: number
  kind: Kind
  filter: Filter
  samples: Samples
  recall: Record<keyof Samples, number>
}): void {
  const { kind, samples, recall } = row
  print([
    String(row.vectors),
    kind,
    { none: '', metadata: 'metadata', place: 'ids' }[row.filter],
    spread(samples.parley),
    spread(samples.bare),
    ratio(median(samples.parley), median(samples.bare)),
    spread(samples.plain),
    ratio(median(samples.parley), median(samples.plain)),
    samples.origin.length > 0 ? spread(samples.origin) : '–',
    recall.parley.toFixed(3),
    kind === 'semantic' ? recall.origin.toFixed(3) : '–',
  ])
}

const print = (cells: readonly string[]) =>
  console.log(cells.map((cell, column) => cell.padStart(WIDTHS[column] ?? 0)).join(''))

const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(1)} / ${percentile(values, 95).toFixed(1)}`

/** The smallest value that so many percent do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN
}
