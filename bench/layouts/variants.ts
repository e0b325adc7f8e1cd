import type { Client } from 'pg'
import { sketchOf } from '../../src/embeddings/sketch.ts'
import { type EmbeddingVector, toVectorLiteral } from '../../src/embeddings/vector.ts'
import { percentile } from '../search/report.ts'
import { median } from '../stats.ts'
import type { Reader } from './tables.ts'

const LIMIT = 10

/** One way to find the nearest. */
interface Variant {
  name: string
  settings?: Record<string, string>
  /** `$1` is the user, `$2` the vector, `$3` its sketch. */
  text: string
}

const ordered = (table: string, type = 'vector') =>
  `select id from ${table} where user_id = $1 order by embedding <=> $2::${type} limit ${LIMIT}`

const iterative = (order: 'strict' | 'relaxed', ef: number, tuples: number): Variant => ({
  name: `HNSW, iterative (${order}, ef ${ef}, ${tuples} tuples)`,
  settings: {
    'hnsw.iterative_scan': `${order}_order`,
    'hnsw.ef_search': String(ef),
    'hnsw.max_scan_tuples': String(tuples),
  },
  text:
    order === 'strict'
      ? ordered('indexed')
      : `with found as materialized (select id, embedding <=> $2::vector as distance from indexed where user_id = $1
           order by distance limit ${LIMIT}) select id from found order by distance`,
})

const sketched = (candidates: number): Variant => ({
  name: `sketches, then ${candidates} compared`,
  text: `select i.id from (select id from sketches where user_id = $1 order by sketch <~> $3::bit(2048) limit ${candidates}) c
    join inline i on i.user_id = $1 and i.id = c.id order by i.embedding <=> $2::vector limit ${LIMIT}`,
})

export const VARIANTS: readonly Variant[] = [
  { name: 'exact, in the row (PLAIN)', text: ordered('inline') },
  { name: 'exact, out of line (default)', text: ordered('outside') },
  { name: 'exact, halfvec in the row', text: ordered('half', 'halfvec') },
  { name: 'HNSW, default', text: ordered('indexed') },
  ...[40, 100, 200].map((ef) => iterative('strict', ef, 20_000)),
  iterative('strict', 200, 100_000),
  ...[40, 200].map((ef) => iterative('relaxed', ef, 20_000)),
  { name: 'HNSW, 16 parts by hash of user', text: ordered('parts') },
  {
    name: 'HNSW, 16 parts, iterative (strict, ef 100)',
    settings: { 'hnsw.iterative_scan': 'strict_order', 'hnsw.ef_search': '100' },
    text: ordered('parts'),
  },
  ...[500, 1_000, 2_000, 5_000].map(sketched),
]

/** What a variant took for a reader's queries, and how many of the ten nearest it found. */
export interface Figures {
  p50: number
  p95: number
  recall: number
  /** The fewest that it answered. */
  rows: number
}

/** The ten nearest to each query, all compared. */
export async function truthOf(superuser: Client, { userId, queries }: Reader): Promise<Set<string>[]> {
  const truth: Set<string>[] = []
  for (const query of queries) {
    const { rows } = await superuser.query<{ id: string }>(ordered('inline'), [userId, toVectorLiteral(query)])
    truth.push(new Set(rows.map(({ id }) => id)))
  }
  return truth
}

export async function measureVariant(
  superuser: Client,
  { settings = {}, text }: Variant,
  { userId, queries }: Reader,
  truth: readonly Set<string>[],
): Promise<Figures> {
  const times: number[] = []
  let [found, rows] = [0, Infinity]
  const parameters = (query: EmbeddingVector) => [
    userId,
    toVectorLiteral(query),
    ...(text.includes('$3') ? [sketchOf(query)] : []),
  ]
  await superuser.query('begin')
  if (/indexed|parts/.test(text)) await superuser.query('set local enable_seqscan = off; set local enable_sort = off')
  for (const [name, value] of Object.entries(settings)) await superuser.query(`set local ${name} = '${value}'`)
  for (const query of queries.slice(0, 3)) await superuser.query(text, parameters(query))
  for (const [i, query] of queries.entries()) {
    const values = parameters(query)
    const started = performance.now()
    const answer = await superuser.query<{ id: string }>(text, values)
    times.push(performance.now() - started)
    found += answer.rows.filter(({ id }) => truth[i]?.has(id)).length
    rows = Math.min(rows, answer.rows.length)
  }
  await superuser.query('commit')
  return { p50: median(times), p95: percentile(times, 95), recall: found / (LIMIT * queries.length), rows }
}
