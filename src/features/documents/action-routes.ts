import { Hono } from 'hono'
import type { UserEnv } from '../../auth/user-env.ts'
import { operation } from '../../http/openapi.ts'
import { pageQuery } from '../../http/page.ts'
import { problem } from '../../http/problem.ts'
import { documentTag } from './schemas.ts'
import { validate } from '../../http/validate.ts'
import { chunkPage, documentPath, documentPurge, documentPurgePreview, documentSchema } from './schemas.ts'
import type { DocumentService } from './service.ts'
import { documentEtag, toDocument } from './wire.ts'

/** What one does with whole documents, and what they are made of; part of `documentRoutes`, behind its authentication. */
export const documentActions = (documents: DocumentService) =>
  new Hono<UserEnv>()
    .get(
      '/:documentId/chunks',
      operation({
        operationId: 'listDocumentChunks',
        tag: documentTag,
        summary: 'List the chunks of a document in their order',
        responses: { 200: { description: 'A page', schema: chunkPage } },
        errors: ['not_found', 'invalid_cursor'],
      }),
      validate('param', documentPath),
      validate('query', pageQuery),
      async (c) => {
        const { documentId } = c.req.valid('param')
        const [page, error] = await documents.chunks(c.var.caller, documentId, c.req.valid('query'))
        return error ? problem(c, error) : c.json(page, 200)
      },
    )
    .post(
      '/:documentId/restore',
      operation({
        operationId: 'restoreDocument',
        tag: documentTag,
        summary: 'Restore a deleted document',
        description:
          'With its chunks; those that had no vector yet are embedded. One that is not deleted stays as it is; one whose time is over is not found.',
        responses: { 200: { description: 'The document', schema: documentSchema } },
        errors: ['not_found'],
      }),
      validate('param', documentPath),
      async (c) => {
        const [document, error] = await documents.restore(c.var.caller, c.req.valid('param').documentId)
        if (error) return problem(c, error)
        c.header('ETag', documentEtag(document))
        return c.json(toDocument(document), 200)
      },
    )
    .post(
      '/:documentId/purge',
      operation({
        operationId: 'purgeDocument',
        tag: documentTag,
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
        if (typeof confirmation !== 'string') {
          const [preview, error] = await documents.previewPurge(c.var.caller, documentId)
          return error ? problem(c, error) : c.json(preview, 200)
        }
        const [, error] = await documents.purge(c.var.caller, documentId, confirmation)
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
