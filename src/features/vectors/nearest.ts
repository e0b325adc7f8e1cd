import { type SQLWrapper, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { type EmbeddingVector, toUnitLength, toVectorLiteral } from '../../embeddings/vector.ts'
import { chatVectors } from './table.ts'

/** Up to so many vectors of one user are compared one by one: exact, and faster than the index would be. */
export const EXACT_LIMIT = 10_000

/**
 * Settings of the index scan, for the batch's transaction: scan on until enough of the user's own rows are found.
 *
 * @see https://github.com/pgvector/pgvector#iterative-index-scans
 */
export const scanSettings = sql`select set_config('hnsw.iterative_scan', 'strict_order', true),
  set_config('hnsw.ef_search', '100', true), set_config('hnsw.max_scan_tuples', '20000', true)`

export interface NearestOptions {
  userId: string
  embedding: readonly number[] | EmbeddingVector
  limit: number
  /** Which rows of `chat_vectors v` count. */
  filter: SQLWrapper
}

/**
 * A user's nearest vectors by cosine, as a chain of CTEs whose last has `id`, `messageId`, `score` (cosine similarity) and `exact`.
 *
 * A user with few vectors gets them all compared. One with many gets the index with an iterative scan; and where that
 * ends with fewer rows than asked for, the comparison of all after all: never fewer rows than there are. Which branch
 * runs is decided while the statement runs; the other costs nothing.
 */
export function nearest(q: NeonHttpDatabase, { userId, embedding, limit, filter }: NearestOptions) {
  const literal = toVectorLiteral(toUnitLength(Float32Array.from(embedding)))
  const distance = sql`v.embedding <=> (select vector from query)`
  const mine = sql`from chat_vectors v where v.user_id = ${userId} and ${filter}`

  const query = q.$with('query', {}).as(sql`select ${literal}::vector as vector`)
  const size = q.$with('size', {}).as(sql`
    select count(*) > ${EXACT_LIMIT} as large
    from (select from chat_vectors where user_id = ${userId} limit ${EXACT_LIMIT + 1}) own`)
  const approximate = q.$with('approximate', {}).as(sql`
    select v.id, v.message_id, ${distance} as distance ${mine} and (select large from size) order by ${distance} limit ${limit}`)
  const complete = q.$with('complete', {}).as(sql`select count(*) = ${limit} as enough from approximate`)
  const candidates = q.$with('candidates', {}).as(sql`
    select id, message_id, distance, false as exact from approximate where (select enough from complete)
    union all
    (select v.id, v.message_id, ${distance} as distance, true as exact ${mine} and not (select enough from complete)
      order by (${distance}) + 0 limit ${limit})`)
  const found = q
    .$with('found', {
      id: chatVectors.id,
      messageId: chatVectors.messageId,
      score: sql<number>`score`.as('score'),
      exact: sql<boolean>`exact`.as('exact'),
    })
    .as(sql`select id, message_id, 1 - distance as score, exact from candidates`)
  return { chain: [query, size, approximate, complete, candidates, found], found }
}

/** How the nearest were found, from all of them: also from those below the threshold. None at all means all compared. */
export const recallOf = (rows: readonly { exact: boolean }[]): 'exact' | 'approximate' =>
  rows.every((row) => row.exact) ? 'exact' : 'approximate'

/** Those of at least this cosine similarity. Not in SQL: `recallOf` needs the others, too. */
export const above = <T extends { score: number }>(rows: readonly T[], threshold = -Infinity): T[] =>
  rows.filter((row) => row.score >= threshold)
