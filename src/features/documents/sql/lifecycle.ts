import { and, eq, lte, sql } from 'drizzle-orm'
import {
  deletedForGood,
  isInState,
  isLiveOrRestorable,
  isRestorable,
  type RowState,
  undeleted,
} from '../../../db/row-state.ts'
import type { Database } from '../../../db/database.ts'
import { oneRow } from '../../../db/rows.ts'
import { fail, ok, type Result } from '../../../result.ts'
import { dropEmbeddings } from '../../embeddings/sql/drop.ts'
import type { WholeDocument } from './patch.ts'
import { wholeRow } from '../schemas.ts'
import { oneOf } from './select.ts'
import { queueChunksOf } from './statements.ts'
import { documentChunks, documents } from '../table.ts'

/** Chunks beyond which a purge does not wait for them: the sweep removes them, within minutes. */
const MAX_AT_ONCE = 5_000

const { id: itsId, userId: owner, version, createdAt, chunkCount } = documents
const oneOfAny = (userId: string, id: string) => and(eq(owner, userId), eq(itsId, id))

/**
 * Brings a deleted document back within its time, and queues the chunks that have no vector. Behind a lock and by the wall
 * clock: the sweep, which may have held it until now, has perhaps begun to remove chunks.
 *
 * @returns `not_found` where there is nothing to restore any more
 */
export async function restoreDocument(db: Database, userId: string, id: string): Promise<Result<WholeDocument>> {
  const [results, error] = await db.write('documents.restore', (q) => [
    q.select({ id: itsId }).from(documents).where(oneOfAny(userId, id)).for('update'),
    q
      .update(documents)
      .set(undeleted)
      .where(and(oneOfAny(userId, id), isRestorable(documents))),
    queueChunksOf(q, { userId, which: eq(itsId, id) }),
    oneOf({ userId, id }),
  ])
  return error ? fail(error) : oneRow(results[3], wholeRow)
}

const purgeable = (userId: string, id: string) => and(oneOfAny(userId, id), isLiveOrRestorable(documents))

/** What a purge would remove, and in which state. Deleted documents, too. */
export async function previewDocumentPurge(
  db: Database,
  userId: string,
  id: string,
): Promise<Result<{ state: RowState; chunkCount: number }>> {
  const [results, error] = await db.read('documents.preview-purge', (q) => [
    q.select({ version, createdAt, chunkCount }).from(documents).where(purgeable(userId, id)),
  ])
  if (error) return fail(error)
  const [found] = results[0]
  if (!found) return fail({ code: 'not_found' })
  return ok({ state: { version: found.version, createdAt: found.createdAt }, chunkCount: found.chunkCount })
}

/**
 * Removes a document for good, deleted or not: jobs, then vectors, then the chunks with the document.
 *
 * @param state in which it must be, else `precondition_failed`; null where the client has never seen it
 */
export async function purgeDocument(
  db: Database,
  userId: string,
  id: string,
  state: RowState | null,
): Promise<Result<void>> {
  const confirmed = and(oneOfAny(userId, id), isInState(documents, state ? [state] : []))
  const ofThis = sql`(select id from ${documents} where ${confirmed})`
  const chunks = sql`(select ${documentChunks.id} from ${documentChunks}
    where ${documentChunks.userId} = ${userId} and ${documentChunks.documentId} = ${ofThis})`
  const [results, error] = await db.write('documents.purge', (q) => [
    q.select({ id: itsId }).from(documents).where(purgeable(userId, id)).for('update'),
    ...dropEmbeddings(q, sql`user_id = ${userId} and chunk_id in ${chunks}`),
    q
      .delete(documents)
      .where(and(confirmed, lte(chunkCount, MAX_AT_ONCE)))
      .returning({ id: itsId }),
    q.update(documents).set(deletedForGood).where(confirmed).returning({ id: itsId }),
  ])
  if (error) return fail(error)
  const [found, , , removed, left] = results
  if (found.length === 0) return fail({ code: 'not_found' })
  return removed.length + left.length > 0 ? ok(undefined) : fail({ code: 'precondition_failed' })
}
