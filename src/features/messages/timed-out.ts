import type { MessageRow } from './schemas.ts'

/** What decides of a message whether it is still being written. */
type Written = Pick<MessageRow, 'status' | 'updatedAt'>

/**
 * A message as it reads: one that is `in_progress`, and that nothing has written to for so many minutes, has `failed`. Background work
 * settles it (`sql/settle.ts`); until then the row says otherwise.
 */
export function asRead<T extends Written>(row: T, minutes: number): T {
  const isTimedOut = row.status === 'in_progress' && Date.now() - Date.parse(row.updatedAt) >= minutes * 60_000
  return isTimedOut ? { ...row, status: 'failed' } : row
}
