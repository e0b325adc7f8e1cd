import { sql } from 'drizzle-orm'
import { boolean, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import {
  createdAt,
  deletedAt,
  ownerId,
  ownerPolicy,
  purgePolicy,
  timestamptz,
  updatedAt,
  version,
} from '../../db/columns.ts'
import { users } from '../users/table.ts'

/**
 * The key is (user_id, id): a client may choose an id without learning whether somebody else has it, and every foreign
 * key carries the owner, so that no row can hang on another user's.
 */
export const conversations = pgTable(
  'conversations',
  {
    userId: ownerId(),
    id: uuid('id').notNull(),
    title: text('title'),
    systemPrompt: text('system_prompt'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    tags: text('tags')
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    archived: boolean('archived').notNull().default(false),
    pinned: boolean('pinned').notNull().default(false),
    /** Messages that are not deleted. */
    messageCount: integer('message_count').notNull().default(0),
    /** The last `seq` given out; never goes back. */
    lastSeq: integer('last_seq').notNull().default(0),
    lastActivityAt: timestamptz('last_activity_at')
      .notNull()
      .default(sql`now()`),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: deletedAt(),
    version: version(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    index('conversations_activity_idx')
      .on(table.userId, table.lastActivityAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`deleted_at is null`),
    ownerPolicy(),
    purgePolicy('all'),
  ],
)
