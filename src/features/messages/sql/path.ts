import { type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { prepared } from '../../../db/prepared.ts'
import { messageColumns } from '../table.ts'
import { fitting, pageColumns } from './page-size.ts'

const { userId: _userId, deletedAt: _deletedAt, branch: _branch, ...columns } = messageColumns
const given = sql.placeholder
const MAX_DEPTH = 2 ** 31 - 1

/** The messages with the same parent and their places, in the order in which they were written. */
const siblings = sql`case when m.parent_id is null then (
    select jsonb_agg(jsonb_build_array(b.id, b.branch, b.depth) order by b.seq) from messages b where b.user_id = m.user_id
      and b.conversation_id = m.conversation_id and b.parent_id is null and b.deleted_at is null)
  else (
    select jsonb_agg(jsonb_build_array(b.id, b.branch, b.depth) order by b.seq) from messages b where b.user_id = m.user_id
      and b.conversation_id = m.conversation_id and b.parent_id = m.parent_id and b.deleted_at is null)
  end`

/** A page of all messages by `seq`. */
function treePage(q: NeonHttpDatabase, order: 'asc' | 'desc', isNext: boolean) {
  const direction = sql.raw(order)
  const behind: SQL = isNext ? sql`and seq ${sql.raw(order === 'asc' ? '>' : '<')} ${given('after')}` : sql``
  const rows = sql`
    select * from messages where user_id = ${given('userId')} and conversation_id = ${given('conversationId')}
      and deleted_at is null ${behind}
    order by seq ${direction} limit ${given('limit')}`
  const page = q.$with('page', { ...columns, ...pageColumns }).as(fitting(rows, sql`m.seq ${direction}`))
  return q
    .with(page)
    .select()
    .from(page)
    .orderBy(sql`seq ${direction}`)
}

/** The pages of a tree. */
export const TREE_PAGES = {
  asc: { first: prepared((q) => treePage(q, 'asc', false)), next: prepared((q) => treePage(q, 'asc', true)) },
  desc: { first: prepared((q) => treePage(q, 'desc', false)), next: prepared((q) => treePage(q, 'desc', true)) },
}

/**
 * A page of the way from the root to a leaf, in the order of depth. The way is put together of stretches of branches, from
 * the leaf's back to the root's: as many steps as there are forks on it, however long it is. From each stretch at most a
 * page is read, by the index of branch and depth. `goesOn`: with what was said since behind the leaf, in its branch.
 */
function pathPage(q: NeonHttpDatabase, order: 'asc' | 'desc', isNext: boolean, withSiblings: boolean) {
  const direction = sql.raw(order)
  const behind: SQL = isNext ? sql`and depth ${sql.raw(order === 'asc' ? '>' : '<')} ${given('after')}` : sql``
  const mine = sql`user_id = ${given('userId')} and conversation_id = ${given('conversationId')}`
  const rows = sql`
    select m.*, ${withSiblings ? siblings : sql`null::jsonb`} as siblings from (
      select m.*, leaf.id as leaf_id, leaf.is_last as leaf_is_last
      from leaf, stretch s cross join lateral (
        select * from messages where ${mine} and branch = s.branch and depth <= s.upto and deleted_at is null ${behind}
        order by depth ${direction} limit ${given('limit')}) m
      order by m.depth ${direction} limit ${given('limit')}) m`
  const page = q.$with('page', {
    ...columns,
    ...pageColumns,
    siblings: sql<unknown>`siblings`.as('siblings'),
    leafId: sql<string>`leaf_id`.as('leaf_id'),
    leafIsLast: sql<boolean>`leaf_is_last`.as('leaf_is_last'),
  }).as(sql`
      with recursive found as materialized (
        select id, branch, depth from messages where ${mine} and id = (
          select coalesce(${given('leaf')}::text, active_leaf_id) from conversations
          where user_id = ${given('userId')} and id = ${given('conversationId')})
      ), leaf as (
        select id, branch, depth, (
          select next.depth from messages next where next.user_id = ${given('userId')}
            and next.conversation_id = ${given('conversationId')} and next.branch = found.branch and next.depth > found.depth
          order by next.branch, next.depth limit 1) is null as is_last
        from found
      ), stretch as (
        select branch, case when ${given('goesOn')}::boolean then ${MAX_DEPTH}::int else depth end as upto from leaf
        union all
        select parent.branch, parent.depth from stretch s
        cross join lateral (
          select parent_id from messages where ${mine} and branch = s.branch order by branch, depth limit 1) first
        join messages parent on parent.user_id = ${given('userId')} and parent.conversation_id = ${given('conversationId')}
          and parent.id = first.parent_id)
      ${fitting(rows, sql`m.depth ${direction}`)}`)
  return q
    .with(page)
    .select()
    .from(page)
    .orderBy(sql`depth ${direction}`)
}

const pages = (withSiblings: boolean) => ({
  asc: {
    first: prepared((q) => pathPage(q, 'asc', false, withSiblings)),
    next: prepared((q) => pathPage(q, 'asc', true, withSiblings)),
  },
  desc: {
    first: prepared((q) => pathPage(q, 'desc', false, withSiblings)),
    next: prepared((q) => pathPage(q, 'desc', true, withSiblings)),
  },
})

/** The pages of a path, plain and with the siblings of each message. */
export const PATH_PAGES = { plain: pages(false), siblings: pages(true) }
