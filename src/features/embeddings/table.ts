import { getTableColumns, sql } from 'drizzle-orm'
import {
  bit,
  boolean,
  check,
  foreignKey,
  halfvec,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
  vector,
} from 'drizzle-orm/pg-core'
import { now } from '../../db/row-state.ts'
import { clientId, createdAt, ownerId, ownerPolicy, purgeLimit, systemPolicy, timestamptz } from '../../db/columns.ts'
import { EMBEDDING_DIMENSIONS } from '../../embeddings/embedder.ts'
import { SKETCH_BITS } from '../../embeddings/sketch.ts'
import { documentChunks } from '../documents/table.ts'
import { messages } from '../messages/table.ts'
import { users } from '../users/table.ts'

/** The type of a sketch, for casts. Raw, because a type's length cannot be a parameter. */
export const sketchType = sql.raw(`bit(${SKETCH_BITS})`)

/** A text that waits for its vector: a message's or a chunk's. The row goes when the vector is stored, in the same transaction. */
export const embeddingJobs = pgTable(
  'embedding_jobs',
  {
    userId: ownerId(),
    id: uuid('id')
      .notNull()
      .default(sql`app.uuid_v7()`),
    conversationId: clientId('conversation_id'),
    /** In that conversation. */
    messageId: clientId('message_id'),
    chunkId: uuid('chunk_id'),
    /** The chunk's: a document counts its jobs by it. */
    documentId: uuid('document_id'),
    attempts: integer('attempts').notNull().default(0),
    /** Not before then: now for a new text, the end of the lease while claimed, later after a failure. */
    runAt: timestamptz('run_at').notNull().default(now),
    /** Who holds it. A text that changes meanwhile clears it, and the late vector of the old text is dropped. */
    claimId: uuid('claim_id'),
    lastError: text('last_error'),
    /** Given up, with its last error, until somebody asks to try again. */
    failedAt: timestamptz('failed_at'),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({
      name: 'embedding_jobs_message_fk',
      columns: [table.userId, table.conversationId, table.messageId],
      foreignColumns: [messages.userId, messages.conversationId, messages.id],
    }).onDelete('cascade'),
    foreignKey({
      columns: [table.userId, table.chunkId],
      foreignColumns: [documentChunks.userId, documentChunks.id],
    }).onDelete('cascade'),
    uniqueIndex('embedding_jobs_message_key').on(table.userId, table.conversationId, table.messageId),
    uniqueIndex('embedding_jobs_chunk_key').on(table.userId, table.chunkId),
    // By user first: the queue takes from each in turn.
    index('embedding_jobs_due_idx')
      .on(table.userId, table.runAt)
      .where(sql`failed_at is null`),
    index('embedding_jobs_failed_idx')
      .on(table.userId, table.failedAt)
      .where(sql`failed_at is not null`),
    index('embedding_jobs_document_idx').on(table.userId, table.documentId),
    check(
      'embedding_jobs_text_check',
      sql`num_nonnulls(message_id, chunk_id) = 1 and num_nulls(conversation_id, message_id) <> 1`,
    ),
    ownerPolicy(),
    systemPolicy('all'),
  ],
)

/**
 * One vector per embedded message or chunk of a document, or stored by hand. Kept narrow: a search reads a user's rows from
 * end to end, or their sketches, which the index holds side by side (docs/decisions/026-sketches.md).
 */
export const chatVectors = pgTable(
  'chat_vectors',
  {
    userId: ownerId(),
    id: uuid('id').notNull(),
    conversationId: clientId('conversation_id'),
    /** In that conversation. */
    messageId: clientId('message_id'),
    chunkId: uuid('chunk_id'),
    /** The chunk's: what is in a deleted document is left out without a look at the chunk. */
    documentId: uuid('document_id'),
    /** Which model made it: vectors of two models say nothing about each other. */
    model: text('model').notNull(),
    /** Brought by the client, not made by Parley: no backfill replaces it. */
    clientProvided: boolean('client_provided').notNull().default(false),
    /** Made by Parley, in half precision (docs/decisions/029-two-kinds-of-vectors.md). */
    embedding: halfvec('embedding', { dimensions: EMBEDDING_DIMENSIONS }),
    /** As a client has sent it. */
    clientEmbedding: vector('client_embedding', { dimensions: EMBEDDING_DIMENSIONS }),
    dimensions: integer('dimensions')
      .notNull()
      .generatedAlwaysAs(sql`coalesce(vector_dims(embedding), vector_dims(client_embedding))`),
    /** Of the embedding: see `embeddings/sketch.ts`. Null where it has yet to be made; such a vector is always compared. */
    sketch: bit('sketch', { dimensions: SKETCH_BITS }),
    content: text('content'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    foreignKey({
      name: 'chat_vectors_message_fk',
      columns: [table.userId, table.conversationId, table.messageId],
      foreignColumns: [messages.userId, messages.conversationId, messages.id],
    }).onDelete('cascade'),
    foreignKey({
      columns: [table.userId, table.chunkId],
      foreignColumns: [documentChunks.userId, documentChunks.id],
    }).onDelete('cascade'),
    uniqueIndex('chat_vectors_message_key').on(table.userId, table.conversationId, table.messageId),
    uniqueIndex('chat_vectors_chunk_key').on(table.userId, table.chunkId),
    index('chat_vectors_sketch_idx').on(
      table.userId,
      table.model,
      table.documentId,
      table.conversationId,
      table.messageId,
      table.chunkId,
      table.id,
      table.sketch,
    ),
    check(
      'chat_vectors_embedding_check',
      sql`client_provided = (client_embedding is not null) and client_provided = (embedding is null)`,
    ),
    check('chat_vectors_message_check', sql`num_nulls(conversation_id, message_id) <> 1`),
    ownerPolicy(),
    systemPolicy('all'),
    purgeLimit(),
  ],
)

const {
  embedding: _embedding,
  clientEmbedding: _clientEmbedding,
  sketch: _sketch,
  ...columns
} = getTableColumns(chatVectors)
/** What one reads of a vector: all but its numbers. */
export const vectorColumns = columns
