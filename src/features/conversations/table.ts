import { sql } from 'drizzle-orm'
import {
  check,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core'
import { now } from '../../db/row-state.ts'
import {
  clientId,
  createdAt,
  deletedAt,
  metadataCheck,
  ownerId,
  ownerPolicy,
  purgeCheck,
  purgePolicy,
  systemPolicy,
  systemRole,
  timestamptz,
  tsvector,
  unreadTitle,
  updatedAt,
  version,
  wordsPolicy,
  wordsVersion,
} from '../../db/columns.ts'
import { users } from '../users/table.ts'

/** Most branches of a conversation. */
export const MAX_BRANCHES = 10_000

/**
 * The key is (user_id, id): a client may choose an id without learning whether somebody else has it, and every foreign
 * key carries the owner, so that no row can hang on another user's.
 */
export const conversations = pgTable(
  'conversations',
  {
    userId: ownerId(),
    id: clientId('id').notNull(),
    /** As somebody set it. */
    title: text('title'),
    /** What the first message of the user begins with: shown where nobody has set a title. */
    derivedTitle: text('derived_title'),
    /**
     * What the shown title is sorted by. A column, because row-level security lets a condition on a function that may tell of
     * its arguments, such as `lower`, wait for the policy: it could not narrow the index.
     */
    titleKey: text('title_key')
      .notNull()
      .generatedAlwaysAs(sql`lower("left"(coalesce(title, derived_title, ''), 100))`),
    /** Where this one was forked off; the other conversation may be gone. */
    forkedFromConversation: clientId('forked_from_conversation'),
    forkedFromMessage: clientId('forked_from_message'),
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
    /** The last `branch` given out. */
    lastBranch: integer('last_branch').notNull().default(0),
    /** The message that ends the way through the tree which is shown. */
    activeLeafId: clientId('active_leaf_id'),
    lastActivityAt: timestamptz('last_activity_at').notNull().default(now),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: deletedAt(),
    /** Of a deleted conversation: until then it can be restored. */
    purgeAfter: timestamptz('purge_after'),
    version: version(),
    /** The words of `title`, which count for its messages; a trigger sets it. */
    titleWords: tsvector('title_words'),
    wordsVersion: wordsVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    index('conversations_activity_idx')
      .on(table.userId, table.lastActivityAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`deleted_at is null`),
    index('conversations_created_idx')
      .on(table.userId, table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`deleted_at is null`),
    index('conversations_title_idx')
      .on(table.userId, table.titleKey, table.id)
      .where(sql`deleted_at is null`),
    index('conversations_pinned_idx')
      .on(
        table.userId,
        table.pinned.desc().nullsFirst(),
        table.lastActivityAt.desc().nullsFirst(),
        table.id.desc().nullsFirst(),
      )
      .where(sql`deleted_at is null`),
    index('conversations_archived_idx')
      .on(table.userId, table.archived, table.lastActivityAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`deleted_at is null`),
    index('conversations_deleted_idx')
      .on(table.userId, table.deletedAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`deleted_at is not null`),
    index('conversations_purge_after_idx')
      .on(table.purgeAfter)
      .where(sql`purge_after is not null`),
    index('conversations_title_words_idx').using('gin', table.userId, table.titleWords),
    index('conversations_unread_idx').on(table.userId).where(unreadTitle),
    metadataCheck('conversations_metadata_check'),
    check('conversations_branches_check', sql.raw(`last_branch <= ${MAX_BRANCHES}`)),
    purgeCheck('conversations_purge_check'),
    ownerPolicy(),
    systemPolicy('select'),
    wordsPolicy(unreadTitle, sql`title_words is not null`),
    purgePolicy('all'),
    pgPolicy('retention', { to: systemRole, using: sql`purge_after <= now()`, withCheck: sql`purge_after <= now()` }),
  ],
)
