import { allRows, oneRow } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { UNKNOWN_LEAF } from './repository.ts'
import { conversationOf, conversationRow, recentOf, type RecentRow, recentRow, saidOf, saidRow } from './sql/recent.ts'

/** A path of a conversation, and how far back it is looked at. */
export interface PathEnd {
  conversationId: string
  /** Of the path to this message; null for the active leaf. */
  leafId: string | null
  /** How many messages are looked at. */
  limit: number
}

/** Which turns to read. */
export interface RecentQuery extends PathEnd {
  /** How much of their texts is read. */
  bytes: number
}

export interface StoredTurns {
  systemPrompt: string | null
  /** Newest first; those that are not finished without their text. */
  rows: RecentRow[]
}

/** What reads the recent turns, for a batch: {@link toTurns} takes the rows of both. */
export const recentQueries = (userId: string, { leafId: leaf, ...query }: RecentQuery) =>
  [
    conversationOf({ userId, conversationId: query.conversationId, leaf }),
    recentOf({ userId, leaf, ...query }),
  ] as const

/** @returns `not_found` for a conversation that is missing, deleted or somebody else's, `invalid_request` for a leaf that it does not have */
export function toTurns(leafId: string | null, conversation: unknown[], recent: unknown[]): Result<StoredTurns> {
  const [found, missing] = pathIn(leafId, conversation)
  if (missing) return fail(missing)
  const [rows, unfit] = allRows(recent, recentRow)
  return unfit ? fail(unfit) : ok({ systemPrompt: found.systemPrompt, rows })
}

/** What reads only what the user has said, each text up to a length: {@link toSaid} takes the rows of both. */
export const saidQueries = (userId: string, { leafId: leaf, ...query }: PathEnd & { length: number }) =>
  [conversationOf({ userId, conversationId: query.conversationId, leaf }), saidOf({ userId, leaf, ...query })] as const

/** @returns the texts, newest last; errors as {@link toTurns} */
export function toSaid(leafId: string | null, conversation: unknown[], said: unknown[]): Result<string[]> {
  const [, missing] = pathIn(leafId, conversation)
  if (missing) return fail(missing)
  const [rows, unfit] = allRows(said, saidRow)
  return unfit ? fail(unfit) : ok(rows.map(({ content }) => content).toReversed())
}

function pathIn(leafId: string | null, conversation: unknown[]) {
  const [found, missing] = oneRow(conversation, conversationRow)
  if (missing) return fail(missing)
  return leafId !== null && !found.hasLeaf ? fail(UNKNOWN_LEAF) : ok(found)
}
