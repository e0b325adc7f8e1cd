import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { folded, isAscii } from './text.ts'

/**
 * Bytes of metadata that one request looks through, of which each row counts for some more, and each byte of a title that has to be folded as
 * many as take as long: up to 100 ms (docs/decisions/035-request-cost.md).
 */
const MOST = 12 * 1024 * 1024
const ROW = 1024
const TITLE_BYTE = 128

/** What a row has to have, which no index tells. */
interface Looked {
  /** What its metadata must contain. */
  metadata?: Record<string, unknown> | undefined
  /** A part of its title, whatever the case, accents and width. */
  title?: string | undefined
}

/** Whether a list has to be looked through for these filters. */
export const isLooked = ({ metadata, title }: Looked): boolean => metadata !== undefined || title !== undefined

/** A list in its order, and what its rows must have. */
interface Search {
  table: PgTable & { id: PgColumn; metadata: PgColumn }
  /** The title as it is shown. */
  title: SQL
  /** Which rows the list has. */
  where: SQL | undefined
  /** What it is sorted by. */
  keys: readonly (SQL | PgColumn)[]
  direction: (key: SQL) => SQL
  filters: Looked
  limit: number
}

/** What a row of {@link lookThrough} says, in addition to its `id`. */
export const lookedAt = {
  /** Whether the request looks no further: the page ends here. Of several such rows the first counts. */
  isEnd: z.boolean(),
  /** Whether it belongs to the page. */
  isMatch: z.boolean(),
}

/**
 * The rows of a list that have what the filters ask for, up to a limit, and up to where one request looks. An index that has the order serves it: the
 * sum runs along, and nothing is read that is not looked at. `|| '{}'` is the metadata as it is uncompressed.
 *
 * @returns a select of `id`, `is_end` and `is_match`
 */
export function lookThrough({ table, title, where, keys, direction, filters, limit }: Search): SQL {
  const order = sql.join(
    keys.map((key) => direction(sql`${key}`)),
    sql`, `,
  )
  const sizes = [sql`${ROW}::int`]
  const conditions: SQL[] = []
  if (filters.metadata) {
    sizes.push(sql`pg_column_size(${table.metadata} || '{}')`)
    conditions.push(sql`l.metadata @> ${JSON.stringify(filters.metadata)}::jsonb`)
  }
  if (filters.title !== undefined) {
    sizes.push(sql`case when ${isAscii(title)} then 0 else ${TITLE_BYTE}::int * octet_length(${title}) end`)
    // Not LIKE: in a text that is looked for, no character means another.
    conditions.push(sql`strpos(${folded(sql`l.title`)}, ${folded(sql`${filters.title}::text`)}) > 0`)
  }
  const bytes = sql.join(sizes, sql` + `)
  const has = sql.join(conditions, sql` and `)
  // Without an order outside: what a filter and a limit let through stays in the order within, and the planner takes the index that begins at once.
  return sql`
    select l.id, l.upto >= ${MOST}::int as is_end,
      case when l.upto - l.bytes >= ${MOST}::int then false when l.upto >= ${MOST}::int then ${has} else true end as is_match
    from (
      select ${table.id} as id, ${table.metadata} as metadata, ${title} as title, ${bytes} as bytes,
        sum(${bytes}) over (order by ${order} rows unbounded preceding) as upto
      from ${table} where ${where} order by ${order}) l
    where case when l.upto >= ${MOST}::int then true else ${has} end
    limit ${limit}::int`
}

/** As a table `looked` to join: once, whatever the planner takes for how many rows there are. */
export const asLooked = (looked: SQL): SQL => sql`(with looked as materialized (${looked}) select * from looked) looked`
