import * as z from 'zod'
import type { Database } from '../../db/database.ts'
import { oneRow } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { searchHit, type SearchResults } from './schemas.ts'
import { type Search, searchStatement } from './sql/statement.ts'

/** What a search found; `hits` has one more than the limit where there are more. */
export interface Found extends Pick<
  SearchResults,
  'recall' | 'belowThreshold' | 'pendingEmbeddings' | 'failedEmbeddings' | 'otherModels'
> {
  hits: z.output<typeof searchHit>[]
}

/** What one user can find. */
export interface SearchRepository {
  /** The best first; nothing that is deleted. `mixed_models` where no model is named, and there are several. */
  search(search: Search): Promise<Result<Found>>
}

const foundRow = z.object({
  hits: z.array(searchHit),
  mixed: z.boolean(),
  others: z.int(),
  exact: z.boolean(),
  below: z.int(),
  pending: z.int(),
  failed: z.int(),
})

export function createSearchRepository(db: Database, userId: string): SearchRepository {
  return {
    async search(search) {
      const [results, error] = await db.read(`search.${search.mode}`, (q) => [
        q.execute(searchStatement(userId, search)),
      ])
      if (error) return fail(error)
      const [found, unfit] = oneRow(results[0].rows, foundRow)
      if (unfit) return fail(unfit)
      const { hits, mixed, others, exact, below, pending, failed } = found
      if (mixed) return fail({ code: 'mixed_models' })
      return ok({
        hits,
        recall: exact ? 'exact' : 'approximate',
        belowThreshold: below,
        pendingEmbeddings: pending,
        failedEmbeddings: failed,
        otherModels: others,
      })
    },
  }
}
