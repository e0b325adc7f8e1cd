import { type AppError, type ErrorCode, fail, ok, type Result } from '../../result.ts'
import type { MessageRef } from '../embeddings/sql/queue.ts'
import type { ImportRepository } from './repository.ts'
import type { Position, Report } from './report.ts'
import type {
  ImportBatch,
  ImportedConversation,
  ImportedDocument,
  ImportedMessage,
  ImportedVector,
  RowStatus,
} from './rows.ts'

/** How much goes to the database at once. Neon takes 10 MiB, and JSON within JSON may double. */
const MAX_MESSAGES = 100
/** Each takes statements of its own. */
const MAX_DOCUMENTS = 20
const MAX_ROWS = 500
const MAX_BYTES = 1024 * 1024
/** So many texts are embedded right after the answer; the others wait for the next minute. */
const MAX_FRESH = 100

type Row =
  | { type: 'conversation'; row: ImportedConversation }
  | { type: 'message'; row: ImportedMessage }
  | { type: 'document'; row: ImportedDocument }
  | { type: 'vector'; row: ImportedVector }

/** What is to be stored, and how long it is as JSON. */
export type Item = Row & { at: Position; bytes: number }

/** Gathers rows, and stores them batch by batch. */
export interface ImportBatcher {
  add(item: Item): Promise<Result<void>>
  /** Stores what is left. @returns the messages to embed right away */
  finish(): Promise<Result<MessageRef[]>>
  /** How many batches are stored. */
  stored(): number
}

export function createImportBatcher(repository: ImportRepository, report: Report): ImportBatcher {
  let items: Item[] = []
  let bytes = 0
  let messages = 0
  let documents = 0
  let batches = 0
  /** Keys within the batch: what comes twice is stored once. */
  let seen = new Set<string>()
  const follow = new Set<string>()
  const untitled = new Set<string>()
  const fresh: MessageRef[] = []

  async function flush(isLast: boolean): Promise<Result<void>> {
    const batch = toBatch(items, { follow, untitled, isLast })
    const [status, error] = await repository.store(batch)
    if (error) return fail(error)
    batches += 1
    const next = { conversation: 0, message: 0, document: 0, vector: 0 }
    for (const { type, at, row } of items) {
      const became: RowStatus = status[`${type}s`][next[type]++] ?? 'skipped'
      if (type === 'conversation' && became === 'different') follow.add(row.id)
      if (type === 'conversation' && became !== 'taken') untitled.delete(row.id)
      if (type === 'message' && became === 'taken' && fresh.length < MAX_FRESH)
        fresh.push({ conversationId: row.conversationId, id: row.id })
      report.tell(type, at, became)
    }
    items = []
    seen = new Set()
    bytes = 0
    messages = 0
    documents = 0
    return ok(undefined)
  }

  return {
    async add(item) {
      const { type, row, at } = item
      const isFull =
        items.length >= MAX_ROWS ||
        (type === 'message' && messages >= MAX_MESSAGES) ||
        (type === 'document' && documents >= MAX_DOCUMENTS)
      if (items.length > 0 && (isFull || bytes + item.bytes > MAX_BYTES)) {
        const [, error] = await flush(false)
        if (error) return fail(error)
      }
      const keys = keysOf(item)
      if (keys.some((key) => seen.has(key))) {
        report.tell(type, at, 'skipped')
        return ok(undefined)
      }
      for (const key of keys) seen.add(key)
      if (type === 'conversation' && row.derivedTitle === undefined) untitled.add(row.id)
      if (type === 'message') messages += 1
      if (type === 'document') documents += 1
      bytes += item.bytes
      items.push(item)
      return ok(undefined)
    },
    async finish() {
      const [, error] = await flush(true)
      return error ? fail(error) : ok(fresh)
    },
    stored: () => batches,
  }
}

/** What is unique of it: a message's id in its conversation, and the message of a vector too. */
function keysOf({ type, row }: Item): string[] {
  if (type === 'message') return [`message ${row.conversationId}/${row.id}`]
  if (type === 'vector' && row.messageId) return [`vector ${row.id}`, `of ${row.conversationId}/${row.messageId}`]
  return [`${type} ${row.id}`]
}

function toBatch(
  items: readonly Item[],
  state: { follow: ReadonlySet<string>; untitled: ReadonlySet<string>; isLast: boolean },
): ImportBatch {
  const batch: ImportBatch = {
    conversations: [],
    messages: [],
    documents: [],
    vectors: [],
    follow: [],
    untitled: [],
    isLast: state.isLast,
  }
  for (const item of items) {
    if (item.type === 'conversation') batch.conversations.push(item.row)
    else if (item.type === 'message') batch.messages.push(item.row)
    else if (item.type === 'document') batch.documents.push(item.row)
    else batch.vectors.push(item.row)
  }
  const told = new Set(batch.messages.map(({ conversationId }) => conversationId))
  batch.follow = [...told].filter((id) => state.follow.has(id))
  batch.untitled = [...told].filter((id) => state.untitled.has(id))
  return batch
}

/** After these the file can be sent again as it is: what is stored is skipped then. */
const REPEATABLE: ReadonlySet<ErrorCode> = new Set([
  'conflict',
  'internal',
  'database_unavailable',
  'database_timeout',
  'outcome_unknown',
])

/** A failure midway says that it is one; so does a first batch of which nobody knows whether it was stored. */
export function interrupted(error: AppError, batches: number): AppError {
  if (error.code === 'quota_exceeded' && batches > 0) {
    return { ...error, detail: `${error.detail} What was taken until then stays.` }
  }
  return REPEATABLE.has(error.code) && (batches > 0 || error.code === 'outcome_unknown')
    ? { code: 'import_interrupted', context: { ...error.context, cause: error.code, batches } }
    : error
}
