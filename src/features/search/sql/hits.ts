import { type SQL, sql } from 'drizzle-orm'
import { MAX_CONTENT, MAX_NEIGHBOUR } from '../schemas.ts'

/** The rows of `page` as hits, in JSON. */
export const hits = (userId: string, { mode, context }: { mode: string; context: number }, words: SQL): SQL => sql`(
  select coalesce(app.show_found(${userId}, array_agg(source), array_agg(id), ${words}, array_agg(jsonb_build_object(
    'score', score, 'copies', copies, 'scoring', jsonb_build_object('similarity', similarity, 'semanticPosition', semantic_position,
      'keywordRank', rank, 'keywordPosition', keyword_position, 'fused', ${mode === 'hybrid' ? sql`score` : sql`null::float8`})
    ${context > 0 ? sql`, 'context', ${contextOf(userId, context)}` : sql``})), ${MAX_CONTENT}), '[]')
  from page p)`

const contextOf = (userId: string, count: number): SQL => sql`case when p.source = 'message'
  then (${messagesAround(userId, count)}) else (${chunksAround(userId, count)}) end`

const neighbours = (condition: SQL): SQL => sql`coalesce(jsonb_agg(jsonb_build_object('id', id,
  'content', "left"(content, ${MAX_NEIGHBOUR}), 'role', role) order by place) filter (where ${condition}), '[]')`

const beforeAndAfter = sql`select jsonb_build_object('before', ${neighbours(sql`place < 0`)}, 'after', ${neighbours(sql`place > 0`)})`

/**
 * Ids are taken apart first (`offset 0`): row-level security keeps what might tell of its arguments, such as `split_part` and a
 * cast, out of an index's condition, and each hit would read all of the user's texts.
 */
export const takenApart = (row: SQL): SQL => sql`(
  select split_part(${row}.id, '/', 1) as conversation_id, split_part(${row}.id, '/', 2) as message_id,
    case when ${row}.source = 'document' then ${row}.id::uuid end as chunk_id
  offset 0)`

/** On the way from the root through the message, and on in its branch. Deleted ones are left out, and count. */
const messagesAround = (userId: string, count: number): SQL => sql`
  with recursive hit as (
    select m.parent_id, m.conversation_id, m.branch, m.depth from ${takenApart(sql`p`)} i
    join messages m on m.user_id = ${userId} and m.conversation_id = i.conversation_id and m.id = i.message_id
  ), above as (
    select 0 as place, conversation_id, parent_id from hit
    union all
    select a.place - 1, a.conversation_id, parent.parent_id
    from above a join messages parent on parent.user_id = ${userId} and parent.conversation_id = a.conversation_id
      and parent.id = a.parent_id
    where a.place > ${-count}
  ), around as (
    select a.place - 1 as place, n.id, n.content, n.role
    from above a join messages n on n.user_id = ${userId} and n.conversation_id = a.conversation_id and n.id = a.parent_id
    where a.place > ${-count} and n.deleted_at is null
    union all
    select n.depth - h.depth, n.id, n.content, n.role
    from hit h join messages n on n.user_id = ${userId} and n.conversation_id = h.conversation_id and n.branch = h.branch
      and n.depth > h.depth and n.depth <= h.depth + ${count}::int and n.deleted_at is null
  )
  ${beforeAndAfter} from around`

const chunksAround = (userId: string, count: number): SQL => sql`
  ${beforeAndAfter} from (
    select n.position - k.position as place, n.id::text, n.content, null::text as role
    from ${takenApart(sql`p`)} i join document_chunks k on k.user_id = ${userId} and k.id = i.chunk_id
    join document_chunks n on n.user_id = ${userId} and n.document_id = k.document_id
      and n.position between k.position - ${count}::int and k.position + ${count}::int and n.position <> k.position) around`
