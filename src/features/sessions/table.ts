import { sql } from 'drizzle-orm'
import { foreignKey, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { now } from '../../db/row-state.ts'
import { createdAt, ownerId, ownerPolicy, purgePolicy, timestamptz } from '../../db/columns.ts'
import { users } from '../users/table.ts'

/** One row per Cognito sign-in: all tokens that are refreshed from the same sign-in share it. */
export const sessions = pgTable(
  'sessions',
  {
    userId: ownerId(),
    id: uuid('id').notNull(),
    /** Cognito's `origin_jti`, or what the verifier derives where the pool sends none. */
    signInId: text('sign_in_id').notNull(),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    lastSeenAt: timestamptz('last_seen_at').notNull().default(now),
    /** When the newest access token of this sign-in expires. */
    expiresAt: timestamptz('expires_at').notNull(),
    revokedAt: timestamptz('revoked_at'),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.id] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    uniqueIndex('sessions_sign_in_key').on(table.userId, table.signInId),
    index('sessions_open_idx')
      .on(table.userId, table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`revoked_at is null`),
    ownerPolicy(),
    purgePolicy('all'),
  ],
)
