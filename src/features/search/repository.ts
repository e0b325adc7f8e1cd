import * as z from 'zod'
import type { Database } from '../../db/database.ts'
import { oneRow } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { countQuestion } from '../usage/sql/embedded.ts'
import { searchHit, type SearchResults } from './schemas.ts'
import { type Search, searchStatement } from './sql/statement.ts'

/** What a search found; `hits` has one more than the limit where there are more. */
export interface Found extends Pick<
  SearchResults,
  'recall' | 'belowThreshold' | 'pendingEmbeddings' | 'failedEmbeddings' | 'otherModels'
> {
  hits: z.output<typeof searchHit>[]
  /** Tokens of this user, with those of the question; null where it cost nothing. */
  embeddedToday: number | null
}

/** What one user can find. */
export interface SearchRepository {
  /**
   * The best first; nothing that is deleted. `mixed_models` where no model is named, and there are several.
   *
   * @param tokens what the question has cost the provider; they are counted
   */
  search(search: Search, tokens?: number): Promise<Result<Found>>
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

const embeddedRow = z.object({ embedded: z.coerce.number() })

export function createSearchRepository(db: Database, userId: string): SearchRepository {
  return {
    async search(search, tokens = 0) {
      const name = `search.${search.mode}`
      const statement = searchStatement(userId, search)
      const [results, error] =
        tokens === 0
          ? await db.read(name, (q) => [q.execute(statement)])
          : await db.write(
              name,
              (q) => [q.execute(statement), q.execute(countQuestion(userId, tokens))],
              {},
              { repeatable: true },
            )
      if (error) return fail(error)
      const [found, unfit] = oneRow(results[0].rows, foundRow)
      if (unfit) return fail(unfit)
      const [counted, uncounted] = results[1] ? oneRow(results[1].rows, embeddedRow) : ok(null)
      if (uncounted) return fail(uncounted)
      const { hits, mixed, others, exact, below, pending, failed } = found
      if (mixed) return fail({ code: 'mixed_models' })
      return ok({
        hits,
        recall: exact ? 'exact' : 'approximate',
        belowThreshold: below,
        pendingEmbeddings: pending,
        failedEmbeddings: failed,
        otherModels: others,
        embeddedToday: counted?.embedded ?? null,
      })
    },
  }
}
