import { getTableColumns, sql } from 'drizzle-orm'
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import {
  clientId,
  createdAt,
  deletedAt,
  metadataCheck,
  oneOfCheck,
  ownerId,
  ownerPolicy,
  purgeCheck,
  purgePolicy,
  systemPolicy,
  systemRole,
  timestamptz,
  tsvector,
  unread,
  updatedAt,
  version,
  wordsPolicy,
  wordsVersion,
} from '../../db/columns.ts'
import { conversations } from '../conversations/table.ts'

export const MESSAGE_ROLES = ['system', 'user', 'assistant', 'tool'] as const

export const MESSAGE_STATUSES = ['in_progress', 'complete', 'stopped', 'failed'] as const

/**
 * The messages of a conversation are a tree. What makes it readable page by page is `branch` and `depth`: a message
 * continues its parent's branch if it is the first to do so, else it begins a new one. So a branch is a list without a
 * fork, and the way from the root to any message is a few stretches of branches
 * (docs/decisions/020-branches.md). `parent_id` has no foreign key: rows go with their conversation only.
 */
export const messages = pgTable(
  'messages',
  {
    userId: ownerId(),
    conversationId: clientId('conversation_id').notNull(),
    /** Unique in its conversation. */
    id: clientId('id').notNull(),
    /** The id that the client knows it by, where another message of the conversation has that id; null where it is `id`. */
    sentId: clientId('sent_id'),
    /** 1, 2, 3 … without a gap in its conversation. */
    seq: integer('seq').notNull(),
    /** What it answers or follows; null for the first, and for other beginnings of the same conversation. */
    parentId: clientId('parent_id'),
    branch: integer('branch').notNull().default(1),
    /** 1 for a beginning, else one more than the parent's. */
    depth: integer('depth').notNull(),
    role: text('role', { enum: MESSAGE_ROLES }).notNull(),
    /** The plain text. */
    content: text('content').notNull(),
    /** UIMessage parts of the AI SDK; null where they would say no more than `content`. */
    parts: jsonb('parts').$type<unknown>(),
    attachments: jsonb('attachments').$type<unknown>(),
    reasoning: text('reasoning'),
    status: text('status', { enum: MESSAGE_STATUSES }).notNull().default('complete'),
    model: text('model'),
    usage: jsonb('usage').$type<unknown>(),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    /** Whether any was given; release 0.2.0 shows `{}` either way. */
    hasMetadata: boolean('has_metadata').notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: deletedAt(),
    /** Of a deleted message: until then it can be restored. Null again once its text has been wiped. */
    purgeAfter: timestamptz('purge_after'),
    version: version(),
    /** For the keyword search; a trigger sets it. Null while it waits to be indexed. */
    search: tsvector('search'),
    wordsVersion: wordsVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.conversationId, table.id] }),
    foreignKey({
      columns: [table.userId, table.conversationId],
      foreignColumns: [conversations.userId, conversations.id],
    }).onDelete('cascade'),
    uniqueIndex('messages_seq_key').on(table.userId, table.conversationId, table.seq),
    uniqueIndex('messages_path_key').on(table.userId, table.conversationId, table.branch, table.depth),
    index('messages_parent_idx').on(table.userId, table.conversationId, table.parentId),
    index('messages_sent_idx')
      .on(table.userId, table.conversationId, table.sentId)
      .where(sql`sent_id is not null`),
    index('messages_purge_after_idx')
      .on(table.purgeAfter)
      .where(sql`purge_after is not null`),
    index('messages_in_progress_idx')
      .on(table.updatedAt)
      .where(sql`status = 'in_progress'`),
    index('messages_beginning_idx')
      .on(table.userId, table.conversationId)
      .where(sql`parent_id is null`),
    index('messages_search_idx').using('gin', table.userId, table.search),
    index('messages_unread_idx').on(table.userId).where(unread),
    oneOfCheck('messages_role_check', 'role', MESSAGE_ROLES),
    oneOfCheck('messages_status_check', 'status', MESSAGE_STATUSES),
    metadataCheck('messages_metadata_check'),
    purgeCheck('messages_purge_check'),
    ownerPolicy(),
    systemPolicy('select'),
    wordsPolicy(),
    purgePolicy('delete'),
    pgPolicy('retention', {
      to: systemRole,
      for: 'delete',
      using: sql`(user_id, conversation_id) in (select user_id, id from conversations where purge_after <= now())`,
    }),
    // A minute is the shortest IN_PROGRESS_TIMEOUT_MINUTES.
    pgPolicy('settle', {
      to: systemRole,
      for: 'update',
      using: sql`status = 'in_progress' and updated_at <= now() - interval '1 minute'`,
      withCheck: sql`status = 'failed'`,
    }),
    pgPolicy('wipe', {
      to: systemRole,
      for: 'update',
      using: sql`purge_after <= now()`,
      withCheck: sql`deleted_at is not null and content = ''`,
    }),
  ],
)

const { search: _search, wordsVersion: _wordsVersion, ...columns } = getTableColumns(messages)
/** What one reads of a message: all but what only the keyword search looks at. */
export const messageColumns = columns
