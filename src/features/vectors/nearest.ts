import { type SQL, sql } from 'drizzle-orm'
import { SKETCH_BITS } from '../../embeddings/sketch.ts'
import { toStoredVector } from '../../embeddings/stored-vector.ts'
import type { EmbeddingVector } from '../../embeddings/vector.ts'

/** Up to so many vectors of one user are compared one by one, whatever else the search asks for. */
export const EXACT_LIMIT = 10_000
/** Of a user with more, those whose sketches are nearest: these are compared. */
export const CANDIDATES = 2_000

export interface NearestOptions {
  userId: string
  embedding: ArrayLike<number> | EmbeddingVector
  limit: number
  /** What is searched, in terms of the columns of `chat_vectors v` that `chat_vectors_sketch_idx` has. */
  condition: SQL
}

/**
 * For a transaction that searches: sets that fit into memory, no compiling of what runs once, and no parallel workers, which
 * would be started for the branch that is not taken, too, and cost a large user's search more than they save.
 */
export const searchSettings = sql`select set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
  set_config('max_parallel_workers_per_gather', '0', true)`

/**
 * A user's nearest vectors by cosine, as CTEs to stand behind a `with`. The last one, `nearest`, has `id`, `message_id`,
 * `chunk_id`, `score` (cosine similarity) and `exact`: whether all were compared. `query` holds what was asked for, as
 * `vector`.
 *
 * A user with few vectors gets them all compared. One with many gets the nearest by sketch, off an index in which a user's
 * sketches lie side by side, and these compared: all that the condition leaves, where that is less than `CANDIDATES`. Which
 * branch runs is decided while the statement runs; the other costs nothing. See docs/decisions/026-sketches.md.
 */
export function nearest({ userId, embedding, limit, condition }: NearestOptions): SQL {
  const asked = toStoredVector(embedding)
  const distance = sql`v.embedding <=> (select vector from query)`
  const mine = sql`from chat_vectors v where v.user_id = ${userId} and ${condition}`
  return sql`
    query as materialized (
      select ${asked.embedding}::vector as vector, ${asked.sketch}::bit(${sql.raw(String(SKETCH_BITS))}) as sketch
    ), size as (
      select count(*) > ${EXACT_LIMIT} as large
      from (select from chat_vectors where user_id = ${userId} limit ${EXACT_LIMIT + 1}) own
    ), candidates as materialized (
      select v.id ${mine} and (select large from size)
      order by v.sketch <~> (select sketch from query) nulls first limit ${CANDIDATES}
    ), nearest as (
      select id, message_id, chunk_id, 1 - distance as score, exact from (
        (select v.id, v.message_id, v.chunk_id, ${distance} as distance, true as exact ${mine}
          and not (select large from size) order by distance limit ${limit})
        union all
        (select v.id, v.message_id, v.chunk_id, ${distance} as distance, (select count(*) < ${CANDIDATES} from candidates)
          from candidates c join chat_vectors v on v.user_id = ${userId} and v.id = c.id
          order by distance limit ${limit})) compared
    )`
}

/** Leaves out the chunks of deleted documents. The vectors of deleted messages are gone. */
export const inLiveDocument = (userId: string): SQL => sql`not exists (
  select from documents d where d.user_id = ${userId} and d.id = v.document_id and d.deleted_at is not null)`

/** How the nearest were found, from all of them: also from those below the threshold. None at all means all compared. */
export const recallOf = (rows: readonly { exact: boolean }[]): 'exact' | 'approximate' =>
  rows.every((row) => row.exact) ? 'exact' : 'approximate'

/** Those of at least this cosine similarity. Not in SQL: `recallOf` needs the others, too. */
export const above = <T extends { score: number }>(rows: readonly T[], threshold = -Infinity): T[] =>
  rows.filter((row) => row.score >= threshold)
