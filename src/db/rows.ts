import type * as z from 'zod'
import { fail, ok, type Result } from '../result.ts'

/** The only row of a result, checked against its schema; `not_found` where there is none. */
export function oneRow<T extends z.ZodType>(rows: readonly unknown[], schema: T): Result<z.output<T>> {
  if (rows.length === 0) return fail({ code: 'not_found' })
  const [checked, error] = allRows(rows.slice(0, 1), schema)
  return error ? fail(error) : ok(checked[0] as z.output<T>)
}

/** All rows, each checked against the schema; a row that doesn't fit it is `internal`, with the column in the log. */
export function allRows<T extends z.ZodType>(rows: readonly unknown[], schema: T): Result<z.output<T>[]> {
  const checked: z.output<T>[] = []
  for (const row of rows) {
    const parsed = schema.safeParse(row)
    if (!parsed.success) {
      const columns = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`)
      return fail({ code: 'internal', context: { reason: 'row does not fit its schema', columns } })
    }
    checked.push(parsed.data)
  }
  return ok(checked)
}

/** The rows of a batch's last statement, where that is a select and it depends how many stand before it. */
export const lastRows = (results: readonly unknown[]): readonly unknown[] =>
  (results.at(-1) ?? []) as readonly unknown[]
