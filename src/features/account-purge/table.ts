import { jsonb, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { now } from '../../db/row-state.ts'
import { ownerId, ownerPolicy, systemPolicy, timestamptz } from '../../db/columns.ts'

/** What is left of a purged account: that it was purged, when, and how many rows of each kind went. */
export const purgeReceipts = pgTable(
  'purge_receipts',
  {
    userId: ownerId(),
    /** When the user deleted the account: sign-ins from before then open no other one. */
    deletedAt: timestamptz('deleted_at').notNull(),
    startedAt: timestamptz('started_at').notNull().default(now),
    /** Null while the purge is under way. */
    finishedAt: timestamptz('finished_at'),
    /** Rows by table. */
    counts: jsonb('counts').$type<Record<string, number>>().notNull().default({}),
  },
  (table) => [primaryKey({ columns: [table.userId, table.deletedAt] }), ownerPolicy(), systemPolicy('all')],
)
