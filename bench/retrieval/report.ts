import { ratio } from '../stats.ts'
import { type Asked, BM25, HYBRID, MOST } from './ask.ts'
import { bestOf, mean, recallAt, reciprocalRank } from './score.ts'

/** A question whose first right answer hybrid finds later than this is listed. */
const LATE = 5

const WIDTHS = [30, 16, 24]

export function printHeader(): void {
  printRow(['set', 'questions', 'mode'], ['recall@5', `recall@${MOST}`, `MRR@${MOST}`, '÷ BM25'])
}

/** A row for each mode: of all questions, then of each group where there are several. `÷ BM25` is of recall@10. */
export function printFigures(name: string, asked: readonly Asked[]): void {
  const groups = [...new Set(asked.map(({ group }) => group))]
  for (const group of groups.length > 1 ? ['all', ...groups] : ['all']) {
    const some = asked.filter((one) => group === 'all' || one.group === group)
    const recallOf = (mode: string, k: number): number =>
      mean(some.map(({ needs, places }) => recallAt(k, { needs, places: places[mode] ?? [] })))
    for (const [index, mode] of Object.keys(some[0]?.places ?? {}).entries()) {
      const rank = mean(some.map(({ places }) => reciprocalRank(MOST, places[mode] ?? [])))
      const figures = [recallOf(mode, 5), recallOf(mode, MOST), rank].map((figure) => figure.toFixed(3))
      const labels = index === 0 ? [group === 'all' ? name : '', `${group} (${some.length})`, mode] : ['', '', mode]
      const [own, base] = [recallOf(mode, MOST), recallOf(BM25, MOST)]
      printRow(labels, [...figures, mode === BM25 || base === 0 ? '' : ratio(own, base)])
    }
  }
}

/** With `VERBOSE=1`, what hybrid finds late or never. */
export function printLate(name: string, asked: readonly Asked[]): void {
  const late = asked.filter(({ places }) => (bestOf(places[HYBRID] ?? []) ?? Number.POSITIVE_INFINITY) > LATE)
  console.log(`  ${name}: hybrid has nothing right among its first ${LATE} for ${late.length} questions.`)
  if (!process.env.VERBOSE) return
  for (const { group, question, places, answers } of late) {
    const where = Object.entries(places).map(([mode, found]) => `${mode} ${bestOf(found) ?? '–'}`)
    const right = [...new Set(answers.map(({ text }) => text))]
    console.log(`    ${group}: ${question}\n      ${where.join('; ')}; answered by ${right.join(', ')}`)
  }
}

const printRow = (labels: readonly string[], figures: readonly string[]): void =>
  console.log(
    `  ${labels.map((label, i) => label.padEnd(WIDTHS[i] ?? 0)).join('')}${figures.map((figure) => figure.padStart(11)).join('')}`.trimEnd(),
  )
