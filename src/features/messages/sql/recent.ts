import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { prepared } from '../../../db/prepared.ts'
import { MESSAGE_ROLES, MESSAGE_STATUSES } from '../table.ts'

const given = sql.placeholder
const mine = sql`user_id = ${given('userId')} and conversation_id = ${given('conversationId')}`

export const conversationRow = z.object({ systemPrompt: z.string().nullable(), hasLeaf: z.boolean() })

/** The conversation, and whether it has the leaf that is asked for. */
export const conversationOf = prepared((q) =>
  q.execute(sql`
    select system_prompt as "systemPrompt", ${given('leaf')}::text is null or exists (
      select from messages where ${mine} and id = ${given('leaf')}::text) as "hasLeaf"
    from conversations where user_id = ${given('userId')} and id = ${given('conversationId')} and deleted_at is null`),
)

export const recentRow = z.object({
  id: z.string(),
  role: z.enum(MESSAGE_ROLES),
  status: z.enum(MESSAGE_STATUSES),
  seq: z.int(),
  createdAt: z.string(),
  /** Of a text that is longer than what may be read, the beginning. */
  content: z.string(),
  /** Of the whole text; 0 where it is not finished. */
  bytes: z.int(),
  /** Whether nothing of the path is above the messages that were looked at. */
  fromStart: z.boolean(),
})
export type RecentRow = z.output<typeof recentRow>

/**
 * `looked`: the last messages of the path to a leaf, as many as may be looked at. Depths on a path have no gaps, so that the path is
 * followed up to the depth above which nothing is wanted, from stretch to stretch of its branches (see `pathPage` in path.ts): its
 * length does not matter.
 */
const looked = sql`
    with recursive leaf as materialized (
      select branch, depth from messages where ${mine} and id = (
        select coalesce(${given('leaf')}::text, active_leaf_id) from conversations
        where user_id = ${given('userId')} and id = ${given('conversationId')} and deleted_at is null)
    ), stretch as (
      select branch, depth as upto, depth - ${given('limit')}::int as above from leaf
      union all
      select parent.branch, parent.depth, s.above from stretch s
      cross join lateral (
        select parent_id, depth from messages where ${mine} and branch = s.branch order by branch, depth limit 1) first
      join messages parent on parent.user_id = ${given('userId')} and parent.conversation_id = ${given('conversationId')}
        and parent.id = first.parent_id
      where first.depth > s.above + 1
    ), looked as (
      select m.*, min(m.depth) over () = 1 as from_start from stretch s cross join lateral (
        select id, role, status, seq, depth, created_at, deleted_at, content,
          case when status in ('complete', 'stopped') then octet_length(content) else 0 end as bytes
        from messages where ${mine} and branch = s.branch and depth <= s.upto and depth > s.above
        order by branch desc, depth desc limit ${given('limit')}::int) m
    )`

/** Those messages, newest first, with as much of their texts as may be read. */
export const recentOf = prepared((q) =>
  q.execute(sql`${looked}
    select id, role, status, seq, bytes, from_start as "fromStart",
      to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt",
      case when bytes > 0 then "left"(content, ${given('bytes')}::int - before) else '' end as content
    from (
      select *, (sum(bytes) over (order by depth desc) - bytes)::int as before from looked where deleted_at is null) m
    where before < ${given('bytes')}::int
    order by depth desc`),
)

export const saidRow = z.object({ content: z.string() })

/** How those begin that the user has said, newest first. */
export const saidOf = prepared((q) =>
  q.execute(sql`${looked}
    select "left"(content, ${given('length')}::int) as content from looked
    where bytes > 0 and role = 'user' and deleted_at is null
    order by depth desc`),
)
