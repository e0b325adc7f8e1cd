import { type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import * as z from 'zod'
import { saysSomething } from '../../../db/text.ts'

/** Of the texts that one request queues, so many are embedded right after its answer; the rest is the sweep's. */
export const EMBEDDED_AT_ONCE = 100

/** A message: its id means something in its conversation only. */
export const messageRef = z.object({ conversationId: z.string(), id: z.string() })
export type MessageRef = z.output<typeof messageRef>

/**
 * Which messages are embedded: those that are finished and say something. Every statement that queues messages asks this one rule;
 * that a message, and its conversation, is not deleted is up to the statement.
 *
 * @param status and content, as expressions
 */
export const isEmbedded = (status: SQL, content: SQL): SQL =>
  sql`(${status} = 'complete' and ${saysSomething(content)})`

/**
 * Queues those of these messages that are embedded; a job that is there stays as it is.
 *
 * @param messages a select of `user_id`, `conversation_id`, `id`, `status` and `content`, of messages that are not deleted
 * @returns an insert, for a CTE of the name `queued` or to stand alone
 */
export const queueMessages = (messages: SQL): SQL => sql`
  insert into embedding_jobs (user_id, conversation_id, message_id)
  select m.user_id, m.conversation_id, m.id from (${messages}) m where ${isEmbedded(sql`m.status`, sql`m.content`)}
  on conflict do nothing
  returning conversation_id, message_id`

/** Ends a statement with the CTE `queued`: its rows are {@link messageRef}s, of the messages to embed right after the answer. */
export const firstOfQueued = sql`
  select conversation_id as "conversationId", message_id as id from queued limit ${EMBEDDED_AT_ONCE}::int`

/**
 * Queues those of these chunks that have no vector; a job that is there stays as it is.
 *
 * @param chunks a select of `user_id`, `id`, `document_id` and `position`, of documents that are not deleted
 */
export const queueChunks = (chunks: SQL): SQL => sql`
  insert into embedding_jobs (user_id, chunk_id, document_id)
  select c.user_id, c.id, c.document_id from (${chunks}) c
  where not exists (select from chat_vectors v where v.user_id = c.user_id and v.chunk_id = c.id)
  order by c.position
  on conflict do nothing`

/** Restarts a job. Clearing the claim makes a result that is still being computed come too late. */
export const fromTheStart = sql`claim_id = null, attempts = 0, run_at = now(), failed_at = null`

/** Before the texts of these messages change: a job where there is a new one to embed, no vector and no job of the old one. */
export function requeueMessages(
  q: NeonHttpDatabase,
  messages: SQL | undefined,
  { content, status }: { content?: string | undefined; status?: string | undefined },
) {
  const newContent = content === undefined ? sql`content` : sql`${content}::text`
  const newStatus = status === undefined ? sql`status` : sql`${status}::text`
  const changes = sql`(content <> ${newContent} or status <> ${newStatus})`
  const embeds = isEmbedded(newStatus, newContent)
  const those = (condition: SQL) =>
    sql`(select user_id, conversation_id, id from messages where ${messages} and ${condition})`
  return [
    q.execute(sql`
      insert into embedding_jobs (user_id, conversation_id, message_id) ${those(sql`${changes} and ${embeds}`)}
      on conflict (user_id, conversation_id, message_id) do update set ${fromTheStart}, last_error = null`),
    q.execute(sql`
      delete from embedding_jobs
      where (user_id, conversation_id, message_id) in ${those(sql`${changes} and not ${embeds}`)}`),
    q.execute(sql`
      delete from chat_vectors where (user_id, conversation_id, message_id) in ${those(sql`content <> ${newContent}`)}`),
  ] as const
}

/**
 * Before what is embedded with chunks changes: a job for each that Parley embeds, and no vector of the old text.
 *
 * @param chunks a select of `user_id`, `id` and `document_id`
 */
export function requeueChunks(q: NeonHttpDatabase, userId: string, chunks: SQL) {
  const madeByParley = sql`not exists (
    select from chat_vectors v where v.user_id = ${userId} and v.chunk_id = c.id and v.client_provided)`
  return [
    q.execute(sql`
      insert into embedding_jobs (user_id, chunk_id, document_id)
      select c.user_id, c.id, c.document_id from (${chunks}) c where ${madeByParley}
      on conflict (user_id, chunk_id) do update set ${fromTheStart}, last_error = null`),
    q.execute(sql`
      delete from chat_vectors where user_id = ${userId} and not client_provided and chunk_id in (select c.id from (${chunks}) c)`),
  ] as const
}
