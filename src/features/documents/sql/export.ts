import { getTableColumns, sql } from 'drizzle-orm'
import * as z from 'zod'
import { storedTime } from '../../../http/fields.ts'
import { chatVectors } from '../../embeddings/table.ts'
import { exported } from '../../export/sql/source.ts'
import { wholeRow } from '../schemas.ts'
import { documents } from '../table.ts'

exported({
  type: 'document',
  name: 'ExportedDocument',
  refersTo: [],
  table: documents,
  columns: { ...getTableColumns(documents), embedding: chatVectors.clientEmbedding, model: chatVectors.model },
  // A document with a client's embedding has one chunk. Its embedding is exported with the document, since chunks are not exported.
  more: sql`
    left join lateral (
      select v.client_embedding, v.model from document_chunks c
      join chat_vectors v on v.user_id = c.user_id and v.chunk_id = c.id and v.client_provided
      where c.user_id = own.user_id and c.document_id = own.id and own.chunk_size is null limit 1) brought on true`,
  key: [['id', 'id']],
  hasLargeRows: true,
  size: sql`22000 + octet_length(content) + octet_length(metadata::text)`,
  row: wholeRow.omit({ chunkCount: true, jobs: true, version: true }).extend({
    deletedAt: storedTime.nullable(),
    embedding: z.array(z.number()).nullable().meta({ description: 'Where the client has brought one' }),
    model: z.string().nullable(),
  }),
})
