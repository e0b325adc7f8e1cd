import { sql } from 'drizzle-orm'
import { bigint, date, foreignKey, pgPolicy, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { ownerId, ownerPolicy, systemPolicy } from '../../db/columns.ts'
import { users } from '../users/table.ts'

const counter = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0)

/**
 * What a user has: the sum of the user's rows. A transaction adds to a row that no other one holds, and makes one where there is
 * none, so that a user's writes never wait for each other (docs/decisions/036-quotas.md). Triggers write it
 * (`migrations/functions/count_rows.sql`), and the queue of embeddings the last two columns.
 */
export const usage = pgTable(
  'usage',
  {
    userId: ownerId(),
    /** Means nothing. */
    shard: uuid('shard').notNull().defaultRandom(),
    conversations: counter('conversations'),
    messages: counter('messages'),
    documents: counter('documents'),
    /** Of texts and JSON in UTF-8, and of vectors that were brought. */
    storedBytes: counter('stored_bytes'),
    embeddedTokens: counter('embedded_tokens'),
    /** The day of `embedded_tokens`, in UTC. */
    embeddedOn: date('embedded_on')
      .notNull()
      .default(sql`(now() at time zone 'utc')::date`),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.shard] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    ownerPolicy(),
    systemPolicy('all'),
    // The triggers' functions run with the rights of the tables' owner.
    pgPolicy('writer', {
      to: 'public',
      for: 'all',
      using: sql`pg_trigger_depth() > 0`,
      withCheck: sql`pg_trigger_depth() > 0`,
    }),
  ],
)
