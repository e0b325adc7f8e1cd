import { eq, type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../../../db/database.ts'
import { oneRow } from '../../../db/rows.ts'
import type { RequestKey } from '../../../request-key.ts'
import { newId } from '../../../id.ts'
import { copyVectors, vectorsOfCopies } from '../../embeddings/sql/copy.ts'
import { firstOfQueued, type MessageRef, messageRef, queueMessages } from '../../embeddings/sql/queue.ts'
import { type AppError, fail, ok, type Result } from '../../../result.ts'
import { titleFrom } from '../../messages/sql/derived-title.ts'
import { writeOnce, writtenHere } from '../../idempotency/sql/write-once.ts'
import type { ConversationFork } from '../action-schemas.ts'
import { CONSTRAINTS } from '../repository.ts'
import { type ConversationRow, conversationRow } from '../schemas.ts'
import { oneOf, selectWithLastMessage } from './select.ts'
import { conversations } from '../table.ts'

/** A new conversation, and the first of its messages that wait for a vector. */
export interface Forked {
  conversation: ConversationRow
  queued: MessageRef[]
}

const UNKNOWN_MESSAGE: AppError = {
  code: 'invalid_request',
  errors: [{ path: 'messageId', message: 'is not a message of this conversation' }],
}
/** A longer path could not be copied in time. What a message costs is mostly the index of its words; parts, which have none, count a quarter. */
const MAX_MESSAGES = 10_000
const MAX_TEXT_MIB = 16
const TOO_LONG: AppError = {
  code: 'invalid_request',
  errors: [
    {
      path: 'messageId',
      message: `must be an earlier message: a fork copies at most ${MAX_MESSAGES} messages with ${MAX_TEXT_MIB} MiB of text`,
    },
  ],
}
/** The longest path that is taken took 5 to 15 s on a busy machine with 2 cores. Below the `statement_timeout` of the role (dev/roles.ts). */
const TIMEOUT_MS = 25_000
/** The last so many vectors are copied, a millisecond or two each; texts before them are embedded anew, as time allows. */
const MAX_VECTORS = 2_000

/**
 * Copies the way from the root to a message into a conversation of its own. One statement, and so one moment of the
 * original, whoever writes there: nothing has to be locked.
 *
 * @returns `invalid_request` where the message is none of the conversation's, or deleted, or where the path to it is too long to
 *   be copied; `conflict` where the id is taken
 */
export async function forkConversation(
  db: Database,
  userId: string,
  conversationId: string,
  { id = newId(), messageId, title }: ConversationFork,
  requestKey: RequestKey | null,
): Promise<Result<Forked>> {
  const [created, error] = await writeOnce(db, 'conversations.fork', {
    userId,
    requestKey,
    write: (q, isFirst) => [
      q.execute(forkStatement({ userId, conversationId, id, messageId: messageId ?? null, title }, isFirst)),
      oneOf({ userId, id: conversationId }),
      oneOf({ userId, id }),
    ],
    answer: (q) => selectWithLastMessage(q, userId, eq(conversations.id, id), writtenHere(conversations)),
    constraints: CONSTRAINTS,
    timeoutMs: TIMEOUT_MS,
  })
  if (error) return fail(error)
  const [copied, original, found] = created.results
  const made = created.replay ?? found
  if (made.length === 0 && original.length === 0) return fail({ code: 'not_found' })
  const [outcome, broken] = oneRow(copied.rows, forkOutcome)
  if (broken) return fail(broken)
  if (made.length === 0) return fail(outcome.fits ? UNKNOWN_MESSAGE : TOO_LONG)
  const [conversation, unfit] = oneRow(made, conversationRow)
  return unfit ? fail(unfit) : ok({ conversation, queued: created.replay ? [] : outcome.queued })
}

const forkOutcome = z.object({ fits: z.boolean(), queued: z.array(messageRef) })

interface Copy {
  userId: string
  conversationId: string
  id: string
  messageId: string | null
  title: string | null | undefined
}

/**
 * The path is read as `path.ts` reads it, stretch by stretch. Deleted messages are left out, and the chain closes over them.
 * Each is looked up by its key: in the middle of a statement the planner cannot know how few there are. Vectors are copied; a
 * text that has none gets a job. A path that is too long is only weighed. What a writer has not finished will be finished in the original
 * only: the copy counts as failed. `sent_id`: a client that holds the path can save it here (`app.save_chat`).
 */
const forkStatement = ({ userId, conversationId, id, messageId, title }: Copy, condition: SQL) => sql`
  with recursive source as (
    select * from conversations
    where user_id = ${userId} and id = ${conversationId} and deleted_at is null and ${condition}
  ), leaf as (
    select m.branch, m.depth from source s
    join messages m on m.user_id = s.user_id and m.conversation_id = s.id
      and m.id = coalesce(${messageId}::text, s.active_leaf_id)
    where ${messageId}::text is null or m.deleted_at is null
  ), stretch as (
    select branch, depth as upto from leaf
    union all
    select parent.branch, parent.depth from stretch cross join source s
    cross join lateral (
      select parent_id from messages
      where user_id = s.user_id and conversation_id = s.id and branch = stretch.branch order by depth limit 1) first
    join messages parent on parent.user_id = s.user_id and parent.conversation_id = s.id and parent.id = first.parent_id
  ), weighed as materialized (
    select count(*) <= ${MAX_MESSAGES}::int and coalesce(sum(bytes), 0) <= ${MAX_TEXT_MIB}::int * 1048576 as fits from (
      select m.bytes from source s cross join stretch cross join lateral (
        select octet_length(content) + coalesce(octet_length(reasoning), 0) + (coalesce(pg_column_size(parts), 0)
          + coalesce(pg_column_size(attachments), 0)) / 4 as bytes
        from messages where ${ofStretch}) m
      limit ${MAX_MESSAGES}::int + 1) path
  ), copied as materialized (
    select m.*, app.uuid_v7()::text as copy_id, row_number() over (order by m.depth)::int as place
    from source s cross join stretch cross join lateral (
      select user_id, conversation_id, id, sent_id, depth, role, content, parts, attachments, reasoning, status, model, usage, metadata,
        has_metadata, created_at, updated_at, search, words_version
      from messages where ${ofStretch} order by depth offset 0) m
    where (select fits from weighed)
  ), known as materialized (
    ${vectorsOfCopies(sql`copied`, sql`c.place > (select max(place) from copied) - ${MAX_VECTORS}::int`)}
  ), opened as (
    insert into conversations (user_id, id, title, derived_title, forked_from_conversation, forked_from_message,
      system_prompt, metadata, tags, message_count, last_seq, last_branch, active_leaf_id)
    select s.user_id, ${id}::text, ${title === undefined ? sql`s.title` : sql`${title}::text`}, ${titleFrom(sql`copied where true`, sql`place`)}, s.id, last.id,
      s.system_prompt, s.metadata, s.tags, coalesce(last.place, 0), coalesce(last.place, 0), least(coalesce(last.place, 0), 1),
      last.copy_id
    from source s left join (select id, copy_id, place from copied order by place desc limit 1) last on true
    where (${messageId}::text is null or exists (select from leaf)) and (select fits from weighed)
    returning user_id, id
  ), said as (
    insert into messages (user_id, id, sent_id, conversation_id, seq, parent_id, branch, depth, role, content, parts, attachments,
      reasoning, status, model, usage, metadata, has_metadata, created_at, updated_at, search, words_version)
    select o.user_id, c.copy_id, coalesce(c.sent_id, c.id), o.id, c.place, lag(c.copy_id) over (order by c.place), 1, c.place, c.role, c.content,
      c.parts, c.attachments, c.reasoning, case c.status when 'in_progress' then 'failed' else c.status end, c.model,
      c.usage, c.metadata, c.has_metadata, c.created_at, c.updated_at, c.search, c.words_version
    from opened o cross join copied c
  ), vectors as (
    ${copyVectors(sql`known`, sql`opened`)}
  ), queued as (${queueMessages(sql`
    select o.user_id, o.id as conversation_id, c.copy_id as id, c.status, c.content from opened o cross join copied c
    where c.copy_id not in (select copy_id from known)`)})
  select fits, (select coalesce(jsonb_agg(q), '[]') from (${firstOfQueued}) q) as queued from weighed`

const ofStretch = sql`user_id = s.user_id and conversation_id = s.id and branch = stretch.branch and depth <= stretch.upto
  and deleted_at is null`
