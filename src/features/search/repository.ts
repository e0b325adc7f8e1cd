import type { SQL } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import * as z from 'zod'
import type { Database } from '../../db/database.ts'
import { oneRow } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { type PathEnd, saidQueries, toSaid } from '../messages/recent.ts'
import { countQuestion } from '../usage/sql/embedded.ts'
import { MAX_TURN_LENGTH } from './query.ts'
import { MAX_SAID, searchHit, type SearchResults } from './schemas.ts'
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
  /**
   * How the texts begin that were said on a path, newest last. `not_found` for a conversation that is missing, deleted or somebody
   * else's, `invalid_request` for a leaf that it does not have.
   */
  said(path: Omit<PathEnd, 'limit'>): Promise<Result<string[]>>
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
      const statement = searchStatement(userId, search)
      const [sent, error] = await sendSearch(db, `search.${search.mode}`, { userId, statement, tokens })
      return error ? fail(error) : ok(sent.found)
    },

    async said(path) {
      const [results, error] = await db.read('search.said', () =>
        saidQueries(userId, { ...path, limit: MAX_SAID, length: MAX_TURN_LENGTH }),
      )
      return error ? fail(error) : toSaid(path.leafId, results[0].rows, results[1].rows)
    },
  }
}

/** A search to send: `statement` returns one row, that of `searchStatement`, perhaps with more columns. */
export interface SentSearch {
  userId: string
  statement: SQL
  /** See {@link SearchRepository.search}. */
  tokens: number
}

/**
 * Sends a search, and in the same batch whatever else its caller reads.
 *
 * @returns what it found, its row, and the results of the other statements
 */
export async function sendSearch<T extends BatchItem<'pg'>>(
  db: Database,
  name: string,
  { userId, statement, tokens }: SentSearch,
  others: () => readonly T[] = () => [],
): Promise<Result<{ found: Found; row: unknown; others: T['_']['result'][] }>> {
  const [results, error] =
    tokens === 0
      ? await db.read(name, (q) => [q.execute(statement), ...others()])
      : await db.write(
          name,
          (q) => [q.execute(statement), ...others(), q.execute(countQuestion(userId, tokens))],
          {},
          { repeatable: true },
        )
  if (error) return fail(error)
  const [searched, ...rest] = results
  const [row, unfit] = oneRow(searched.rows, foundRow)
  if (unfit) return fail(unfit)
  const count = tokens === 0 ? null : (rest.pop() as typeof searched)
  const [counted, uncounted] = count ? oneRow(count.rows, embeddedRow) : ok(null)
  if (uncounted) return fail(uncounted)
  const { hits, mixed, others: otherModels, exact, below, pending, failed } = row
  if (mixed) return fail({ code: 'mixed_models' })
  const found: Found = {
    hits,
    recall: exact ? 'exact' : 'approximate',
    belowThreshold: below,
    pendingEmbeddings: pending,
    failedEmbeddings: failed,
    otherModels,
    embeddedToday: counted?.embedded ?? null,
  }
  return ok({ found, row: searched.rows[0], others: rest })
}
