import * as z from 'zod'
import { fail, ok, type Result } from '../result.ts'
import { type CursorScope, decodeCursor, encodeCursor } from './cursor.ts'

/** Digits only: `Number` would take `1e1`, ` 7 ` and `0x10`, too. */
const toLimit = (text: unknown): unknown => (typeof text === 'string' && /^-?\d{1,9}$/.test(text) ? Number(text) : text)

/** The query of every list. */
export const pageQuery = z.strictObject({
  limit: z.preprocess(toLimit, z.int().min(1).max(100)).prefault(20).meta({ description: 'Rows a page' }),
  cursor: z.string().max(1024).optional().meta({ description: '`nextCursor` of the page before' }),
})

/** The answer of every list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() })

/**
 * Takes a page out of rows that were read with one more than asked for, or with the number of rows that were `found` where
 * a page may end early.
 *
 * @returns the page's rows, and the one behind which there is more to read
 */
export function cutPage<T extends object>(rows: T[], limit: number): { data: T[]; last: T | null } {
  // A request that looks no further says so in a row that may belong to the page, or only say where the next one starts.
  const stop = rows.findIndex((row) => 'isEnd' in row && row.isEnd === true)
  const found = (stop === -1 ? rows : rows.slice(0, stop + 1)).filter(
    (row) => !('isMatch' in row) || row.isMatch === true,
  )
  const data = found.slice(0, limit)
  if (found.length <= limit && stop !== -1) return { data: data.map(withoutMarks), last: rows[stop] ?? null }
  const end = data.at(-1) ?? null
  const isCut = end !== null && 'found' in end && Number(end.found) > rows.length
  return { data: data.map(withoutMarks), last: found.length > limit || isCut ? end : null }
}

function withoutMarks<T extends object>(row: T): T {
  if (!('isEnd' in row)) return row
  const { isEnd: _isEnd, isMatch: _isMatch, ...shown } = row as T & { isEnd: unknown; isMatch?: unknown }
  return shown as unknown as T
}

/** What a list is asked for. */
export interface PageRequest {
  limit: number
  cursor?: string | undefined
}

export interface Page<T> {
  data: T[]
  nextCursor: string | null
}

/** How the pages of a list hang together. */
export interface PagedList<T, K extends z.ZodType> {
  /** The sort key of a page's last row, as a cursor carries it. */
  key: K
  /** Reads up to `limit` rows behind that key. */
  read: (limit: number, after: z.output<K> | null) => Promise<Result<T[]>>
  keyOf: (row: T, after: z.output<K> | null) => readonly (string | number)[]
}

/**
 * A page of a list, and the cursor of the next one.
 *
 * @param scope whose list, and which: a cursor of another one is `invalid_cursor`
 */
export async function readPage<T extends object, K extends z.ZodType>(
  scope: CursorScope,
  { limit, cursor }: PageRequest,
  { key, keyOf, read }: PagedList<T, K>,
): Promise<Result<Page<T>>> {
  const [after, refused] = await decodeCursor(scope, cursor, key)
  if (refused) return fail(refused)
  const [rows, error] = await read(limit + 1, after)
  if (error) return fail(error)
  const { data, last } = cutPage(rows, limit)
  return ok({ data, nextCursor: last && (await encodeCursor(scope, keyOf(last, after))) })
}
