import { newId } from '../../id.ts'
import { type AppError, fail, ok, type Result } from '../../result.ts'
import { allRows } from '../../db/rows.ts'
import { type AppendedMessage, placedColumns } from './sql/append.ts'
import { textOf } from './parts.ts'
import { type MessageRow, type NewMessage, placedRow } from './schemas.ts'
import { messageColumns } from './table.ts'

/** A message as `appendStatement` takes it. */
export function toRow({ parts, ...message }: NewMessage): AppendedMessage {
  const content = message.content ?? textOf(parts ?? [])
  const status = message.status ?? 'complete'
  return {
    ...message,
    id: message.id ?? newId(),
    content,
    status,
    ...(parts && { parts }),
  }
}

/**
 * Messages as they are stored, put together of what is sent and what the database has made of it: their parts would not fit into one
 * of its answers.
 *
 * @param placed a row for each, of {@link placedColumns}
 */
export function toAppended(sent: readonly AppendedMessage[], placed: readonly unknown[]): Result<MessageRow[]> {
  const [rows, error] = allRows(placed, placedRow)
  if (error) return fail(error)
  return ok(
    rows
      .toSorted((a, b) => a.seq - b.seq)
      .map((row, i) => {
        const hasMetadata = sent[i]?.['metadata'] !== undefined
        return { ...UNSENT, ...sent[i], ...row, hasMetadata } as MessageRow
      }),
  )
}
const UNSENT = { metadata: {}, parts: null, attachments: null, reasoning: null, model: null, usage: null }

/**
 * From this length on, as JSON, rows are not kept whole for an `Idempotency-Key`. Requests that release 0.2.0 takes are shorter: it reads the whole
 * rows that are kept for them.
 */
const MAX_KEPT = 2.5 * 1024 * 1024

/** The columns that are kept of messages for an `Idempotency-Key`. */
export const keptColumns = (rows: readonly AppendedMessage[]) =>
  JSON.stringify(rows).length > MAX_KEPT ? placedColumns : messageColumns

/** Names each parent that is neither before it in the batch nor among the known messages of the conversation. */
export function unknownParents(news: readonly NewMessage[], known: ReadonlySet<string>): AppError {
  const before = new Set<string>()
  const errors = news.flatMap(({ id, parentId }, i) => {
    const parent = parentId
    const isKnown = !parent || known.has(parent) || before.has(parent)
    if (id) before.add(id)
    return isKnown ? [] : [{ path: `messages.${i}.parentId`, message: 'is not a message of this conversation' }]
  })
  return { code: 'invalid_request', errors }
}
