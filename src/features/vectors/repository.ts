import './sql/export.ts'
import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { toClientVector } from '../../embeddings/stored-vector.ts'
import type { RequestKey } from '../../request-key.ts'
import { newId } from '../../id.ts'
import { fail, ok, type Result } from '../../result.ts'
import { dropJobs } from '../embeddings/sql/drop.ts'
import { storeClientVectors } from '../embeddings/sql/store.ts'
import { writeOnce, writtenHere } from '../idempotency/sql/write-once.ts'
import { above, askedFor, MAX_COUNTED, nearest, recallOf } from './sql/nearest.ts'
import {
  type VectorCreate,
  type VectorHits,
  vectorHit,
  type VectorRow,
  vectorRow,
  type VectorSearch,
} from './schemas.ts'
import { chatVectors, sketchType, vectorColumns } from '../embeddings/table.ts'

/** The vectors of one user. */
export interface VectorRepository {
  /**
   * Stores a vector, at unit length: only its direction is ever compared. Tied to a message it takes the place of the
   * one that the message has, and of the job that would make one. `not_found` where the user has no such message,
   * `conflict` where the id exists.
   */
  create(vector: VectorCreate, requestKey?: RequestKey | null): Promise<Result<VectorRow>>
  /** The nearest first. `mixed_models` where no model is named, and Parley used several. */
  search(search: VectorSearch): Promise<Result<VectorHits>>
}

const ID_TAKEN: ConstraintErrors = { chat_vectors_user_id_id_pk: { code: 'conflict' } }
const { userId: _userId, clientProvided: _clientProvided, ...columns } = vectorColumns

export function createVectorRepository(db: Database, userId: string): VectorRepository {
  return {
    async create({ id = newId(), embedding, conversationId, messageId, model, content, metadata }, requestKey = null) {
      const stored = toClientVector(embedding)
      // Under the lock nobody deletes the message meanwhile.
      const source = (isFirst: SQL) =>
        messageId
          ? sql`from messages m join conversations c on c.user_id = m.user_id and c.id = m.conversation_id
            where m.user_id = ${userId} and m.conversation_id = ${conversationId} and m.id = ${messageId}
              and m.deleted_at is null and c.deleted_at is null and ${isFirst}
            for share`
          : sql`where ${isFirst}`
      const [created, error] = await writeOnce(db, 'vectors.create', {
        userId,
        requestKey,
        write: (q, isFirst) => {
          const vector = sql`
            select ${userId}::uuid as user_id, ${id}::uuid as id, ${conversationId ?? null}::text as conversation_id,
              ${messageId ?? null}::text as message_id, ${model}::text as model, ${stored.embedding}::vector as embedding,
              ${stored.sketch}::${sketchType} as sketch, ${content}::text as content, ${JSON.stringify(metadata)}::jsonb as metadata,
              now() as created_at ${source(isFirst)}`
          const added = q.$with('added', columns).as(storeClientVectors(vector, 'any'))
          const isOfMessage = sql`conversation_id = ${conversationId ?? null}::text and message_id = ${messageId ?? null}::text`
          return [
            dropJobs(q, sql`user_id = ${userId} and ${isOfMessage} and ${isFirst}`),
            q.with(added).select().from(added),
          ]
        },
        answer: (q) =>
          q
            .select(columns)
            .from(chatVectors)
            .where(and(eq(chatVectors.userId, userId), eq(chatVectors.id, id), writtenHere(chatVectors))),
        constraints: ID_TAKEN,
      })
      return error ? fail(error) : oneRow(created.replay ?? created.results[1], vectorRow)
    },

    async search({ model = null, embedding, limit, threshold }) {
      const [results, error] = await db.read('vectors.search', (q) => {
        const found = q.$with('found', {
          id: chatVectors.id,
          score: sql<number>`score`.as('score'),
          exact: sql<boolean>`exact`.as('exact'),
        }).as(sql`select n.id, n.similarity as score, n.is_exact as exact
            from ${nearest(userId, askedFor(userId, {}, embedding), model, limit)}`)
        return [
          q
            .with(found)
            .select({ ...columns, score: found.score, exact: found.exact })
            .from(found)
            .innerJoin(chatVectors, and(eq(chatVectors.userId, userId), eq(chatVectors.id, found.id)))
            .orderBy(desc(found.score), found.id),
          q.execute<{ mixed: boolean }>(
            sql`select is_mixed as mixed from app.embedding_state(${userId}, ${model}, ${MAX_COUNTED})`,
          ),
        ]
      })
      if (error) return fail(error)
      if (results[1].rows[0]?.mixed) return fail({ code: 'mixed_models' })
      const [data, unfit] = allRows(above(results[0], threshold), vectorHit)
      return unfit ? fail(unfit) : ok({ data, recall: recallOf(results[0]) })
    },
  }
}
