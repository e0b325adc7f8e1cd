import { sql } from 'drizzle-orm'
import { customType, foreignKey, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { createdAt, ownerId, ownerPolicy, systemPolicy, timestamptz } from '../../db/columns.ts'
import { users } from '../users/table.ts'

/** Ordered by its bytes, so that an index finds what begins with an id. */
const idText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' })

/** The answers to creating requests that came with an `Idempotency-Key`, for as long as a client may repeat them. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    userId: ownerId(),
    key: text('key').notNull(),
    /** SHA-256 of method, path and body, in base64url: the same key with another request is refused. */
    digest: text('digest').notNull(),
    /** The rows that the answer was made of, and which request wrote them. */
    responseRows: jsonb('response_rows').$type<unknown>(),
    /**
     * What the answer shows: the id of a conversation, `document` and its id, or `conversation/message` of a vector. By it a purge finds the answer
     * (`app.forget_answers`). Null until there is one, and where the release before has written it.
     */
    resource: idText('resource'),
    createdAt: createdAt(),
    expiresAt: timestamptz('expires_at')
      .notNull()
      .default(sql`now() + interval '24 hours'`),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.key] }),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    index('idempotency_keys_expires_at_idx').on(table.expiresAt),
    index('idempotency_keys_resource_idx').on(table.userId, table.resource, table.createdAt),
    ownerPolicy(),
    systemPolicy('all'),
  ],
)
