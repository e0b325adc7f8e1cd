import * as z from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { RowState } from '../../db/row-state.ts'
import type { Deps } from '../../deps.ts'
import { confirmationOf, confirmedState } from '../../http/confirmation.ts'
import { type PageRequest, readPage } from '../../http/page.ts'
import type { RequestKey } from '../../request-key.ts'
import { fail, ok } from '../../result.ts'
import { embedSoon, type EmbeddingDeps } from '../embeddings/service.ts'
import { indexSoon } from '../keywords/service.ts'
import type { DocumentsQuery } from './filters.ts'
import { createDocumentRepository } from './repository.ts'
import type { DocumentCreate, DocumentPatch, DocumentRow } from './schemas.ts'
import { previewDocumentPurge, purgeDocument, restoreDocument } from './sql/lifecycle.ts'
import { positionOf } from './sql/list.ts'

const cursorKey = z.tuple([z.iso.datetime({ precision: 3 }), z.guid()])
const chunkKey = z.tuple([z.int().nonnegative()])

const purgeScope = ({ userId }: Caller, id: string) => ({ list: `purge-document:${id.toLowerCase()}`, userId })

const of = ({ db, userId }: Caller) => createDocumentRepository(db, userId)

/**
 * The caller's documents. Verbs return `not_found` for a document that is missing, deleted or owned by another user. Chunks that still
 * need a vector after a write are embedded after the response.
 */
export function createDocumentService(deps: EmbeddingDeps & Pick<Deps, 'retentionDays'>) {
  const embedPending = (caller: Caller, { id, jobs }: DocumentRow) => {
    indexSoon(deps, caller)
    if (jobs.pending > 0) embedSoon(deps, caller, { documentIds: [id] })
  }

  return {
    /**
     * Stores a document with its chunks; one whose external id is here takes the other's place. With the same `requestKey` again,
     * what was stored then. `conflict` where the id is here, or the external id by another id; `invalid_request` where there
     * would be too many chunks, or too long metadata.
     */
    async put(caller: Caller, document: DocumentCreate, requestKey: RequestKey | null = null) {
      const [stored, error] = await of(caller).put(document, requestKey)
      if (error) return fail(error)
      if (!requestKey?.replayed) embedPending(caller, stored.document)
      return ok(stored)
    },

    /** A page of those that the query lets through, the newest first; `invalid_cursor` for one of another query. */
    list(caller: Caller, { limit, cursor, ...filters }: DocumentsQuery) {
      const scope = { list: `documents ${JSON.stringify(filters)}`, userId: caller.userId }
      return readPage(
        scope,
        { limit, cursor },
        {
          key: cursorKey,
          read: (limit, after) => of(caller).list(limit, after && { key: after[0], id: after[1] }, filters),
          keyOf: (row) => {
            const { key, id } = positionOf(row)
            return [key, id]
          },
        },
      )
    },

    get: (caller: Caller, id: string) => of(caller).get(id),

    /**
     * Changes a document in one of these states, or in any where they are null; else `precondition_failed`. `conflict` where
     * another document has the external id.
     */
    async patch(caller: Caller, id: string, patch: DocumentPatch, states: RowState[] | null) {
      const [document, error] = await of(caller).patch(id, patch, states)
      if (error) return fail(error)
      embedPending(caller, document)
      return ok(document)
    },

    /** Deletes a document in one of these states. It can be restored for as long as the deployment says. */
    remove: (caller: Caller, id: string, states: RowState[] | null) =>
      of(caller).remove(id, states, deps.retentionDays),

    /** A page of the document's chunks in their order. */
    chunks: (caller: Caller, id: string, page: PageRequest) =>
      readPage({ list: `chunks:${id.toLowerCase()}`, userId: caller.userId }, page, {
        key: chunkKey,
        read: (limit, after) => of(caller).chunks(id, limit, after && after[0]),
        keyOf: ({ position }) => [position],
      }),

    /** Brings a deleted document back. One that is not deleted stays as it is; one whose time is over is `not_found`. */
    async restore(caller: Caller, id: string) {
      const [document, error] = await restoreDocument(caller.db, caller.userId, id)
      if (error) return fail(error)
      embedPending(caller, document)
      return ok(document)
    },

    /** What a purge would remove, and the confirmation that it needs. Of deleted documents, too. */
    async previewPurge(caller: Caller, id: string) {
      const [preview, error] = await previewDocumentPurge(caller.db, caller.userId, id)
      if (error) return fail(error)
      const { state, chunkCount } = preview
      return ok({ confirmation: await confirmationOf(purgeScope(caller, id), state), chunkCount })
    },

    /**
     * Removes a document for good, deleted or not. `precondition_failed` where the confirmation is for another state of it, or for
     * something else.
     */
    async purge(caller: Caller, id: string, confirmation: string) {
      const state = await confirmedState(purgeScope(caller, id), confirmation)
      return purgeDocument(caller.db, caller.userId, id, state)
    },
  }
}

export type DocumentService = ReturnType<typeof createDocumentService>
