import { type SQL, sql } from 'drizzle-orm'
import { jsonParam } from '../../../db/request-size.ts'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { conversations } from '../../conversations/table.ts'
import { queueMessages } from '../../embeddings/sql/queue.ts'
import { titleFrom } from './derived-title.ts'
import { placeMessages } from '../placement.ts'
import { messageColumns } from '../table.ts'

const { id, conversationId, seq, parentId, depth, createdAt, updatedAt, version } = messageColumns
/** What the database makes of a message that is appended. */
export const placedColumns = { id, conversationId, seq, parentId, depth, createdAt, updatedAt, version }

/** A message with all that is stored of it. */
export interface AppendedMessage {
  id: string
  parentId?: string | null | undefined
  role: string
  content: string
  [column: string]: unknown
}

/**
 * The statement that appends, behind a lock on the conversation: a statement sees what was committed before it began, and
 * under the lock that is all there is. It gives each message its `seq`, parent, branch and depth, counts the conversation up,
 * makes the last message its active leaf, gives it a title where it has none and queues the texts to embed.
 *
 * @param condition without which nothing is appended
 * @returns a query whose rows say what the database has made of each message; none where the conversation is missing, or a named
 *   parent is
 */
export function appendStatement(
  q: NeonHttpDatabase,
  { userId, conversationId }: { userId: string; conversationId: string },
  news: readonly AppendedMessage[],
  condition: SQL = sql`true`,
) {
  const { places, runs } = placeMessages(news)
  const rows = news.map(({ parentId: _parentId, ...message }, i) => ({ ...message, ...places[i] }))
  const ofConversation = sql`user_id = ${userId} and conversation_id = ${conversationId}`

  const target = q.$with('target', {}).as(sql`
    select id, last_branch, active_leaf_id from conversations
    where user_id = ${userId} and id = ${conversationId} and deleted_at is null and ${condition}`)
  const given = q.$with('given', {}).as(sql`
    select * from jsonb_to_recordset(${jsonParam(rows)}::jsonb) as (
      position int, run int, base int, below int, parent text, id text, role text, content text, parts jsonb,
      attachments jsonb, reasoning text, status text, model text, usage jsonb, metadata jsonb)`)
  // A deleted leaf is still where the conversation goes on; a deleted parent cannot be named. Lateral with a limit: a plain
  // join may be hashed, over the whole conversation.
  const based = q.$with('based', {}).as(sql`
    select r.run, r.kind, p.id as parent_id, p.branch, coalesce(p.depth, 0) as depth
    from jsonb_to_recordset(${JSON.stringify(runs)}::jsonb) as r (run int, kind text, parent text) cross join target t
    left join lateral (
      select id, branch, depth from messages
      where user_id = ${userId} and id = case r.kind when 'leaf' then t.active_leaf_id else r.parent end
        and conversation_id = ${conversationId} and (r.kind = 'leaf' or deleted_at is null)
      limit 1) p on true`)
  const forked = q.$with('forked', {}).as(sql`
    select b.*, b.parent_id is null or row_number() over (partition by b.parent_id order by b.run) > 1
      or follower.id is not null as forks
    from based b left join lateral (
      select id from messages where ${ofConversation} and branch = b.branch and depth > b.depth
      order by branch, depth limit 1) follower on true`)
  const placed = q.$with('placed', {}).as(sql`
    select f.run, f.parent_id, f.depth,
      case when forks then t.last_branch + count(*) filter (where forks) over (order by run) else branch end as branch
    from forked f cross join target t`)
  const touched = q.$with('touched', { id: conversations.id }).as(sql`
    update conversations
    set last_seq = last_seq + ${rows.length}, message_count = message_count + ${rows.length},
      last_branch = last_branch + (select count(*) from forked where forks),
      active_leaf_id = ${news.at(-1)?.id}::text, derived_title = coalesce(derived_title, ${titleFrom(sql`given where true`, sql`position`)}),
      last_activity_at = now(), updated_at = now(), version = version + 1
    where user_id = ${userId} and id = ${conversationId} and deleted_at is null and ${condition}
      and not exists (select from based where kind = 'message' and parent_id is null)
    returning user_id, id, last_seq - ${rows.length} as seq_before`)
  const added = q.$with('added', placedColumns).as(sql`
    insert into messages (user_id, id, conversation_id, seq, parent_id, branch, depth, role, content, parts, attachments,
      reasoning, status, model, usage, metadata, has_metadata)
    select c.user_id, n.id, c.id, c.seq_before + n.position, coalesce(n.parent, base.parent_id), own.branch,
      base.depth + n.below, n.role, n.content, n.parts, n.attachments, n.reasoning, n.status, n.model, n.usage,
      coalesce(n.metadata, '{}'), n.metadata is not null
    from touched c, given n join placed own on own.run = n.run join placed base on base.run = n.base
    returning id, conversation_id, seq, parent_id, depth, created_at, updated_at, version`)
  const queued = q.$with('queued', {}).as(
    queueMessages(sql`
    select c.user_id, c.id as conversation_id, n.id, n.status, n.content from touched c, given n`),
  )
  return q.with(target, given, based, forked, placed, touched, added, queued).select().from(added).orderBy(added.seq)
}
