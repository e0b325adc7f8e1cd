import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import * as z from 'zod'

/** Bytes of metadata that one request looks through, of which each row counts for some more: up to 100 ms (docs/decisions/035-request-cost.md). */
const MOST = 12 * 1024 * 1024
const ROW = 1024

/** A list in its order, and what its rows' metadata must contain. */
interface Search {
  table: PgTable & { id: PgColumn; metadata: PgColumn }
  /** Which rows the list has. */
  where: SQL | undefined
  /** What it is sorted by. */
  keys: readonly (SQL | PgColumn)[]
  direction: (key: SQL) => SQL
  metadata: Record<string, unknown>
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
 * The rows of a list whose metadata contains `metadata`, up to a limit, and up to where one request looks. An index that has the order serves it: the
 * sum runs along, and nothing is read that is not looked at. `|| '{}'` is the metadata as it is uncompressed.
 *
 * @returns a select of `id`, `is_end` and `is_match`
 */
export function lookThrough({ table, where, keys, direction, metadata, limit }: Search): SQL {
  const order = sql.join(
    keys.map((key) => direction(sql`${key}`)),
    sql`, `,
  )
  const bytes = sql`${ROW}::int + pg_column_size(${table.metadata} || '{}')`
  const contains = sql`l.metadata @> ${JSON.stringify(metadata)}::jsonb`
  // Without an order outside: what a filter and a limit let through stays in the order within, and the planner takes the index that begins at once.
  return sql`
    select l.id, l.upto >= ${MOST}::int as is_end,
      case when l.upto - l.bytes >= ${MOST}::int then false when l.upto >= ${MOST}::int then ${contains} else true end as is_match
    from (
      select ${table.id} as id, ${table.metadata} as metadata, ${bytes} as bytes,
        sum(${bytes}) over (order by ${order} rows unbounded preceding) as upto
      from ${table} where ${where} order by ${order}) l
    where case when l.upto >= ${MOST}::int then true else ${contains} end
    limit ${limit}::int`
}

/** As a table `looked` to join: once, whatever the planner takes for how many rows there are. */
export const asLooked = (looked: SQL): SQL => sql`(with looked as materialized (${looked}) select * from looked) looked`
