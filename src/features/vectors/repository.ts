import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { toClientVector } from '../../embeddings/stored-vector.ts'
import type { RequestKey } from '../../request-key.ts'
import { newId } from '../../id.ts'
import { fail, ok, type Result } from '../../result.ts'
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
import { chatVectors, vectorColumns } from './table.ts'

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
      const source = (isFirst: SQL) =>
        messageId
          ? sql`from messages m join conversations c on c.user_id = m.user_id and c.id = m.conversation_id
            where m.user_id = ${userId} and m.conversation_id = ${conversationId} and m.id = ${messageId}
              and m.deleted_at is null and c.deleted_at is null
              and ${isFirst}
            for share`
          : sql`where ${isFirst}`
      const [created, error] = await writeOnce(db, 'vectors.create', {
        userId,
        requestKey,
        write: (q, isFirst) => {
          const added = q.$with('added', columns).as(sql`
          insert into chat_vectors (user_id, id, conversation_id, message_id, model, client_provided, client_embedding, sketch, content, metadata)
          select ${userId}::uuid, ${id}::uuid, ${conversationId ?? null}::text, ${messageId ?? null}::text, ${model}, true,
            ${stored.embedding}::vector, ${stored.sketch}::bit(2048), ${content},
            ${JSON.stringify(metadata)}::jsonb ${source(isFirst)}
          on conflict (user_id, conversation_id, message_id) do update
            set id = excluded.id, model = excluded.model, client_provided = true, embedding = null,
              client_embedding = excluded.client_embedding, sketch = excluded.sketch, content = excluded.content,
              metadata = excluded.metadata, created_at = now()
          returning *`)
          return [
            q.execute(
              sql`delete from embedding_jobs
                where user_id = ${userId} and conversation_id = ${conversationId ?? null}::text
                  and message_id = ${messageId ?? null}::text and ${isFirst}`,
            ),
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
