import { Hono } from 'hono'
import * as z from 'zod'
import type { Deps } from '../../deps.ts'
import type { UserEnv } from '../../auth/user-env.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { operation } from '../../http/openapi.ts'
import { cutPage, pageQuery } from '../../http/page.ts'
import { problem } from '../../http/problem.ts'
import { validate } from '../../http/validate.ts'
import { embedInBackground } from '../embeddings/service.ts'
import { previewDocumentPurge, purgeDocument, restoreDocument } from './sql/lifecycle.ts'
import { createDocumentRepository } from './repository.ts'
import { chunkPage, documentPath, documentPurge, documentPurgePreview, documentSchema } from './schemas.ts'
import { documentEtag, toDocument } from './wire.ts'

const tag = 'Documents'
const stateKey = z.tuple([z.int(), z.iso.datetime({ precision: 3 })])
const chunkKey = z.tuple([z.int().nonnegative()])

/** What one does with whole documents, and what they are made of; part of `documentRoutes`, behind its authentication. */
export const documentActions = (deps: Deps) =>
  new Hono<UserEnv>()
    .get(
      '/:documentId/chunks',
      operation({
        operationId: 'listDocumentChunks',
        tag,
        summary: 'List the chunks of a document in their order',
        responses: { 200: { description: 'A page', schema: chunkPage } },
        errors: ['not_found', 'invalid_cursor'],
      }),
      validate('param', documentPath),
      validate('query', pageQuery),
      async (c) => {
        const { documentId } = c.req.valid('param')
        const { limit, cursor } = c.req.valid('query')
        const { userId } = c.var.identity
        const scope = { list: `chunks:${documentId.toLowerCase()}`, userId }
        const [key, refused] = await decodeCursor(scope, cursor, chunkKey)
        if (refused) return problem(c, refused)
        const documents = createDocumentRepository(c.var.db, userId)
        const [rows, error] = await documents.chunks(documentId, limit + 1, key && key[0])
        if (error) return problem(c, error)
        const { data, last } = cutPage(rows, limit)
        return c.json({ data, nextCursor: last && (await encodeCursor(scope, [last.position])) }, 200)
      },
    )
    .post(
      '/:documentId/restore',
      operation({
        operationId: 'restoreDocument',
        tag,
        summary: 'Restore a deleted document',
        description:
          'With its chunks; those that had no vector yet are embedded. One that is not deleted stays as it is; one whose time is over is not found.',
        responses: { 200: { description: 'The document', schema: documentSchema } },
        errors: ['not_found'],
      }),
      validate('param', documentPath),
      async (c) => {
        const { documentId } = c.req.valid('param')
        const [document, error] = await restoreDocument(c.var.db, c.var.identity.userId, documentId)
        if (error) return problem(c, error)
        if (document.jobs.pending > 0) embedInBackground(c, deps, { documentIds: [document.id] })
        c.header('ETag', documentEtag(document))
        return c.json(toDocument(document), 200)
      },
    )
    .post(
      '/:documentId/purge',
      operation({
        operationId: 'purgeDocument',
        tag,
        summary: 'Remove a document for good',
        description:
          'In two calls. The first one, without a confirmation, changes nothing and answers with one; the second one brings it and removes the document with all its chunks and vectors, deleted or not. What happens to the document in between makes it a 412.',
        examples: { preview: { summary: 'The first call: what would be lost', value: {} } },
        responses: {
          200: { description: 'What a purge would remove, and its confirmation', schema: documentPurgePreview },
          204: { description: 'Purged', schema: null },
        },
        errors: ['not_found', 'precondition_failed'],
      }),
      validate('param', documentPath),
      validate('json', documentPurge),
      async (c) => {
        const { documentId } = c.req.valid('param')
        const { confirmation } = c.req.valid('json')
        const { userId } = c.var.identity
        // As of conversations: all it proves is that the first call was made.
        const scope = { list: `purge-document:${documentId.toLowerCase()}`, userId }
        if (typeof confirmation !== 'string') {
          const [preview, error] = await previewDocumentPurge(c.var.db, userId, documentId)
          if (error) return problem(c, error)
          const { state, chunkCount } = preview
          return c.json({ confirmation: await encodeCursor(scope, [state.version, state.createdAt]), chunkCount }, 200)
        }
        const [key] = await decodeCursor(scope, confirmation, stateKey)
        const state = key && { version: key[0], createdAt: key[1] }
        const [, error] = await purgeDocument(c.var.db, userId, documentId, state)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
