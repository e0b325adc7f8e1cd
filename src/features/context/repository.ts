import type { Database } from '../../db/database.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { UNKNOWN_LEAF } from '../messages/repository.ts'
import { type Found, sendSearch } from '../search/repository.ts'
import type { Search } from '../search/sql/statement.ts'
import { type Gaps, gapKey } from './passages.ts'
import { foundRow, foundStatement, gapIn, type GapRow } from './sql/found.ts'
import { conversationOf, conversationRow, recentOf, type RecentRow, recentRow } from './sql/recent.ts'

/** Which turns to read. */
export interface RecentQuery {
  conversationId: string
  /** Of the path to this message; null for the active leaf. */
  leafId: string | null
  /** How many messages are looked at. */
  limit: number
  /** How much of their texts is read. */
  bytes: number
}

export interface StoredTurns {
  systemPrompt: string | null
  /** Newest first; those that are not finished without their text. */
  rows: RecentRow[]
}

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
  const recentQueries = ({ leafId: leaf, ...query }: RecentQuery) =>
    [
      conversationOf({ userId, conversationId: query.conversationId, leaf }),
      recentOf({ userId, leaf, ...query }),
    ] as const

  return {
    async recent(query) {
      const [results, error] = await db.read('context.recent', () => recentQueries(query))
      return error ? fail(error) : toTurns(query, results[0].rows, results[1].rows)
    },

    async find(search, tokens, query) {
      const statement = foundStatement(userId, search)
      const [sent, error] = await sendSearch(db, 'context.find', { userId, statement, tokens }, () =>
        query ? recentQueries(query) : [],
      )
      if (error) return fail(error)
      const [row, unfit] = oneRow([sent.row], foundRow)
      if (unfit) return fail(unfit)
      const context = { found: sent.found, titles: row.titles ?? {}, gaps: gapsIn(row.gaps ?? [], sent.found) }
      const [conversation, recent] = sent.others
      if (!query || !conversation || !recent) return ok({ ...context, stored: null })
      const [stored, missing] = toTurns(query, conversation.rows, recent.rows)
      return missing ? fail(missing) : ok({ ...context, stored })
    },
  }
}

function toTurns({ leafId }: RecentQuery, conversation: unknown[], recent: unknown[]): Result<StoredTurns> {
  const [found, missing] = oneRow(conversation, conversationRow)
  if (missing) return fail(missing)
  if (leafId !== null && !found.hasLeaf) return fail(UNKNOWN_LEAF)
  const [rows, unfit] = allRows(recent, recentRow)
  return unfit ? fail(unfit) : ok({ systemPrompt: found.systemPrompt, rows })
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
