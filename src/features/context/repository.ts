import type { Database } from '../../db/database.ts'
import { oneRow } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { type RecentQuery, recentQueries, type StoredTurns, toTurns } from '../messages/recent.ts'
import { type Found, sendSearch } from '../search/repository.ts'
import type { Search } from '../search/sql/statement.ts'
import { type Gaps, gapKey } from './passages.ts'
import { foundRow, foundStatement, gapIn, type GapRow } from './sql/found.ts'

export interface FoundContext {
  found: Found
  /** Of the conversations that messages were found in. */
  titles: Record<string, string>
  gaps: Gaps
  /** Null where no conversation was asked for. */
  stored: StoredTurns | null
}

/** What one user's contexts are made of: `not_found` for a conversation that is missing, deleted or somebody else's. */
export interface ContextRepository {
  recent(query: RecentQuery): Promise<Result<StoredTurns>>
  /**
   * Searches, and reads the turns of a conversation in the same batch where one is named.
   *
   * @param tokens what the question has cost the provider; they are counted
   */
  find(search: Search, tokens: number, query: RecentQuery | null): Promise<Result<FoundContext>>
}

export function createContextRepository(db: Database, userId: string): ContextRepository {
  return {
    async recent(query) {
      const [results, error] = await db.read('context.recent', () => recentQueries(userId, query))
      return error ? fail(error) : toTurns(query.leafId, results[0].rows, results[1].rows)
    },

    async find(search, tokens, query) {
      const statement = foundStatement(userId, search)
      const [sent, error] = await sendSearch(db, 'context.find', { userId, statement, tokens }, () =>
        query ? recentQueries(userId, query) : [],
      )
      if (error) return fail(error)
      const [row, unfit] = oneRow([sent.row], foundRow)
      if (unfit) return fail(unfit)
      const context = { found: sent.found, titles: row.titles ?? {}, gaps: gapsIn(row.gaps ?? [], sent.found) }
      const [conversation, recent] = sent.others
      if (!query || !conversation || !recent) return ok({ ...context, stored: null })
      const [stored, missing] = toTurns(query.leafId, conversation.rows, recent.rows)
      return missing ? fail(missing) : ok({ ...context, stored })
    },
  }
}

function gapsIn(rows: readonly GapRow[], { hits }: Found): Gaps {
  const chunks = hits.filter((hit) => hit.source === 'document')
  return new Map(
    rows.flatMap((row): [string, string][] => {
      const ofDocument = chunks.filter(({ documentId }) => documentId === row.documentId)
      const before = ofDocument.find(({ end }) => end === row.start)
      const after = ofDocument.find(({ start }) => start === row.end)
      const gap = before && after ? gapIn(row, before.content, after.content) : null
      return gap === null ? [] : [[gapKey(row.documentId, row.start, row.end), gap]]
    }),
  )
}
