import { and, count, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from '../../db/database.ts'
import { allRows } from '../../db/rows.ts'
import type { EmbeddingVector } from '../../embeddings/vector.ts'
import { fail, ok, type Result } from '../../result.ts'
import { conversations } from '../conversations/table.ts'
import { embeddingJobs } from '../embedding-jobs/table.ts'
import { messages } from '../messages/table.ts'
import { above, nearest, recallOf, scanSettings } from '../vectors/nearest.ts'
import { messageHit, type SearchResults } from './schemas.ts'

export interface SemanticSearch {
  embedding: readonly number[] | EmbeddingVector
  limit: number
  threshold: number | undefined
  /** Only vectors of this model; without it all, as whoever brings an embedding knows what it compares with. */
  model?: string
}

/** What one user can find. */
export interface SearchRepository {
  /** The messages nearest to the embedding; deleted ones have no vector any more. */
  semantic(search: SemanticSearch): Promise<Result<SearchResults>>
}

export function createSearchRepository(db: Database, userId: string): SearchRepository {
  return {
    async semantic(search) {
      const ofModel = search.model === undefined ? sql`` : sql`and v.model = ${search.model}`
      const filter = sql`v.message_id is not null ${ofModel}`
      const [results, error] = await db.read('search.semantic', (q) => {
        const { chain, found } = nearest(q, { userId, ...search, filter })
        return [
          q.execute(scanSettings),
          q
            .with(...chain)
            .select({
              source: sql<'message'>`'message'`,
              id: messages.id,
              conversationId: messages.conversationId,
              role: messages.role,
              seq: messages.seq,
              content: messages.content,
              createdAt: messages.createdAt,
              score: found.score,
              scoring: { similarity: found.score },
              exact: found.exact,
            })
            .from(found)
            .innerJoin(messages, and(eq(messages.userId, userId), eq(messages.id, found.messageId)))
            .innerJoin(
              conversations,
              and(eq(conversations.userId, userId), eq(conversations.id, messages.conversationId)),
            )
            .where(and(isNull(messages.deletedAt), isNull(conversations.deletedAt)))
            .orderBy(desc(found.score), messages.id),
          q.select({ pending: count() }).from(embeddingJobs).where(eq(embeddingJobs.userId, userId)),
        ]
      })
      if (error) return fail(error)
      const [data, unfit] = allRows(above(results[1], search.threshold), messageHit)
      if (unfit) return fail(unfit)
      return ok({ data, recall: recallOf(results[1]), pendingEmbeddings: results[2][0]?.pending ?? 0 })
    },
  }
}
