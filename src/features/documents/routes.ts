import { userRoutes } from '../../auth/user-routes.ts'
import type { Deps } from '../../deps.ts'
import { MIB } from '../../http/body.ts'
import { idempotent } from '../../http/idempotency.ts'
import { operation } from '../../http/openapi.ts'
import { allowedStates, isFresh } from '../../http/preconditions.ts'
import { problem } from '../../http/problem.ts'
import { documentTag } from './schemas.ts'
import { validate } from '../../http/validate.ts'
import { exampleEmbedding } from '../vectors/schemas.ts'
import { documentActions } from './action-routes.ts'
import { documentListQuery } from './filters.ts'
import { documentCreate, documentPage, documentPatch, documentPath, documentSchema } from './schemas.ts'
import { createDocumentService } from './service.ts'
import { documentEtag, toDocument } from './wire.ts'

/** `/v1/documents` */
export const documentRoutes = (deps: Deps) => {
  const documents = createDocumentService(deps)
  return userRoutes(deps)
    .post(
      '/',
      operation({
        operationId: 'putDocument',
        maxBody: 5 * MIB,
        tag: documentTag,
        summary: 'Store a document',
        description:
          'It is cut into chunks, which can be found by keyword at once (long ones a moment later) and by meaning shortly after. With an externalId that is here already, deleted or not, it takes that document’s place: chunks that are the same keep their id and their vector, and what is the same altogether changes nothing. The title is embedded with each chunk. With an embedding of its own it is one chunk. At most 5 MiB, and 1,000 chunks for each MiB begun.',
        examples: {
          markdown: {
            summary: 'Markdown, known by an id of the client',
            value: {
              externalId: 'guides/lisbon.md',
              title: 'Lisbon',
              content: '# Lisbon\n\n## Hotels\n\nMost hotels near the river are in the old town.',
              language: 'english',
              tags: ['travel'],
            },
          },
          embedded: {
            summary: 'One chunk with an embedding of the client',
            value: { title: 'A note', content: 'Trams are slow.', embedding: exampleEmbedding, model: 'example-1' },
          },
        },
        responses: {
          200: { description: 'The document of this externalId, as sent', schema: documentSchema },
          201: { description: 'The new document', schema: documentSchema },
        },
        errors: ['not_found', 'conflict'],
      }),
      idempotent,
      validate('json', documentCreate),
      async (c) => {
        const [stored, error] = await documents.put(c.var.caller, c.req.valid('json'), c.var.requestKey)
        if (error) return problem(c, error)
        const { document, created } = stored
        c.header('ETag', documentEtag(document))
        c.header('Location', `/v1/documents/${document.id}`)
        const body = toDocument(document)
        return created ? c.json(body, 201) : c.json(body, 200)
      },
    )
    .get(
      '/',
      operation({
        operationId: 'listDocuments',
        heavyWith: ['metadata', 'title'],
        tag: documentTag,
        summary: 'List documents, the newest first',
        description:
          'Without their contents. Filters hold together. A cursor belongs to the filters that it was made with.',
        responses: { 200: { description: 'A page', schema: documentPage } },
        errors: ['invalid_cursor'],
      }),
      validate('query', documentListQuery),
      async (c) => {
        const [page, error] = await documents.list(c.var.caller, c.req.valid('query'))
        return error ? problem(c, error) : c.json({ ...page, data: page.data.map(toDocument) }, 200)
      },
    )
    .get(
      '/:documentId',
      operation({
        operationId: 'getDocument',
        tag: documentTag,
        summary: 'Read a document',
        description: 'Its ETag also changes as its chunks get their vectors.',
        responses: { 200: { description: 'The document', schema: documentSchema } },
        errors: ['not_found'],
        preconditions: 'read',
      }),
      validate('param', documentPath),
      async (c) => {
        const [document, error] = await documents.get(c.var.caller, c.req.valid('param').documentId)
        if (error) return problem(c, error)
        const etag = documentEtag(document)
        c.header('ETag', etag)
        return isFresh(c, etag) ? c.body(null, 304) : c.json(toDocument(document), 200)
      },
    )
    .patch(
      '/:documentId',
      operation({
        operationId: 'updateDocument',
        heavy: true,
        maxBody: 5 * MIB,
        tag: documentTag,
        summary: 'Change a document',
        description:
          'Fields that are absent stay; null clears externalId and metadata. Metadata is a merge patch (RFC 7396). Of a new content only the chunks that differ are embedded anew; of a new title all are, as it is embedded with them; of other fields none. A new content without an embedding ends the one that the client has brought. An ETag of any state of the embeddings does for If-Match.',
        examples: {
          content: { summary: 'Another text', value: { content: '# Lisbon\n\nTrams are slow.' } },
          tags: { summary: 'Other tags', value: { tags: ['travel', 'portugal'] } },
        },
        responses: { 200: { description: 'The changed document', schema: documentSchema } },
        errors: ['not_found', 'conflict'],
        preconditions: 'write',
      }),
      validate('param', documentPath),
      validate('json', documentPatch),
      async (c) => {
        const { documentId: id } = c.req.valid('param')
        const [document, error] = await documents.patch(c.var.caller, id, c.req.valid('json'), allowedStates(c))
        if (error) return problem(c, error)
        c.header('ETag', documentEtag(document))
        return c.json(toDocument(document), 200)
      },
    )
    .delete(
      '/:documentId',
      operation({
        operationId: 'deleteDocument',
        tag: documentTag,
        summary: 'Delete a document',
        description:
          'From now on no search finds it. It can be restored for 30 days, unless the deployment says otherwise; then it is purged.',
        responses: { 204: { description: 'Deleted', schema: null } },
        errors: ['not_found'],
        preconditions: 'write',
      }),
      validate('param', documentPath),
      async (c) => {
        const [, error] = await documents.remove(c.var.caller, c.req.valid('param').documentId, allowedStates(c))
        return error ? problem(c, error) : c.body(null, 204)
      },
    )
    .route('/', documentActions(documents))
}
