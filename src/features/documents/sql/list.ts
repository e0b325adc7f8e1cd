import { and, arrayContains, desc, eq, gt, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { isLooked, lookThrough } from '../../../db/look-through.ts'
import { assumeHalfMatch } from '../../../db/metadata.ts'
import type { DocumentFilters } from '../filters.ts'
import type { DocumentRow } from '../schemas.ts'
import { selectDeleted, selectLive, selectLooked } from './select.ts'
import { documents } from '../table.ts'

/** Where a page of a list starts: behind the row with this key. */
export interface DocumentPosition {
  /** When it was made, or deleted where the list is of deleted ones. */
  key: string
  id: string
}

/** A page of the list that `filters` ask for. */
export interface DocumentListQuery {
  userId: string
  limit: number
  after: DocumentPosition | null
  filters: DocumentFilters
}

const { id, createdAt, deletedAt, purgeAfter } = documents
const toTime = (text: string) => sql`${text}::timestamptz`

/** Where the page behind this row starts. */
export const positionOf = (row: DocumentRow): DocumentPosition => ({ key: row.deletedAt ?? row.createdAt, id: row.id })

/** The newest first, of deleted ones the last deleted. */
export function listPage(q: NeonHttpDatabase, { userId, limit, after, filters }: DocumentListQuery) {
  const key = filters.deleted ? deletedAt : createdAt
  const behind = after && sql`(${key}, ${id}) < (${toTime(after.key)}, ${after.id}::uuid)`
  if (isLooked(filters)) {
    const where = and(eq(documents.userId, userId), liveOrDeleted(filters), conditionOf(filters), behind ?? undefined)
    const looked = lookThrough({
      table: documents,
      title: sql`${documents.title}`,
      where,
      keys: [key, id],
      direction: desc,
      filters,
      limit,
    })
    return selectLooked(q, userId, filters.deleted, looked).orderBy(desc(key), desc(id))
  }
  const select = filters.deleted ? selectDeleted : selectLive
  return select(q, userId, conditionOf(filters), behind ?? undefined)
    .orderBy(desc(key), desc(id))
    .limit(limit)
}

/** `selectLive` asks it by itself. */
const liveOrDeleted = ({ deleted }: DocumentFilters) => (deleted ? undefined : isNull(deletedAt))

function conditionOf({ externalId, tag, createdAfter, createdBefore, deleted }: DocumentFilters): SQL | undefined {
  return and(
    // So put, it also keeps off the index of all users' `purge_after`.
    deleted ? and(isNotNull(deletedAt), assumeHalfMatch(sql`${purgeAfter} > now()`)) : undefined,
    externalId === undefined ? undefined : eq(documents.externalId, externalId),
    tag && assumeHalfMatch(arrayContains(documents.tags, tag)),
    createdAfter === undefined ? undefined : gt(createdAt, toTime(createdAfter)),
    createdBefore === undefined ? undefined : lt(createdAt, toTime(createdBefore)),
  )
}
