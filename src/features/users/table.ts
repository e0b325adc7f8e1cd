import { sql } from 'drizzle-orm'
import { boolean, index, pgPolicy, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { now } from '../../db/row-state.ts'
import {
  appRole,
  createdAt,
  deletedAt,
  purgeCheck,
  systemRole,
  timestamptz,
  updatedAt,
  version,
} from '../../db/columns.ts'

/** One row per Cognito user; `id` is the `sub`. */
export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    /** As Cognito has it: pools may have users without, or several with the same one. */
    email: text('email'),
    emailVerified: boolean('email_verified').notNull().default(false),
    firstName: text('first_name'),
    lastName: text('last_name'),
    name: text('name'),
    avatarUrl: text('avatar_url'),
    lastLogin: timestamptz('last_login').notNull().default(now),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: deletedAt(),
    /** Of a deleted account: until then signing in restores it. */
    purgeAfter: timestamptz('purge_after'),
    /** Sign-ins from before then are refused. */
    notValidBefore: timestamptz('not_valid_before'),
    version: version(),
  },
  (table) => [
    purgeCheck('users_purge_check'),
    index('users_email_idx').on(sql`lower(${table.email})`),
    index('users_purge_after_idx')
      .on(table.purgeAfter)
      .where(sql`purge_after is not null`),
    pgPolicy('owner', {
      to: appRole,
      using: sql`id = app.current_user_id()`,
      withCheck: sql`id = app.current_user_id()`,
    }),
    pgPolicy('purge', { to: systemRole, using: sql`purge_after <= now()`, withCheck: sql`purge_after <= now()` }),
  ],
)
