import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import {
  createdAt,
  deletedAt,
  metadataCheck,
  ownerId,
  ownerPolicy,
  purgeCheck,
  purgePolicy,
  regconfig,
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
import { users } from '../users/table.ts'

export const DOCUMENT_FORMATS = ['markdown', 'text'] as const

export const documents = pgTable(
  'documents',
  {
    userId: ownerId(),
    id: uuid('id').notNull(),
    /** What the client calls it: a second POST with the same one replaces the first. */
    externalId: text('external_id'),
    title: text('title').notNull(),
    content: text('content').notNull(),
    /** SHA-256 of the content in UTF-8, in hex. */
    contentHash: text('content_hash').notNull(),
    format: text('format', { enum: DOCUMENT_FORMATS }).notNull(),
    language: regconfig('language').notNull(),
    /** Of its chunks, in UTF-16 units. Null where the client brought an embedding of the whole. */
    chunkSize: integer('chunk_size'),
    chunkOverlap: integer('chunk_overlap'),
    chunkCount: integer('chunk_count').notNull().default(0),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    tags: text('tags')
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: deletedAt(),
    /** Of a deleted document: until then it can be restored. */
    purgeAfter: timestamptz('purge_after'),
    version: version(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    // Also of deleted ones: a POST with their name brings them back, rather than a second one beside them.
    uniqueIndex('documents_external_key').on(table.userId, table.externalId),
    index('documents_created_idx')
      .on(table.userId, table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`deleted_at is null`),
    index('documents_deleted_idx')
      .on(table.userId, table.deletedAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`deleted_at is not null`),
    index('documents_purge_after_idx')
      .on(table.purgeAfter)
      .where(sql`purge_after is not null`),
    check('documents_format_check', sql`format in ('markdown', 'text')`),
    metadataCheck('documents_metadata_check'),
    purgeCheck('documents_purge_check'),
    ownerPolicy(),
    systemPolicy('select'),
    purgePolicy('all'),
    pgPolicy('retention', { to: systemRole, using: sql`purge_after <= now()`, withCheck: sql`purge_after <= now()` }),
  ],
)

/** A piece of a document, which is embedded and found as a whole. */
export const documentChunks = pgTable(
  'document_chunks',
  {
    userId: ownerId(),
    id: uuid('id').notNull(),
    documentId: uuid('document_id').notNull(),
    /** 0, 1, 2 … in its document. */
    position: integer('position').notNull(),
    content: text('content').notNull(),
    /** From the outermost heading above it to the nearest. */
    headings: text('headings')
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    /** The header row of the table in which it starts. Stored, so that a new title does not lose it from `context`. */
    tableHead: text('table_head'),
    /** What is said above it, as text: found and embedded together with it. */
    context: text('context').notNull().default(''),
    /** Of context and content: a chunk that has kept it keeps its vector. */
    hash: text('hash').notNull(),
    /** Where it stands in the document's content, in UTF-16 units: `content.slice(start, end)`. */
    startOffset: integer('start_offset').notNull(),
    endOffset: integer('end_offset').notNull(),
    /** The document's. A column here, because a generated one sees nothing of other tables. */
    language: regconfig('language').notNull(),
    /** For the keyword search; a trigger sets it. Null while it waits to be indexed. */
    search: tsvector('search'),
    wordsVersion: wordsVersion(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({
      columns: [table.userId, table.documentId],
      foreignColumns: [documents.userId, documents.id],
    }).onDelete('cascade'),
    // Not unique: an update that moves chunks passes through states in which two share a position.
    index('document_chunks_position_idx').on(table.userId, table.documentId, table.position),
    index('document_chunks_search_idx').using('gin', table.userId, table.search),
    index('document_chunks_unread_idx').on(table.userId).where(unread),
    ownerPolicy(),
    systemPolicy('select'),
    wordsPolicy(),
    purgePolicy('delete'),
    pgPolicy('retention', {
      to: systemRole,
      for: 'delete',
      using: sql`(user_id, document_id) in (select user_id, id from documents where purge_after <= now())`,
    }),
  ],
)
