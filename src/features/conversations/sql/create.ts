import { and, eq, sql } from 'drizzle-orm'
import type { ConstraintErrors, Database } from '../../../db/database.ts'
import { oneRow } from '../../../db/rows.ts'
import { type StoredRows, storedRows } from '../../../db/stored-rows.ts'
import type { RequestKey } from '../../../request-key.ts'
import { newId } from '../../../id.ts'
import { fail, ok, type Result } from '../../../result.ts'
import { insertWhere, writeOnce, writtenHere } from '../../idempotency/sql/write-once.ts'
import { appendStatement } from '../../messages/sql/append.ts'
import { keptColumns, toAppended, toRow } from '../../messages/new-message.ts'
import type { MessageRow } from '../../messages/schemas.ts'
import { messages } from '../../messages/table.ts'
import type { ConversationOpen } from '../action-schemas.ts'
import { CONSTRAINTS as OF_CONVERSATION, createConversationRepository } from '../repository.ts'
import { type ConversationRow, conversationRow } from '../schemas.ts'
import { oneOf, selectWithLastMessage } from './select.ts'
import { conversations } from '../table.ts'

/** A new conversation, and its first messages where it was opened with some. */
export interface OpenedConversation {
  conversation: ConversationRow
  messages: MessageRow[] | null
}

const CONSTRAINTS: ConstraintErrors = {
  ...OF_CONVERSATION,
  messages_user_id_conversation_id_id_pk: { code: 'conflict' },
  messages_metadata_check: {
    code: 'invalid_request',
    errors: [{ path: 'messages', message: 'have metadata that would become too long' }],
  },
}

/**
 * Opens a conversation and appends its first messages: in one transaction, all or nothing. Nobody else sees it before it
 * ends, so that there is nothing to lock.
 *
 * @returns `conflict` where the user has a conversation or a message of such an id already
 */
export async function openConversation(
  db: Database,
  userId: string,
  { messages: news, ...fields }: ConversationOpen,
  requestKey: RequestKey | null,
): Promise<Result<OpenedConversation>> {
  if (!news) {
    const [conversation, error] = await createConversationRepository(db, userId).create(fields, requestKey)
    return error ? fail(error) : ok({ conversation, messages: null })
  }

  const id = fields.id ?? newId()
  const rows = news.map((message) => toRow(message))
  const kept: { rows?: StoredRows } = {}
  const [created, error] = await writeOnce(db, 'conversations.open', {
    userId,
    requestKey,
    write: (q, isFirst) => [
      q.execute(insertWhere(conversations, { ...fields, userId, id }, isFirst)),
      appendStatement(q, { userId, conversationId: id }, rows, isFirst),
      oneOf({ userId, id }),
    ],
    // The rows of the messages; the first one brings the conversation along.
    answer: (q) => {
      const opened = selectWithLastMessage(q, userId, eq(conversations.id, id), writtenHere(conversations))
      const { names, query } = (kept.rows = storedRows(opened))
      const conversation = sql`case when seq = 1 then (
        with opened (${names}) as (${query}) select to_jsonb(opened) from opened) end`
      return q
        .select({ ...keptColumns(rows), conversation: conversation.as('conversation') })
        .from(messages)
        .where(and(eq(messages.userId, userId), eq(messages.conversationId, id), writtenHere(messages)))
        .orderBy(messages.seq)
    },
    constraints: CONSTRAINTS,
  })
  if (error) return fail(error)
  const { results, replay } = created
  const first = replay?.[0] as { conversation: Record<string, unknown> } | undefined
  const [conversation, unfit] = oneRow(
    replay ? (first && kept.rows ? kept.rows.restore([first.conversation]) : []) : results[2],
    conversationRow,
  )
  if (unfit) return fail(unfit)
  const [said, broken] = toAppended(rows, replay ?? results[1])
  return broken ? fail(broken) : ok({ conversation, messages: said })
}
