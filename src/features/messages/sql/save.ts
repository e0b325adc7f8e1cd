import { type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { conversations } from '../../conversations/table.ts'
import { isEmbedded, noteWritten } from '../../embeddings/sql/queue.ts'
import { titleFrom } from './derived-title.ts'

/**
 * The statement that saves a chat, after a lock on the conversation: `app.save_chat` writes the messages; this counts the
 * conversation up, makes the last message its active leaf where some are new, and gives it a title where it has none, unless nothing
 * was written.
 *
 * @param given as `app.save_chat` takes it
 * @param condition on the conversation, without which nothing is saved
 * @returns a query whose rows are those of the list, in its order
 */
export function saveStatement(
  q: NeonHttpDatabase,
  { userId, conversationId }: { userId: string; conversationId: string },
  given: string,
  { timeoutMinutes, condition = sql`true` }: { timeoutMinutes: number; condition?: SQL | undefined },
) {
  const created = sql`(select place, said_by as role, said as content from saved where outcome = 'created') m where true`
  return q.execute<Record<'sentId' | 'id' | 'result', string>>(sql`
    with saved as materialized (
      select s.* from ${conversations}
      cross join lateral app.save_chat(user_id, id, ${given}::jsonb, ${timeoutMinutes}::int) s
      where user_id = ${userId} and id = ${conversationId} and deleted_at is null and ${condition}
    ), noted as (
      ${noteWritten(sql`select stored as id, is_new_text as "isNewText", ${isEmbedded(sql`said_status`, sql`said`)} as embeds
        from saved where is_queued`)}
    ), totals as (
      select count(*) filter (where outcome = 'created') as news, max(in_branch) as branch,
        case when bool_or(outcome = 'created') then (array_agg(stored order by place desc))[1] end as leaf_id
      from saved having bool_or(outcome <> 'unchanged')
    ), touched as (
      update conversations
      set last_seq = last_seq + news, message_count = message_count + news, last_branch = greatest(last_branch, branch),
        active_leaf_id = coalesce(leaf_id, active_leaf_id), derived_title = coalesce(derived_title, ${titleFrom(created, sql`place`)}),
        last_activity_at = case when news > 0 then now() else last_activity_at end, updated_at = now(), version = version + 1
      from totals where user_id = ${userId} and id = ${conversationId}
    )
    select sent as "sentId", stored as id, outcome as result from saved cross join noted order by place`)
}
