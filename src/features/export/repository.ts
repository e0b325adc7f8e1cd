import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { Database } from '../../db/database.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { fail, ok, type Result } from '../../result.ts'
import { type UserRow, userRow } from '../users/schemas.ts'
import { users } from '../users/table.ts'
import { type ExportSettings, type ExportSource, exportSources } from './sql/source.ts'

/** A part of what a source has, in the order of its key. */
export interface ExportPage {
  rows: Record<string, unknown>[]
  /** Where to read on; null at the end. */
  next: ExportKey | null
}
type ExportKey = readonly (string | number)[]

/** All that one user owns, read in parts. */
export interface ExportRepository {
  /** The user and the beginning of every source, in one request: for many it is all there is. */
  begin(): Promise<Result<{ user: UserRow; pages: Map<ExportSource, ExportPage> }>>
  /** The part of a source behind this key. */
  next(source: ExportSource, after: ExportKey): Promise<Result<ExportPage>>
}

/**
 * How much of a source at once. A page of messages may hold 100 KiB a row, and Neon caps an answer at 10 MiB of JSON, in
 * which a control character takes six bytes. The first request brings the beginning of all.
 */
interface Limits {
  rows: number
  bytes: number
  /** A page has at least one row, unless that is longer than so many bytes. */
  alone: number
}
/** A control character of a text. */
const BYTES_OF_A_CHARACTER = 6
const FIRST: Limits = { rows: 1_000, bytes: 256 * 1024, alone: 512 * 1024 }
const NEXT: Limits = { rows: 1_000, bytes: 1_536 * 1024, alone: 2 ** 31 - 1 }

export function createExportRepository(db: Database, userId: string, settings: ExportSettings): ExportRepository {
  const select = (
    q: NeonHttpDatabase,
    source: ExportSource,
    after: ExportKey | null,
    { rows, bytes, alone }: Limits,
  ) => {
    const { table, columns = getTableColumns(table), more = sql``, key, size, answerSize, condition } = source
    const order = sql.join(
      key.map(([column]) => sql.identifier(column)),
      sql`, `,
    )
    const behind = after?.length
      ? sql`and (${order}) > (${sql.join(
          after.map((value) => sql`${value}`),
          sql`, `,
        )})`
      : sql``
    const bySize = sql`
      select *, row_number() over w as position, sum(${size}) over w as bytes, count(*) over () as found
      from (
        select * from ${table} where user_id = ${userId} ${condition ? sql`and ${condition}` : sql``} ${behind}
        order by ${order} limit ${rows + 1}) own ${more}
      window w as (order by ${order})`
    const fits = (sum: SQL, times: number) =>
      sql`(position = 1 and ${sum} <= ${alone * times}) or (position <= ${rows} and ${sum} <= ${bytes * times})`
    const exactly = sql`
      select * from (
        select *, sum(${answerSize}) over (order by position) as answer_bytes from (${bySize}) page where ${fits(sql`bytes`, 1)}) page
      where ${fits(sql`answer_bytes`, BYTES_OF_A_CHARACTER)}`
    const page = q
      .$with('page', { ...columns, found: sql`found`.mapWith(Number).as('found') })
      .as(answerSize ? exactly : bySize)
    return q
      .with(page)
      .select()
      .from(page)
      .where(fits(sql`bytes`, 1))
      .orderBy(sql`position`)
  }

  return {
    async begin() {
      const sources = exportSources()
      const large = sources.filter((source) => source.hasLargeRows)
      const [results, error] = await db.read('export.begin', (q) => [
        q.select().from(users).where(eq(users.id, userId)),
        ...sources.map((source) => select(q, source, null, FIRST)),
        ...large.map(({ table }) => q.execute(sql`select 1 from ${table} where user_id = ${userId} limit 1`)),
      ])
      if (error) return fail(error)
      const [userRows, ...others] = results
      const [user, missing] = oneRow(userRows, userRow)
      if (missing) return fail(missing)
      const pages = new Map<ExportSource, ExportPage>()
      for (const [i, source] of sources.entries()) {
        const [page, unfit] = toPage(source, others[i] as FoundRow[], settings)
        if (unfit) return fail(unfit)
        // A first one that is too long to come along is the next page's.
        const some = others[sources.length + large.indexOf(source)] as { rows: unknown[] } | undefined
        const isLate = source.hasLargeRows && page.rows.length === 0 && some?.rows.length === 1
        pages.set(source, isLate ? { rows: [], next: BEGINNING } : page)
      }
      return ok({ user, pages })
    },

    async next(source, after) {
      const [results, error] = await db.read('export.next', (q) => [select(q, source, after, NEXT)])
      return error ? fail(error) : toPage(source, results[0], settings)
    },
  }
}

const BEGINNING: ExportKey = []

/** `found`: how many rows were there to take this page from. */
type FoundRow = Record<string, unknown> & { found: number }

function toPage(
  { row, key, asRead = (read) => read }: ExportSource,
  found: FoundRow[],
  settings: ExportSettings,
): Result<ExportPage> {
  const [rows, unfit] = allRows(found, row)
  if (unfit) return fail(unfit)
  const last = found.at(-1)
  const isLast = last === undefined || last.found === found.length
  const next = isLast ? null : key.map(([, property]) => last[property] as string | number)
  return ok({ rows: rows.map((each) => asRead(each, settings)), next })
}
