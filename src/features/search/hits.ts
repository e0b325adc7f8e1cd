import { type SQL, sql } from 'drizzle-orm'
import { LESS_THAN, MARK_END, MARK_START } from './highlight.ts'
import { MAX_CONTENT, MAX_NEIGHBOUR } from './schemas.ts'
import type { Search } from './statement.ts'

/** How much of a text is looked through for passages to highlight: `ts_headline` reads all that it gets. */
const HIGHLIGHT_LENGTH = 20_000
/** Words may be long: of the passages so much is shown, from a little before the first mark. */
const PASSAGES_LENGTH = 2_000
const BEFORE_MARK = 300
const HEADLINE = `StartSel=${MARK_START}, StopSel=${MARK_END}, MaxFragments=2, MaxWords=30, MinWords=10, ShortWord=0, FragmentDelimiter=" … "`

/** The rows of `page` as hits: `hit` (JSON), `score`, `id`. */
export const hits = (userId: string, search: Search): SQL => sql`
  select p.score, p.id, jsonb_build_object('source', p.source, 'conversationId', p.conversation_id, 'role', m.role, 'seq', m.seq,
    ${body(sql`m`, sql`m.metadata`, sql`m.created_at`, highlight(search, sql`'simple'`, sql`m.content`))}
    ${context(search, messagesAround(userId, search.context))}) as hit
  from page p join messages m on m.user_id = ${userId} and m.id = p.id
  where p.source = 'message'
  union all
  select p.score, p.id, jsonb_build_object('source', p.source, 'documentId', p.document_id, 'title', d.title,
    'headings', to_jsonb(k.headings), 'position', k.position, 'start', k.start_offset, 'end', k.end_offset,
    ${body(sql`k`, sql`d.metadata`, sql`d.created_at`, highlight(search, sql`k.language`, sql`k.content`))}
    ${context(search, chunksAround(userId, search.context))})
  from page p join document_chunks k on k.user_id = ${userId} and k.id = p.id
  join documents d on d.user_id = ${userId} and d.id = k.document_id
  where p.source = 'document'`

const body = (text: SQL, metadata: SQL, createdAt: SQL, highlighted: SQL): SQL => sql`
  'id', p.id, 'content', "left"(${text}.content, ${MAX_CONTENT}), 'truncated', length(${text}.content) > ${MAX_CONTENT},
  'highlight', ${highlighted}, 'metadata', ${metadata},
  'createdAt', to_char(${createdAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'score', p.score,
  'scoring', jsonb_build_object('similarity', p.similarity, 'semanticPosition', p.semantic_position, 'keywordRank', p.rank,
    'keywordPosition', p.keyword_position, 'fused', p.fused)`

const highlight = ({ text, match, prefix }: Search, language: SQL, content: SQL): SQL => {
  const readable = sql`translate("left"(${content}, ${HIGHLIGHT_LENGTH}), ${`<${LESS_THAN}${MARK_START}${MARK_END}`}, ${LESS_THAN})`
  const query = sql`app.keyword_query(${language}::regconfig, ${text}, ${match === 'any'}, ${prefix})`
  return text === null
    ? sql`null::text`
    : sql`case when p.rank is not null then (
        select substr(passages, greatest(1, strpos(passages, ${MARK_START}) - ${BEFORE_MARK}), ${PASSAGES_LENGTH})
        from ts_headline(${language}::regconfig, ${readable}, ${query}, ${HEADLINE}) passages) end`
}

const context = ({ context }: Search, around: SQL): SQL => (context === 0 ? sql`` : sql`, 'context', (${around})`)

const neighbours = (condition: SQL): SQL => sql`coalesce(jsonb_agg(jsonb_build_object('id', id,
  'content', "left"(content, ${MAX_NEIGHBOUR}), 'role', role) order by place) filter (where ${condition}), '[]')`

const beforeAndAfter = sql`select jsonb_build_object('before', ${neighbours(sql`place < 0`)}, 'after', ${neighbours(sql`place > 0`)})`

/** On the way from the root through the message, and on in its branch. Deleted ones are left out, and count. */
const messagesAround = (userId: string, count: number): SQL => sql`
  with recursive above as (
    select 0 as place, m.parent_id
    union all
    select a.place - 1, parent.parent_id
    from above a join messages parent on parent.user_id = ${userId} and parent.id = a.parent_id
    where a.place > ${-count}
  ), around as (
    select a.place - 1 as place, n.id, n.content, n.role
    from above a join messages n on n.user_id = ${userId} and n.id = a.parent_id
    where a.place > ${-count} and n.deleted_at is null
    union all
    select n.depth - m.depth, n.id, n.content, n.role from messages n
    where n.user_id = ${userId} and n.conversation_id = m.conversation_id and n.branch = m.branch
      and n.depth > m.depth and n.depth <= m.depth + ${count}::int and n.deleted_at is null
  )
  ${beforeAndAfter} from around`

const chunksAround = (userId: string, count: number): SQL => sql`
  ${beforeAndAfter} from (
    select n.position - k.position as place, n.id, n.content, null::text as role from document_chunks n
    where n.user_id = ${userId} and n.document_id = k.document_id
      and n.position between k.position - ${count}::int and k.position + ${count}::int and n.position <> k.position) around`
