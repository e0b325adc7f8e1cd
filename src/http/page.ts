import * as z from 'zod'

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
 * @returns the page's rows, and the last of them where there is more to read
 */
export function cutPage<T extends object>(rows: T[], limit: number): { data: T[]; last: T | null } {
  const data = rows.slice(0, limit)
  const end = data.at(-1) ?? null
  const isCut = end !== null && 'found' in end && Number(end.found) > rows.length
  return { data, last: rows.length > limit || isCut ? end : null }
}
