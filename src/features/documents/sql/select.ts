import { and, eq, getTableColumns, isNull, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { asLooked } from '../../../db/look-through.ts'
import { prepared } from '../../../db/prepared.ts'
import { embeddingJobs } from '../../embeddings/table.ts'
import { writtenHere } from '../../idempotency/sql/write-once.ts'
import { documents } from '../table.ts'

const { userId: _userId, content, deletedAt, purgeAfter: _purgeAfter, ...columns } = getTableColumns(documents)
type Value = string | Placeholder

/** Documents with what waits to be embedded of each: one look into the index of jobs. */
function selectAny<T extends Record<string, SQL | SQL.Aliased | PgColumn>>(
  q: NeonHttpDatabase,
  userId: Value,
  shown: T,
  ...conditions: (SQL | undefined)[]
) {
  const last = sql`(array_agg(last_error order by failed_at desc nulls last, run_at desc)
    filter (where last_error is not null))[1]`
  const failed = sql`count(*) filter (where failed_at is not null)`
  const jobs = q
    .select({
      pending: sql<number>`(count(*) - ${failed})::int`.as('pending'),
      failed: sql<number>`(${failed})::int`.as('failed'),
      lastError: sql<string | null>`${last}`.as('last_error'),
      mark: sql<string | null>`case when count(*) > 0 then
        concat(count(*) - ${failed}, '.', ${failed}, '.', "left"(md5(${last}), 6)) end`.as('mark'),
    })
    .from(embeddingJobs)
    .where(and(eq(embeddingJobs.userId, userId), eq(embeddingJobs.documentId, documents.id)))
    .as('jobs')
  return q
    .select({
      ...shown,
      jobs: { pending: jobs.pending, failed: jobs.failed, lastError: jobs.lastError, mark: jobs.mark },
    })
    .from(documents)
    .innerJoinLateral(jobs, sql`true`)
    .where(and(eq(documents.userId, userId), ...conditions))
}

/** Documents that are not deleted, without their content. */
export const selectLive = (q: NeonHttpDatabase, userId: Value, ...conditions: (SQL | undefined)[]) =>
  selectAny(q, userId, columns, isNull(documents.deletedAt), ...conditions)

/** The same of deleted ones, and when they were deleted. */
export const selectDeleted = (q: NeonHttpDatabase, userId: Value, ...conditions: (SQL | undefined)[]) =>
  selectAny(q, userId, { ...columns, deletedAt }, ...conditions)

/** The same of either kind, of a select as `lookThrough` returns it. */
export const selectLooked = (q: NeonHttpDatabase, userId: Value, isDeleted: boolean, looked: SQL) =>
  selectAny(q, userId, {
    ...columns,
    ...(isDeleted && { deletedAt }),
    isEnd: sql<boolean>`looked.is_end`.as('is_end'),
    isMatch: sql<boolean>`looked.is_match`.as('is_match'),
  }).innerJoin(asLooked(looked), sql`looked.id = ${documents.id}`)

/**
 * Documents as a write leaves them: with the content where the client has not sent it, and whether this transaction has
 * made them.
 */
export const selectWritten = (
  q: NeonHttpDatabase,
  userId: Value,
  withContent: boolean,
  ...conditions: (SQL | undefined)[]
) =>
  selectAny(
    q,
    userId,
    {
      ...columns,
      content: withContent ? sql`${content}`.as('content') : sql`null::text`.as('content'),
      created: sql<boolean>`(${documents.version} = 1 and ${writtenHere(documents)})`.as('created'),
    },
    isNull(documents.deletedAt),
    ...conditions,
  )

/** One document that is not deleted, with its content. */
export const oneOf = prepared((q) =>
  selectAny(
    q,
    sql.placeholder('userId'),
    { ...columns, content },
    isNull(documents.deletedAt),
    eq(documents.id, sql.placeholder('id')),
  ),
)
