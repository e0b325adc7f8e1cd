import type * as z from 'zod'
import type { AppError, FieldError } from '../../result.ts'
import { cutPath, findUnstorable, mostValues } from '../../http/storable.ts'
import { MAX_MESSAGE_BODY } from '../messages/part-bounds.ts'
import type { ImportReport } from './schemas.ts'
import type { RowStatus } from './rows.ts'

const MAX_ERRORS = 100
/** A file with more is none of these, and reading on costs more than it brings. */
const MAX_REFUSED = 10_000
/** Of one line, so that the first bad one doesn't fill the report. */
const MAX_ERRORS_OF_LINE = 5

const REASONS: Partial<Record<RowStatus, FieldError>> = {
  metadata: { path: 'metadata', message: 'would become too long' },
  conversation: { path: 'conversationId', message: 'is not a conversation that is here' },
  parent: { path: 'parentId', message: 'is not a message of this conversation' },
  message: { path: 'messageId', message: 'is not a message that is here' },
}

/** Where something stands in the file. */
export interface Position {
  line: number
  /** What its paths begin with. */
  within?: string | undefined
}

/** Counts what becomes of a file. */
export interface Report {
  readonly counts: Pick<ImportReport, 'taken' | 'skipped' | 'refused' | 'errors'>
  /** What the database has said of a row. */
  tell(type: string, position: Position, status: RowStatus): void
  skip(type: string): void
  refuse(type: string, position: Position, errors: readonly FieldError[]): void
  /** Why nobody should read on, if so. */
  stop(): AppError | null
}

export function createReport(): Report {
  const counts: Report['counts'] = { taken: {}, skipped: {}, refused: {}, errors: [] }
  let refused = 0
  const refuse: Report['refuse'] = (type, { line, within }, errors) => {
    refused += 1
    count(counts.refused, type)
    for (const { path, message } of errors.slice(0, MAX_ERRORS_OF_LINE)) {
      if (counts.errors.length >= MAX_ERRORS) return
      const whole = [within, path].filter(Boolean).join('.')
      counts.errors.push({ line, ...(whole && { path: cutPath(whole) }), message })
    }
  }
  return {
    counts,
    refuse,
    stop: () => (refused < MAX_REFUSED ? null : tooMany(counts.errors)),
    skip: (type) => count(counts.skipped, type),
    tell(type, position, status) {
      const reason = REASONS[status]
      if (reason) refuse(type, position, [reason])
      else count(status === 'taken' ? counts.taken : counts.skipped, type)
    },
  }
}

const tooMany = (errors: ImportReport['errors']): AppError => ({
  code: 'invalid_request',
  detail: `${MAX_REFUSED} lines were refused; the rest was not read. What was taken until then stays.`,
  errors: errors
    .slice(0, 20)
    .map(({ line, path, message }) => ({ path: [line, path].filter(isThere).join('.'), message })),
})
const isThere = (part: unknown) => part !== undefined

function count(counts: Record<string, number>, type: string): void {
  counts[type] = (counts[type] ?? 0) + 1
}

/** What a schema makes of a value that Postgres can keep, or what is wrong with it. */
export function check<T extends z.ZodType>(
  schema: T,
  value: unknown,
): [value: z.output<T>, errors: null] | [value: null, errors: FieldError[]] {
  const unstorable = findUnstorable(value, mostValues(MAX_MESSAGE_BODY))
  if (unstorable) return [null, [unstorable]]
  const parsed = schema.safeParse(value)
  if (parsed.success) return [parsed.data, null]
  return [
    null,
    parsed.error.issues.flatMap((issue) => {
      const path = issue.path.map(String)
      if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }]
      return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not a known field' }))
    }),
  ]
}
