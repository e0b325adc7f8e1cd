import { and, desc, eq, getTableColumns, isNull, type SQL, sql } from 'drizzle-orm'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { toUnitLength, toVectorLiteral } from '../../embeddings/vector.ts'
import type { RequestKey } from '../../http/idempotency.ts'
import { newId } from '../../id.ts'
import { fail, ok, type Result } from '../../result.ts'
import { writeOnce, writtenHere } from '../idempotency/write-once.ts'
import { messages } from '../messages/table.ts'
import { above, nearest, recallOf, scanSettings } from './nearest.ts'
import {
  type VectorCreate,
  type VectorHits,
  vectorHit,
  type VectorRow,
  vectorRow,
  type VectorSearch,
} from './schemas.ts'
import { chatVectors } from './table.ts'

/** The vectors of one user. */
export interface VectorRepository {
  /**
   * Stores a vector, at unit length: only its direction is ever compared. Tied to a message it takes the place of the
   * one that the message has, and of the job that would make one. `not_found` where the user has no such message,
   * `conflict` where the id exists.
   */
  create(vector: VectorCreate, requestKey?: RequestKey | null): Promise<Result<VectorRow>>
  /** The nearest first. */
  search(search: VectorSearch): Promise<Result<VectorHits>>
}

const ID_TAKEN: ConstraintErrors = { chat_vectors_user_id_id_pk: { code: 'conflict' } }
const { userId: _userId, embedding: _embedding, ...columns } = getTableColumns(chatVectors)

export function createVectorRepository(db: Database, userId: string): VectorRepository {
  return {
    async create({ id = newId(), embedding, messageId, model, content, metadata }, requestKey = null) {
      const literal = toVectorLiteral(toUnitLength(Float32Array.from(embedding)))
      const source = (isFirst: SQL) =>
        messageId
          ? sql`from messages m join conversations c on c.user_id = m.user_id and c.id = m.conversation_id
            where m.user_id = ${userId} and m.id = ${messageId} and m.deleted_at is null and c.deleted_at is null
              and ${isFirst}
            for share`
          : sql`where ${isFirst}`
      const [created, error] = await writeOnce(db, 'vectors.create', {
        userId,
        requestKey,
        write: (q, isFirst) => {
          const added = q.$with('added', columns).as(sql`
          insert into chat_vectors (user_id, id, message_id, model, embedding, content, metadata)
          select ${userId}::uuid, ${id}::uuid, ${messageId ?? null}::uuid, ${model}, ${literal}::vector, ${content},
            ${JSON.stringify(metadata)}::jsonb ${source(isFirst)}
          on conflict (user_id, message_id) do update
            set id = excluded.id, model = excluded.model, embedding = excluded.embedding, content = excluded.content,
              metadata = excluded.metadata, created_at = now()
          returning *`)
          return [
            q.execute(
              sql`delete from embedding_jobs
                where user_id = ${userId} and message_id = ${messageId ?? null}::uuid and ${isFirst}`,
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

    async search(search) {
      const [results, error] = await db.read('vectors.search', (q) => {
        const { chain, found } = nearest(q, { userId, ...search, filter: sql`true` })
        return [
          q.execute(scanSettings),
          q
            .with(...chain)
            .select({ ...columns, conversationId: messages.conversationId, score: found.score, exact: found.exact })
            .from(found)
            .innerJoin(chatVectors, and(eq(chatVectors.userId, userId), eq(chatVectors.id, found.id)))
            .leftJoin(
              messages,
              and(eq(messages.userId, userId), eq(messages.id, chatVectors.messageId), isNull(messages.deletedAt)),
            )
            .orderBy(desc(found.score), found.id),
        ]
      })
      if (error) return fail(error)
      const [data, unfit] = allRows(above(results[1], search.threshold), vectorHit)
      return unfit ? fail(unfit) : ok({ data, recall: recallOf(results[1]) })
    },
  }
}
