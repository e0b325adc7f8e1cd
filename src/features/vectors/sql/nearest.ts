import { type SQL, sql } from 'drizzle-orm'
import { toStoredVector } from '../../../embeddings/stored-vector.ts'
import { sketchType } from '../../embeddings/table.ts'

/** Up to so many vectors of one user are compared one by one, whatever else the search asks for. */
export const EXACT_LIMIT = 10_000
/** Of a user with more, those whose sketches are nearest: these are compared. */
export const CANDIDATES = 2_000

/** Beyond that nobody counts jobs, or vectors of another model. */
export const MAX_COUNTED = 10_000

/** What is searched: conditions as `app.resolve_scope` reads them, empty for everything. */
export type VectorScope = Record<string, unknown>

/** What a search is for, as expressions. */
export interface NearestQuery {
  /** What to compare with, and its sketch. */
  vector: SQL
  sketch: SQL
  /** The scope that is meant: `app.search_scope`. */
  scope: SQL
}

/** @param embedding null where nothing is to be compared */
export function askedFor(userId: string, scope: VectorScope, embedding: ArrayLike<number> | null): NearestQuery {
  const stored = embedding && toStoredVector(embedding)
  return {
    vector: sql`${stored?.embedding ?? null}::vector`,
    sketch: sql`${stored?.sketch ?? null}::${sketchType}`,
    scope: sql`app.resolve_scope(${userId}, ${JSON.stringify(scope)})`,
  }
}

/**
 * A user's nearest vectors, to stand in a `from` as `n`: `id`, `source` and `text_id` (docs/decisions/030-client-ids.md), `similarity` (by cosine), `is_exact`,
 * whether all in the scope were compared, and `position`. See docs/decisions/026-sketches.md.
 */
export const nearest = (
  userId: string,
  { vector, sketch, scope }: NearestQuery,
  model: string | null,
  limit: number,
): SQL => sql`
  app.nearest(${userId}, ${vector}, ${sketch}, ${model}, ${scope}, ${limit}, ${EXACT_LIMIT}, ${CANDIDATES})
    with ordinality n (id, source, text_id, similarity, is_exact, position)`

/** How the nearest were found, from all of them: also from those below the threshold. None at all means all compared. */
export const recallOf = (rows: readonly { exact: boolean }[]): 'exact' | 'approximate' =>
  rows.every((row) => row.exact) ? 'exact' : 'approximate'

/** Those of at least this cosine similarity. Not in SQL: `recallOf` needs the others, too. */
export const above = <T extends { score: number }>(rows: readonly T[], threshold = -Infinity): T[] =>
  rows.filter((row) => row.score >= threshold)
