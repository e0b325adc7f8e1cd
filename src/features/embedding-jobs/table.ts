import { sql } from 'drizzle-orm'
import { foreignKey, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { createdAt, ownerId, ownerPolicy, systemPolicy, timestamptz } from '../../db/columns.ts'
import { messages } from '../messages/table.ts'

/** A text that waits for its vector. The row goes when the vector is stored, in the same transaction. */
export const embeddingJobs = pgTable(
  'embedding_jobs',
  {
    userId: ownerId(),
    messageId: uuid('message_id').notNull(),
    attempts: integer('attempts').notNull().default(0),
    /** Not before then: now for a new text, the end of the lease while claimed, later after a failure. */
    runAt: timestamptz('run_at')
      .notNull()
      .default(sql`now()`),
    /** Who holds it. A text that changes meanwhile clears it, and the late vector of the old text is dropped. */
    claimId: uuid('claim_id'),
    lastError: text('last_error'),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.messageId] }),
    foreignKey({
      columns: [table.userId, table.messageId],
      foreignColumns: [messages.userId, messages.id],
    }).onDelete('cascade'),
    index('embedding_jobs_run_at_idx').on(table.runAt),
    ownerPolicy(),
    systemPolicy('all'),
  ],
)
