import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { now } from '../../db/changes.ts'
import { clientId, createdAt, ownerId, ownerPolicy, systemPolicy, timestamptz } from '../../db/columns.ts'
import { documentChunks } from '../documents/table.ts'
import { messages } from '../messages/table.ts'

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
