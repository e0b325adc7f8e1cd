import './sql/export.ts'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { deletedFor, isInState, type RowState } from '../../db/row-state.ts'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { METADATA_TOO_LONG } from '../../db/metadata.ts'
import { isLooked, lookedAt } from '../../db/look-through.ts'
import { allRows, lastRows, oneRow } from '../../db/rows.ts'
import { toClientVector } from '../../embeddings/stored-vector.ts'
import type { RequestKey } from '../../request-key.ts'
import { newId } from '../../id.ts'
import { fail, ok, type Result } from '../../result.ts'
import { dropJobs } from '../embeddings/sql/drop.ts'
import { embeddingJobs } from '../embeddings/table.ts'
import { writeOnce } from '../idempotency/sql/write-once.ts'
import { planChunks, planFittingChunks } from './chunk-plan.ts'
import type { DocumentFilters } from './filters.ts'
import { type DocumentPosition, listPage } from './sql/list.ts'
import { patchDocument, type WholeDocument } from './sql/patch.ts'
import {
  type ChunkRow,
  chunkRow,
  DEFAULT_CHUNKING,
  type DocumentCreate,
  type DocumentPatch,
  type DocumentRow,
  documentRow,
  wholeRow,
  writtenRow,
} from './schemas.ts'
import { oneOf, selectWritten } from './sql/select.ts'
import { storeText } from './sql/statements.ts'
import { documentChunks, documents } from './table.ts'
import { targetDocument, lockExternalId, upsertStatement } from './sql/upsert.ts'

/** A document that was sent, and whether it is a new one. */
export interface StoredDocument {
  document: WholeDocument
  created: boolean
}

/** The documents of one user; `not_found` is what is missing, deleted or somebody else's. */
export interface DocumentRepository {
  /**
   * Stores the document with its chunks, which are found by keyword from then on, and queues those that wait for a vector. One
   * whose external id is here, deleted or not, takes the other's place under its id. `conflict` where the id is here, or the
   * external id by another id; `invalid_request` where there would be too many chunks, or too long metadata.
   */
  put(document: DocumentCreate, requestKey?: RequestKey | null): Promise<Result<StoredDocument>>
  get(id: string): Promise<Result<WholeDocument>>
  /** At most `limit` of those that the filters let through, the newest first. */
  list(limit: number, after: DocumentPosition | null, filters: DocumentFilters): Promise<Result<DocumentRow[]>>
  /** `states`: as in the conversations' repository. `conflict` where another document has the external id. */
  patch(id: string, patch: DocumentPatch, states: RowState[] | null): Promise<Result<WholeDocument>>
  /** Hides the document, which can be restored for so many days; what waits to be embedded of it waits no more. */
  remove(id: string, states: RowState[] | null, retentionDays: number): Promise<Result<void>>
  /** At most `limit` chunks behind this position. */
  chunks(id: string, limit: number, after: number | null): Promise<Result<ChunkRow[]>>
}

const CONSTRAINTS: ConstraintErrors = {
  documents_user_id_id_pk: { code: 'conflict' },
  documents_external_key: { code: 'conflict', detail: 'Another document has this externalId.' },
  documents_metadata_check: METADATA_TOO_LONG,
}

export function createDocumentRepository(db: Database, userId: string): DocumentRepository {
  const live = (id: string) => and(eq(documents.userId, userId), eq(documents.id, id), isNull(documents.deletedAt))

  return {
    async put({ id: sentId, embedding, model = 'custom', ...fields }, requestKey = null) {
      const [cut, refused] = cutNew(fields, embedding !== undefined)
      if (refused) return fail(refused)
      const { plan, chunking } = cut
      const own = embedding ? { vector: toClientVector(embedding), model } : null
      const document = { ...fields, chunking, userId, id: sentId ?? newId(), sentId, plan, own }
      const [stored, error] = await writeOnce(db, 'documents.put', {
        userId,
        requestKey,
        write: (q, isFirst) => [
          lockExternalId(q, document),
          q.execute(upsertStatement(document, isFirst)),
          ...storeText(q, { userId, which: targetDocument(document) }, document),
          selectWritten(q, userId, false, targetDocument(document)),
        ],
        answer: (q) => selectWritten(q, userId, false, targetDocument(document)),
        resource: (row) => sql`'document ' || (${row} ->> 'id')`,
        constraints: CONSTRAINTS,
      })
      if (error) return fail(error)
      const rows = stored.replay ?? lastRows(stored.results)
      if (rows.length === 0)
        return fail({ code: 'conflict', detail: 'The document of this externalId has another id.' })
      const [row, unfit] = oneRow(rows, writtenRow)
      if (unfit) return fail(unfit)
      const { created, ...found } = row
      return ok({ document: { ...found, content: fields.content }, created })
    },

    async get(id) {
      const [results, error] = await db.read('documents.get', () => [oneOf({ userId, id })])
      return error ? fail(error) : oneRow(results[0], wholeRow)
    },

    async list(limit, after, filters) {
      const [results, error] = await db.read('documents.list', (q) => [listPage(q, { userId, limit, after, filters })])
      if (error) return fail(error)
      return allRows(results[0], isLooked(filters) ? documentRow.extend(lookedAt) : documentRow)
    },

    patch: (id, patch, states) => patchDocument(db, { userId, id }, patch, states, CONSTRAINTS),

    async remove(id, states, retentionDays) {
      const gone = sql`exists (select from ${documents} where ${documents.userId} = ${userId}
        and ${documents.id} = ${id} and ${documents.deletedAt} is not null)`
      const [results, error] = await db.write('documents.remove', (q) => [
        q
          .update(documents)
          .set(deletedFor(retentionDays))
          .where(and(live(id), isInState(documents, states)))
          .returning({ id: documents.id }),
        dropJobs(q, sql`user_id = ${userId} and document_id = ${id} and ${gone}`),
        q.select({ id: documents.id }).from(documents).where(live(id)),
      ])
      if (error) return fail(error)
      if (results[0].length > 0) return ok(undefined)
      return fail({ code: results[2].length > 0 ? 'precondition_failed' : 'not_found' })
    },

    async chunks(id, limit, after) {
      const { position, content, headings, tableHead, startOffset, endOffset } = documentChunks
      const { failedAt, lastError } = embeddingJobs
      const [results, error] = await db.read('documents.chunks', (q) => [
        q.select({ id: documents.id }).from(documents).where(live(id)),
        q
          .select({
            id: documentChunks.id,
            position,
            content,
            headings,
            tableHead,
            start: startOffset,
            end: endOffset,
            status: sql<string>`case when ${embeddingJobs.id} is null then 'ready'
              when ${failedAt} is null then 'pending' else 'failed' end`,
            lastError,
          })
          .from(documentChunks)
          .leftJoin(
            embeddingJobs,
            and(eq(embeddingJobs.userId, documentChunks.userId), eq(embeddingJobs.chunkId, documentChunks.id)),
          )
          .where(
            and(
              eq(documentChunks.userId, userId),
              eq(documentChunks.documentId, id),
              after === null ? undefined : gt(position, after),
            ),
          )
          .orderBy(position)
          .limit(limit),
      ])
      if (error) return fail(error)
      return results[0].length === 0 ? fail({ code: 'not_found' }) : allRows(results[1], chunkRow)
    },
  }
}

/** The chunks of a document that is sent whole. */
function cutNew(
  { content, format, chunking }: Pick<DocumentCreate, 'content' | 'format' | 'chunking'>,
  isWhole: boolean,
) {
  if (!isWhole && !chunking) return planFittingChunks(content, format, DEFAULT_CHUNKING)
  const [plan, refused] = planChunks(content, format, chunking ?? null)
  return refused ? fail(refused) : ok({ plan, chunking })
}
