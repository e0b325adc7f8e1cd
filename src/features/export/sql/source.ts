import type { SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type * as z from 'zod'

/** What of a table goes into an export. The feature that owns the table declares it in its `sql/export.ts`. */
export interface ExportSource {
  /** The `type` of its lines. */
  type: string
  /** Types whose lines these refer to: those stand before. */
  refersTo: readonly string[]
  table: PgTable
  /** Where not all of them are read. */
  columns?: Record<string, PgColumn>
  /** A join that provides additional columns. */
  more?: SQL
  /** Which rows, where not all. */
  condition?: SQL
  /** The order, by which an index has the rows. */
  key: readonly [column: string, property: string][]
  /** Roughly the bytes of a row's texts, without reading those that are stored out of line. */
  size: SQL
  /** A row may be longer than what comes along with the first request. */
  hasLargeRows?: boolean
  /** A row as the line shows it, deleted ones too. What follows from other lines (counters, versions) stays out. */
  row: z.ZodObject
  /** The line, where it is not the row. */
  line?: z.ZodObject
  toLine?: (row: Record<string, unknown>) => object
  /** What the reference calls the line. */
  name: string
}

const declared = new Map<string, ExportSource>()

/** Makes rows a part of every export from now on. */
export function exported(source: ExportSource): void {
  declared.set(source.type, source)
}

/** What an export holds, in the order of its lines: what a line refers to stands before it. */
export function exportSources(): ExportSource[] {
  const ordered = new Set<ExportSource>()
  const add = (type: string) => {
    const source = declared.get(type)
    if (!source) throw new Error(`Nothing is exported as ${type}.`)
    source.refersTo.forEach(add)
    ordered.add(source)
  }
  for (const type of [...declared.keys()].toSorted()) add(type)
  return [...ordered]
}
