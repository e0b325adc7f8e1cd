import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { chatVectors, vectorColumns } from '../../embeddings/table.ts'
import { exported } from '../../export/sql/source.ts'
import { vectorRow } from '../schemas.ts'

exported({
  type: 'vector',
  name: 'ExportedVector',
  refersTo: ['message'],
  table: chatVectors,
  columns: { ...vectorColumns, embedding: chatVectors.clientEmbedding },
  // Those that Parley made can be made again.
  condition: sql`client_provided and chunk_id is null`,
  key: [['id', 'id']],
  size: sql`22000 + coalesce(octet_length(content), 0) + octet_length(metadata::text)`,
  row: vectorRow.omit({ chunkId: true, documentId: true, dimensions: true }).extend({ embedding: z.array(z.number()) }),
})
