import type { QueryConfig } from 'pg'
import { sketchOf } from '../src/embeddings/sketch.ts'
import type { EmbeddingVector } from '../src/embeddings/vector.ts'
import { sketchBytes, vectorBytes } from './search/vectors.ts'

/** A row of `chat_vectors`: of a message, of a document's chunk, or of neither. */
export interface VectorRow {
  userId: string
  id: string
  conversationId?: string | undefined
  messageId?: string | undefined
  chunkId?: string | undefined
  documentId?: string | undefined
  vector: EmbeddingVector
  content?: string
}

/** Each column with its cast. A vector is sent in binary, which is not how a halfvec is read. */
const COLUMNS = {
  user_id: '',
  id: '',
  conversation_id: '',
  message_id: '',
  chunk_id: '',
  document_id: '',
  embedding: '::vector',
  sketch: '',
  content: '',
  model: '',
}
const CASTS = Object.values(COLUMNS)

/** The statement that stores these vectors and their sketches; prepared once for each number of rows. */
export function vectorInsert(rows: readonly VectorRow[], model: string): QueryConfig {
  const toRow = (_: VectorRow, row: number) =>
    `(${CASTS.map((cast, column) => `$${CASTS.length * row + column + 1}${cast}`).join(', ')})`
  return {
    name: `vectors ${rows.length}`,
    text: `insert into chat_vectors (${Object.keys(COLUMNS).join(', ')}) values ${rows.map(toRow).join(', ')}`,
    values: rows.flatMap(({ userId, id, conversationId, messageId, chunkId, documentId, vector, content }) => [
      userId,
      id,
      conversationId ?? null,
      messageId ?? null,
      chunkId ?? null,
      documentId ?? null,
      vectorBytes(vector),
      sketchBytes(sketchOf(vector)),
      content ?? null,
      model,
    ]),
  }
}
