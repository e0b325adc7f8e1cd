import { foreignKey, index, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid, vector } from 'drizzle-orm/pg-core'
import { createdAt, ownerId, ownerPolicy, purgeLimit, systemPolicy } from '../../db/columns.ts'
import { EMBEDDING_DIMENSIONS } from '../../embeddings/embedder.ts'
import { messages } from '../messages/table.ts'
import { users } from '../users/table.ts'

/** One vector per embedded message, or stored by hand. Kept narrow: a search reads a user's rows from end to end. */
export const chatVectors = pgTable(
  'chat_vectors',
  {
    userId: ownerId(),
    id: uuid('id').notNull(),
    messageId: uuid('message_id'),
    /** Which model made it: vectors of two models say nothing about each other. */
    model: text('model').notNull(),
    embedding: vector('embedding', { dimensions: EMBEDDING_DIMENSIONS }).notNull(),
    content: text('content'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    foreignKey({
      columns: [table.userId, table.messageId],
      foreignColumns: [messages.userId, messages.id],
    }).onDelete('cascade'),
    uniqueIndex('chat_vectors_message_key').on(table.userId, table.messageId),
    index('chat_vectors_embedding_idx').using('hnsw', table.embedding.op('vector_cosine_ops')),
    ownerPolicy(),
    systemPolicy('all'),
    purgeLimit(),
  ],
)
