import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'

/** A select of Drizzle's, as `q.select(…)` makes it. */
export type StorableSelect = BatchItem<'pg'> & SQLWrapper

/** A select whose rows can be kept as JSON, each an object with its fields by name, and become rows again. */
export interface StoredRows {
  /** The fields' names, as the column list of `with name (…) as (query)`. */
  names: SQL
  query: SQL
  /** @param objects what `to_jsonb` made of the rows; a field that it doesn't have, or that is not asked for any more, is null or left out */
  restore(objects: readonly Record<string, unknown>[]): unknown[]
}

/** What Drizzle compiles a select to: the very functions that would read its rows off the wire. */
interface CompiledSelect {
  fields: readonly { path: readonly string[] }[]
  mapResult(result: { rows: unknown[][] }): unknown[]
}

export function storedRows(select: StorableSelect): StoredRows {
  const compiled = (select as unknown as { _prepare(): CompiledSelect })._prepare()
  const names = compiled.fields.map(({ path }) => path.join('.'))
  return {
    names: sql.join(
      names.map((name) => sql.identifier(name)),
      sql`, `,
    ),
    query: select.getSQL(),
    restore: (objects) => compiled.mapResult({ rows: objects.map((row) => names.map((name) => row[name] ?? null)) }),
  }
}
