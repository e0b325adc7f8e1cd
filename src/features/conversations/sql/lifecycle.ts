import { and, eq, lte, type SQL, sql } from 'drizzle-orm'
import { deletedForGood, isInState, isLiveOrRestorable, type RowState } from '../../../db/row-state.ts'
import type { Database } from '../../../db/database.ts'
import { allRows, oneRow } from '../../../db/rows.ts'
import { fail, ok, type Result } from '../../../result.ts'
import { dropEmbeddings } from '../../embeddings/sql/drop.ts'
import { firstOfQueued, type MessageRef, messageRef, queueMessages } from '../../embeddings/sql/queue.ts'
import { type ConversationRow, conversationRow } from '../schemas.ts'
import { oneOf } from './select.ts'
import { conversations } from '../table.ts'

/** Messages beyond which a purge does not wait for them: the sweep removes them, within minutes. */
const MAX_AT_ONCE = 5_000

/**
 * Brings deleted conversations back within their time, and queues their texts. Behind a lock on the conversations and by the
 * wall clock: the sweep, which may have held them until now, has perhaps begun to remove messages.
 *
 * @returns a query whose rows are the first of the messages that were queued
 */
export const restoreStatement = (userId: string, target: SQL): SQL => sql`
  with restored as (
    update conversations set deleted_at = null, purge_after = null, updated_at = now(), version = version + 1
    where user_id = ${userId} and ${target} and deleted_at is not null and purge_after > clock_timestamp()
    returning user_id, id
  ), queued as (${queueMessages(sql`
    select m.user_id, m.conversation_id, m.id, m.status, m.content
    from restored r join messages m on m.user_id = r.user_id and m.conversation_id = r.id
    where m.deleted_at is null and not exists (
      select from chat_vectors v where v.user_id = m.user_id and v.conversation_id = m.conversation_id and v.message_id = m.id)`)})
  ${firstOfQueued}`

/** @returns the first of the messages that wait for a vector, too; `not_found` where there is nothing to restore any more */
export async function restoreConversation(
  db: Database,
  userId: string,
  id: string,
): Promise<Result<{ conversation: ConversationRow; queued: MessageRef[] }>> {
  const [results, error] = await db.write('conversations.restore', (q) => [
    q.select({ id: conversations.id }).from(conversations).where(oneOfAny(userId, id)).for('update'),
    q.execute(restoreStatement(userId, sql`id = ${id}`)),
    oneOf({ userId, id }),
  ])
  if (error) return fail(error)
  const [conversation, missing] = oneRow(results[2], conversationRow)
  if (missing) return fail(missing)
  const [queued, unfit] = allRows(results[1].rows, messageRef)
  return unfit ? fail(unfit) : ok({ conversation, queued })
}

const oneOfAny = (userId: string, id: string) => and(eq(conversations.userId, userId), eq(conversations.id, id))
const purgeable = (userId: string, id: string) => and(oneOfAny(userId, id), isLiveOrRestorable(conversations))

/** What a purge would remove, and in which state. Deleted conversations, too. */
export async function previewPurge(
  db: Database,
  userId: string,
  id: string,
): Promise<Result<{ state: RowState; messageCount: number }>> {
  const { version, createdAt, messageCount } = conversations
  const [results, error] = await db.read('conversations.preview-purge', (q) => [
    q.select({ version, createdAt, messageCount }).from(conversations).where(purgeable(userId, id)),
  ])
  if (error) return fail(error)
  const [found] = results[0]
  if (!found) return fail({ code: 'not_found' })
  return ok({ state: { version: found.version, createdAt: found.createdAt }, messageCount: found.messageCount })
}

/**
 * Removes a conversation for good, deleted or not. Its jobs and vectors go before its messages do, as everywhere: who
 * stores a vector takes the job first, then looks at the message.
 *
 * @param state in which it must be, else `precondition_failed`; null where the client has never seen it
 */
export async function purgeConversation(
  db: Database,
  userId: string,
  id: string,
  state: RowState | null,
): Promise<Result<void>> {
  const confirmed = and(oneOfAny(userId, id), isInState(conversations, state ? [state] : []))
  const ofThis = sql`user_id = ${userId} and conversation_id = (select id from ${conversations} where ${confirmed})`
  const [results, error] = await db.write('conversations.purge', (q) => [
    q.select({ id: conversations.id }).from(conversations).where(purgeable(userId, id)).for('update'),
    ...dropEmbeddings(q, ofThis),
    q
      .delete(conversations)
      .where(and(confirmed, lte(conversations.lastSeq, MAX_AT_ONCE)))
      .returning({ id: conversations.id }),
    q.update(conversations).set(deletedForGood).where(confirmed).returning({ id: conversations.id }),
  ])
  if (error) return fail(error)
  const [found, , , removed, left] = results
  if (found.length === 0) return fail({ code: 'not_found' })
  return removed.length + left.length > 0 ? ok(undefined) : fail({ code: 'precondition_failed' })
}
