import { sql } from 'drizzle-orm'
import { check, foreignKey, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import {
  createdAt,
  deletedAt,
  ownerId,
  ownerPolicy,
  purgePolicy,
  systemPolicy,
  updatedAt,
  version,
} from '../../db/columns.ts'
import { conversations } from '../conversations/table.ts'

export const MESSAGE_ROLES = ['system', 'user', 'assistant', 'tool'] as const

export const messages = pgTable(
  'messages',
  {
    userId: ownerId(),
    id: uuid('id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    /** 1, 2, 3 … without a gap in its conversation. */
    seq: integer('seq').notNull(),
    role: text('role', { enum: MESSAGE_ROLES }).notNull(),
    content: text('content').notNull(),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: deletedAt(),
    version: version(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({
      columns: [table.userId, table.conversationId],
      foreignColumns: [conversations.userId, conversations.id],
    }).onDelete('cascade'),
    uniqueIndex('messages_seq_key').on(table.userId, table.conversationId, table.seq),
    check('messages_role_check', sql`role in ('system', 'user', 'assistant', 'tool')`),
    ownerPolicy(),
    systemPolicy('select'),
    purgePolicy('delete'),
  ],
)
