import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { prepared } from '../../../db/prepared.ts'

const given = sql.placeholder
const mine = sql`user_id = ${given('userId')} and conversation_id = ${given('conversationId')}`

/** A branch: where it hangs, and the last of its messages that is not deleted. */
export const branchRow = z.object({
  branch: z.int(),
  fromBranch: z.int().nullable(),
  fromDepth: z.int().nullable(),
  last: z.object({ id: z.string(), seq: z.int(), depth: z.int() }).nullable(),
  /** The active leaf, in its branch. */
  active: z.object({ id: z.string(), depth: z.int() }).nullable(),
})
export type Branch = z.output<typeof branchRow>

/** All branches of a conversation, by their number: three looks into an index each, however long they are. */
export const branchesOf = prepared((q) =>
  q.execute(sql`
    with here as materialized (
      select last_branch, active_leaf_id from conversations
      where user_id = ${given('userId')} and id = ${given('conversationId')} and deleted_at is null
    ), active as materialized (
      select id, branch, depth from messages
      where ${mine} and id = (select active_leaf_id from here) and deleted_at is null
    )
    select n as branch, origin.branch as "fromBranch", origin.depth as "fromDepth", last,
      (select jsonb_build_object('id', id, 'depth', depth) from active where active.branch = n) as active
    from here cross join generate_series(1, last_branch) n
    cross join lateral (
      select parent_id from messages where ${mine} and branch = n order by branch, depth limit 1) first
    left join lateral (
      select branch, depth from messages where ${mine} and id = first.parent_id limit 1) origin on true
    left join lateral (
      select jsonb_build_object('id', id, 'seq', seq, 'depth', depth) as last from messages
      where ${mine} and branch = n and deleted_at is null order by branch desc, depth desc limit 1) end_of on true
    order by n`),
)
