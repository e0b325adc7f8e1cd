import { sql } from 'drizzle-orm'
import { check, customType, integer, pgPolicy, pgRole, smallint, uuid } from 'drizzle-orm/pg-core'
import { metadataFits } from './metadata.ts'
import { now } from './row-state.ts'

/** The role of requests: NOBYPASSRLS, owns nothing. Made by `dev/roles.ts`. */
export const appRole = pgRole('parley_app').existing()
/** The role of scheduled work: NOBYPASSRLS, with policies of its own. */
export const systemRole = pgRole('parley_system').existing()

/**
 * `timestamptz(3)`, read as ISO-8601 UTC with milliseconds. Three digits, because JavaScript's dates have no more: a
 * value that loses nothing on its way out can come back in a cursor without skipping or repeating a row.
 */
export const timestamptz = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: toIsoUtc,
})

/** Postgres' text form (`2026-11-22 17:20:00.12+00`) → `2026-11-22T17:20:00.120Z`. */
export function toIsoUtc(text: string): string {
  if (!text.endsWith('+00')) return new Date(text).toISOString()
  const seconds = text.slice(0, 19)
  const fraction = text.length > 22 ? text.slice(20, -3) : ''
  return `${seconds.replace(' ', 'T')}.${fraction.padEnd(3, '0')}Z`
}

/** A text search configuration, such as `simple` or `english`: which words of a language are the same word. */
export const regconfig = customType<{ data: string }>({ dataType: () => 'regconfig' })
export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/**
 * An id that a client may have chosen: a domain over `text COLLATE "C"` that checks its form (docs/decisions/030-client-ids.md). What
 * Parley makes itself is a UUIDv7, in whose text the order of time stays.
 */
export const clientId = customType<{ data: string }>({ dataType: () => 'client_id' })

/** Only what is deleted is purged. */
export const purgeCheck = (name: string) => check(name, sql`purge_after is null or deleted_at is not null`)

/** A text column holds one of these, which are constants of the code: DDL takes no parameters. */
export const oneOfCheck = (name: string, column: string, values: readonly string[]) =>
  check(name, sql.raw(`${column} in (${values.map((value) => `'${value}'`).join(', ')})`))

export const ownerId = () => uuid('user_id').notNull()
export const createdAt = () => timestamptz('created_at').notNull().default(now)
export const updatedAt = () => timestamptz('updated_at').notNull().default(now)
export const deletedAt = () => timestamptz('deleted_at')
/** Counts the writes to a row, so that two of them in the same millisecond still differ. */
export const version = () => integer('version').notNull().default(1)

export const metadataCheck = (name: string) => check(name, metadataFits(sql`metadata`))

/**
 * Rows of the asking user and no others. `app.current_user_id()` is a plain STABLE SQL function, so that the planner
 * inlines it and sees the user's real statistics (docs/decisions/004-row-level-security.md).
 */
export const ownerPolicy = () =>
  pgPolicy('owner', {
    to: appRole,
    using: sql`user_id = app.current_user_id()`,
    withCheck: sql`user_id = app.current_user_id()`,
  })

/** What scheduled work may do with every user's rows; the grants narrow it further. */
export const systemPolicy = (command: 'all' | 'select') =>
  pgPolicy('system', {
    to: systemRole,
    for: command,
    using: sql`true`,
    ...(command === 'select' ? {} : { withCheck: sql`true` }),
  })

const isDue = sql`user_id in (select id from users where purge_after <= now())`

/** Which version of `app.words_of` has read a text; words of an earlier one are read again in the background. */
export const wordsVersion = () => smallint('words_version').notNull().default(0)

/** Texts whose words are to be read, in words of SQL. The number is the one that `app.index_words` and `app.index_title` set. */
export const unread = sql`search is null or words_version < 1`
/** The same of titles. */
export const unreadTitle = sql`title is not null and words_version < 1`

/** Scheduled work may set the words of a text that waits for them. */
export const wordsPolicy = (waits = unread, withCheck = sql`search is not null`) =>
  pgPolicy('words', { to: systemRole, for: 'update', using: waits, withCheck })

/** Scheduled work may delete the rows of accounts whose grace time is over, and of no others; the grants narrow it further. */
export const purgePolicy = (command: 'all' | 'delete') =>
  pgPolicy('purge', {
    to: systemRole,
    for: command,
    using: isDue,
    ...(command === 'delete' ? {} : { withCheck: isDue }),
  })

/** The same, on a table whose `systemPolicy` lets scheduled work do more than read. */
export const purgeLimit = () => pgPolicy('purge', { as: 'restrictive', to: systemRole, for: 'delete', using: isDue })
