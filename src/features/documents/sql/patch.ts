import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { isInState, newVersion, type RowState } from '../../../db/row-state.ts'
import type { ConstraintErrors, Database } from '../../../db/database.ts'
import { mergedMetadata } from '../../../db/metadata.ts'
import { lastRows, oneRow } from '../../../db/rows.ts'
import { toClientVector } from '../../../embeddings/stored-vector.ts'
import { writtenHere } from '../../idempotency/sql/write-once.ts'
import { type AppError, fail, ok, type Result } from '../../../result.ts'
import { type DocumentFormat, planChunks, planFittingChunks } from '../chunk-plan.ts'
import {
  type Chunking,
  DEFAULT_CHUNKING,
  DEFAULT_FORMAT,
  type DocumentPatch,
  wholeRow,
  writtenRow,
} from '../schemas.ts'
import { oneOf, selectWritten } from './select.ts'
import { type Cut, reindexChunkLanguage, refreshChunkContext, storeText, type Written } from './statements.ts'
import { documents } from '../table.ts'
import { hashOf } from './upsert.ts'

export type WholeDocument = z.output<typeof wholeRow>

/** What one must know of a document to cut a new content, or its own in another way. */
interface Known {
  format: DocumentFormat
  /** Null where the client has brought an embedding. */
  chunking: Chunking | null
  /** Where it is not sent along. */
  text?: { content: string; hash: string }
}

/** What most documents are. */
const GUESS: Known = { format: DEFAULT_FORMAT, chunking: DEFAULT_CHUNKING }
/** As often as others may change what was just looked at. */
const ATTEMPTS = 4
const BUSY: AppError = { code: 'conflict', detail: 'Others are changing this document all the time. Try again.' }

type NewCut = Cut & { chunking: Chunking | null }

const lockedRow = z.object({
  isInState: z.boolean(),
  format: z.enum(['markdown', 'text']),
  chunkSize: z.int().nullable(),
  chunkOverlap: z.int().nullable(),
})

/**
 * Changes a document in one round trip, save where its chunks hang on what only the database knows: a content is cut by a guess
 * at the stored settings, and again by the settings themselves where they are others; a content that is to be cut in another
 * way is read first. Whoever changes those meanwhile makes the write come to nothing, and it begins anew.
 */
export async function patchDocument(
  db: Database,
  { userId, id }: { userId: string; id: string },
  patch: DocumentPatch,
  states: RowState[] | null,
  constraints: ConstraintErrors,
): Promise<Result<WholeDocument>> {
  const recuts = [patch.content, patch.format, patch.chunking, patch.embedding].some((value) => value !== undefined)
  let known = GUESS
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (recuts && patch.content === undefined) {
      const [results, error] = await db.read('documents.read', () => [oneOf({ userId, id })])
      if (error) return fail(error)
      const [row, missing] = oneRow(results[0], wholeRow)
      if (missing) return fail(missing)
      known = { ...settingsOf(row), text: { content: row.content, hash: row.contentHash } }
    }
    const [cut, refused] = recuts ? cutAnew(patch, known) : ok(null)
    if (refused) return fail(refused)
    const change = { patch, states, cut, condition: recuts ? isStill(patch, known) : undefined }
    const [results, error] = await write(db, { userId, id }, change, constraints)
    if (error) return fail(error)
    const { locked, changed } = results
    if (changed.length > 0) {
      const [row, unfit] = oneRow(changed, writtenRow)
      if (unfit) return fail(unfit)
      const { created: _created, ...document } = row
      return ok({ ...document, content: row.content ?? patch.content ?? '' })
    }
    const [stored, missing] = oneRow(locked, lockedRow)
    if (missing) return fail(missing)
    if (!stored.isInState) return fail({ code: 'precondition_failed' })
    known = settingsOf(stored)
  }
  return fail(BUSY)
}

const settingsOf = ({ format, chunkSize, chunkOverlap }: Omit<z.output<typeof lockedRow>, 'isInState'>): Known => ({
  format,
  chunking: chunkSize === null || chunkOverlap === null ? null : { size: chunkSize, overlap: chunkOverlap },
})

/**
 * How the chunks are to be. A new text, or a wish for chunks, ends the vector that the client has brought.
 *
 * @returns null where all stays: the client's one chunk has no use for a format
 */
function cutAnew(patch: DocumentPatch, known: Known): Result<NewCut | null> {
  const { embedding, model = 'custom' } = patch
  const kept = patch.content === undefined ? known.chunking : (known.chunking ?? DEFAULT_CHUNKING)
  const chunking = embedding ? null : (patch.chunking ?? kept)
  if (!chunking && !embedding) return ok(null)
  const content = patch.content ?? known.text?.content ?? ''
  const format = patch.format ?? known.format
  if (chunking && !patch.chunking) {
    const [cut, refused] = planFittingChunks(content, format, chunking)
    return refused ? fail(refused) : ok({ ...cut, own: null })
  }
  const [plan, refused] = planChunks(content, format, chunking)
  if (refused) return fail(refused)
  return ok({ chunking, plan, own: embedding ? { vector: toClientVector(embedding), model } : null })
}

/** Whether what the chunks hang on is still what it was taken for. */
const isStill = ({ format, chunking, embedding }: DocumentPatch, known: Known): SQL | undefined =>
  and(
    format ? undefined : eq(documents.format, known.format),
    chunking || embedding
      ? undefined
      : sql`(${documents.chunkSize}, ${documents.chunkOverlap}) is not distinct from (
          ${known.chunking?.size ?? null}::int, ${known.chunking?.overlap ?? null}::int)`,
    known.text ? eq(documents.contentHash, known.text.hash) : undefined,
  )

async function write(
  db: Database,
  { userId, id }: { userId: string; id: string },
  change: { patch: DocumentPatch; states: RowState[] | null; cut: NewCut | null; condition: SQL | undefined },
  constraints: ConstraintErrors,
): Promise<Result<{ locked: readonly unknown[]; changed: readonly unknown[] }>> {
  const { patch, states, cut, condition } = change
  const one = eq(documents.id, id)
  const live = and(eq(documents.userId, userId), one, isNull(documents.deletedAt))
  const document: Written = { userId, which: one }
  const { format, chunkSize, chunkOverlap } = documents
  const inState = sql<boolean>`${isInState(documents, states) ?? sql`true`}`
  const [results, error] = await db.write(
    'documents.patch',
    (q) => [
      q.select({ isInState: inState, format, chunkSize, chunkOverlap }).from(documents).where(live).for('update'),
      q
        .update(documents)
        .set({ ...changesOf(patch, cut), ...newVersion })
        // Here, so that it travels once.
        .from(sql`(select ${patch.content ?? null}::text as content) sent`)
        .where(and(live, isInState(documents, states), condition)),
      ...(patch.language === undefined ? [] : [reindexChunkLanguage(q, document)]),
      ...(cut ? storeText(q, document, cut) : patch.title === undefined ? [] : refreshChunkContext(q, document)),
      selectWritten(q, userId, patch.content === undefined, one, writtenHere(documents)),
    ],
    constraints,
  )
  return error ? fail(error) : ok({ locked: results[0], changed: lastRows(results) })
}

/** What a patch sets, column by column. */
function changesOf(
  { content, metadata, chunking: _c, embedding: _e, model: _m, ...fields }: DocumentPatch,
  cut: NewCut | null,
) {
  return {
    ...fields,
    ...(metadata === undefined ? {} : { metadata: mergedMetadata(metadata) }),
    ...(content === undefined ? {} : { content: sql`sent.content`, contentHash: hashOf(sql`sent.content`) }),
    ...(cut && {
      chunkSize: cut.chunking?.size ?? null,
      chunkOverlap: cut.chunking?.overlap ?? null,
      chunkCount: cut.plan.count,
    }),
  }
}
