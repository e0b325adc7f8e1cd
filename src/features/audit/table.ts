import { sql } from 'drizzle-orm'
import { pgPolicy, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { clientId, ownerId, ownerPolicy, purgePolicy, timestamptz } from '../../db/columns.ts'

export const AUDIT_ACTORS = ['user', 'system', 'operator'] as const
export const AUDIT_ACTIONS = ['create', 'update', 'delete', 'restore', 'revoke', 'purge'] as const

/**
 * Who did what to which row. Triggers write it (`migrations/functions/audit_row.sql`), in the transaction of what
 * they record; the Worker's roles can only read it. No foreign key to `users`: it would lock that row in every write.
 */
export const auditEvents = pgTable(
  'audit_events',
  {
    userId: ownerId(),
    /** A UUIDv7 by the database's clock, so that the key is also the order. */
    id: uuid('id').notNull(),
    /** Whose connection it was: that of requests, of scheduled work, or neither. */
    actor: text('actor', { enum: AUDIT_ACTORS }).notNull(),
    action: text('action', { enum: AUDIT_ACTIONS }).notNull(),
    resource: text('resource').notNull(),
    resourceId: clientId('resource_id').notNull(),
    /** Of a message: where its id means something. */
    conversationId: clientId('conversation_id'),
    /** The columns that an update changed: their names, never what was in them. */
    changed: text('changed').array(),
    requestId: text('request_id'),
    signInId: text('sign_in_id'),
    address: text('address'),
    /** By the wall clock: a transaction that stays open must not make an event look older. */
    createdAt: timestamptz('created_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    ownerPolicy(),
    purgePolicy('all'),
    // The triggers' functions run with the rights of the tables' owner; nobody else has any to insert here.
    pgPolicy('writer', { to: 'public', for: 'insert', withCheck: sql`pg_trigger_depth() > 0` }),
  ],
)
