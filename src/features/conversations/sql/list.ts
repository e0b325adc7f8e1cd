import { and, arrayContains, asc, desc, eq, gt, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { isLooked, lookThrough } from '../../../db/look-through.ts'
import { assumeHalfMatch } from '../../../db/metadata.ts'
import { prepared } from '../../../db/prepared.ts'
import type { ConversationFilters } from '../filters.ts'
import type { ConversationRow } from '../schemas.ts'
import { selectDeleted, selectLooked, selectWithLastMessage } from './select.ts'
import { conversations } from '../table.ts'

/** Where a page of a list starts: behind the row with this key. */
export interface ConversationPosition {
  /** What the list is sorted by, as `positionOf` reads it off a row. */
  key: string
  id: string
  /** Only matters where pinned ones come first. */
  pinned: boolean
}

/** A page of the list that `filters` ask for. */
export interface ConversationListQuery {
  userId: string
  limit: number
  after: ConversationPosition | null
  filters: ConversationFilters
}

const { userId, id, title, derivedTitle, titleKey, lastActivityAt, createdAt, deletedAt, purgeAfter, pinned } =
  conversations

/** A list in an order: its key's expression must be the index's own, or the index does not serve it. */
interface Order {
  key: SQL | PgColumn
  direction: typeof asc
  /** Brings a position's key into the form of the expression. */
  bring: (key: string) => SQL
  keyOf: (row: ConversationRow) => string
}

const toTime = (text: string) => sql`${text}::timestamptz`
const shownTitle = sql`coalesce(${title}, ${derivedTitle}, '')`
/** As in the column's expression. */
const toTitleKey = (text: string) => sql`lower("left"(${text}::text, 100))`
const beginningOf = (title: string) => Array.from(title.slice(0, 200)).slice(0, 100).join('').toWellFormed()
const ORDERS: Record<ConversationFilters['sort'] | 'deletion', Order> = {
  activity: { key: lastActivityAt, direction: desc, bring: toTime, keyOf: (row) => row.lastActivityAt },
  created: { key: createdAt, direction: desc, bring: toTime, keyOf: (row) => row.createdAt },
  title: { key: titleKey, direction: asc, bring: toTitleKey, keyOf: (row) => beginningOf(row.title ?? '') },
  deletion: { key: deletedAt, direction: desc, bring: toTime, keyOf: (row) => row.deletedAt ?? '' },
}
const orderOf = ({ deleted, sort }: ConversationFilters): Order => ORDERS[deleted ? 'deletion' : sort]

/** Where the page behind this row starts. */
export const positionOf = (row: ConversationRow, filters: ConversationFilters): ConversationPosition => ({
  key: orderOf(filters).keyOf(row),
  id: row.id,
  pinned: row.pinned,
})

/**
 * A page of a list. Pinned ones first is an order of its own for the activity, by an index; the other orders put their page
 * together of two, one of pinned conversations and one of the rest, so that nothing behind the page is read or sorted.
 */
export function listPage(q: NeonHttpDatabase, { userId: owner, limit, after, filters }: ConversationListQuery) {
  const { key, direction } = orderOf(filters)
  const conditions = conditionsOf(filters)
  const select = filters.deleted ? selectDeleted : selectWithLastMessage
  const byKey = [direction(key), direction(id)]
  const pinnedMatters = filters.pinnedFirst && filters.pinned === undefined
  if (isLooked(filters)) return lookedPage(q, { userId: owner, limit, after, filters })

  if (!pinnedMatters) {
    return select(q, owner, ...conditions, behind(filters, after))
      .orderBy(...byKey)
      .limit(limit)
  }
  if (filters.sort === 'activity') {
    const next =
      after && sql`(${pinned}, ${key}, ${id}) < (${after.pinned}::boolean, ${toTime(after.key)}, ${after.id}::text)`
    return select(q, owner, ...conditions, next ?? undefined)
      .orderBy(desc(pinned), ...byKey)
      .limit(limit)
  }
  const part = (isPinned: boolean, from: ConversationPosition | null) =>
    q
      .select({ id })
      .from(conversations)
      .where(and(eq(userId, owner), ...conditions, eq(pinned, isPinned), behind(filters, from)))
      .orderBy(...byKey)
      .limit(limit)
  const rest = part(false, after?.pinned === false ? after : null)
  const both = after?.pinned === false ? sql`${rest}` : sql`${part(true, after)} union all ${rest}`
  return select(q, owner, sql`${id} in (${both})`)
    .orderBy(desc(pinned), ...byKey)
    .limit(limit)
}

/** A page of those with certain metadata or titles. Where pinned ones come first, they are looked through first. */
function lookedPage(q: NeonHttpDatabase, { userId: owner, limit, after, filters }: ConversationListQuery) {
  const { key, direction } = orderOf(filters)
  const { pinnedFirst } = filters
  const look = (isPinned: boolean | undefined, from: ConversationPosition | null) =>
    lookThrough({
      table: conversations,
      title: shownTitle,
      where: and(
        eq(userId, owner),
        ...conditionsOf(filters),
        isPinned === undefined ? undefined : eq(pinned, isPinned),
        behind(filters, from),
      ),
      keys: [key, id],
      direction,
      filters,
      limit,
    })
  const byKey = [direction(key), direction(id)]
  const isDeleted = filters.deleted
  if (!pinnedFirst || filters.pinned !== undefined) {
    return selectLooked(q, owner, isDeleted, look(undefined, after)).orderBy(...byKey)
  }
  const rest = look(false, after?.pinned === false ? after : null)
  const both = after?.pinned === false ? rest : sql`(${look(true, after)}) union all (${rest})`
  return selectLooked(q, owner, isDeleted, both).orderBy(desc(pinned), ...byKey)
}

function behind(filters: ConversationFilters, after: ConversationPosition | null): SQL | undefined {
  if (!after) return undefined
  const { key, direction, bring } = orderOf(filters)
  const beyond = sql.raw(direction === desc ? '<' : '>')
  return sql`(${key}, ${id}) ${beyond} (${bring(after.key)}, ${after.id}::text)`
}

function conditionsOf(filters: ConversationFilters): (SQL | undefined)[] {
  const { archived, tag, createdAfter, createdBefore, activeAfter, activeBefore } = filters
  return [
    // So put, it also keeps off the index of all users' `purge_after`.
    filters.deleted ? and(isNotNull(deletedAt), assumeHalfMatch(sql`${purgeAfter} > now()`)) : isNull(deletedAt),
    archived === undefined ? undefined : eq(conversations.archived, archived),
    filters.pinned === undefined ? undefined : eq(pinned, filters.pinned),
    tag && assumeHalfMatch(arrayContains(conversations.tags, tag)),
    createdAfter === undefined ? undefined : gt(createdAt, toTime(createdAfter)),
    createdBefore === undefined ? undefined : lt(createdAt, toTime(createdBefore)),
    activeAfter === undefined ? undefined : gt(lastActivityAt, toTime(activeAfter)),
    activeBefore === undefined ? undefined : lt(lastActivityAt, toTime(activeBefore)),
  ]
}

/** The whole list, for which most ask, is built once. */
const selectPage = (q: NeonHttpDatabase, ...conditions: SQL[]) =>
  selectWithLastMessage(q, sql.placeholder('userId'), ...conditions)
    .orderBy(desc(lastActivityAt), desc(id))
    .limit(sql.placeholder('limit'))
export const firstPage = prepared((q) => selectPage(q))
export const nextPage = prepared((q) =>
  selectPage(
    q,
    sql`(${lastActivityAt}, ${id}) < (${sql.placeholder('after')}::timestamptz, ${sql.placeholder('afterId')}::text)`,
  ),
)
