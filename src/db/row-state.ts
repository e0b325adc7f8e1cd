import { and, eq, gt, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

/** When the transaction began. */
export const now = sql`now()`
/** The time at which a row is looked at, after waiting for its lock. */
const wallClock = sql`clock_timestamp()`

/** What every change to a row also sets. */
export const newVersion = { updatedAt: now, version: sql`version + 1` }

/** A deletion that can be undone for so many days. */
export const deletedFor = (days: number) => ({
  ...newVersion,
  deletedAt: now,
  purgeAfter: sql`now() + make_interval(days => ${days})`,
})

/** A deletion that scheduled work completes at its next run. */
export const deletedForGood = { ...newVersion, deletedAt: sql`coalesce(deleted_at, now())`, purgeAfter: now }

/** Undoes a deletion. */
export const undeleted = { ...newVersion, deletedAt: null, purgeAfter: null }

/** A state that a row is in only once, even where another one had its id before. */
export interface RowState {
  version: number
  createdAt: string
}

/** A row in one of these states; in any, where they are null. */
export const isInState = (
  { version, createdAt }: { version: PgColumn; createdAt: PgColumn },
  states: readonly RowState[] | null,
): SQL | undefined =>
  states === null
    ? undefined
    : or(sql`false`, ...states.map((state) => and(eq(version, state.version), eq(createdAt, state.createdAt))))

interface Deletable {
  deletedAt: PgColumn
  purgeAfter: PgColumn
}

/** A deleted row whose time has not run out. By the wall clock: a purge may have held the row until now. */
export const isRestorable = ({ deletedAt, purgeAfter }: Deletable) =>
  and(isNotNull(deletedAt), gt(purgeAfter, wallClock))

/** A row that is not deleted, or can still be restored. */
export const isLiveOrRestorable = ({ deletedAt, purgeAfter }: Deletable) =>
  or(isNull(deletedAt), gt(purgeAfter, wallClock))
