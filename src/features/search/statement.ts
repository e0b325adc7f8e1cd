import { type SQL, sql } from 'drizzle-orm'
import type { EmbeddingVector } from '../../embeddings/vector.ts'
import { countOfOtherModels, isMixed } from '../vectors/models.ts'
import { nearest } from '../vectors/nearest.ts'
import { hits } from './hits.ts'
import type { SearchRequest } from './schemas.ts'
import { type Scope, scopeOf, vectorsIn } from './scope.ts'

/** How deep each list goes: a fused list is at most twice as long, however many pages one reads. */
const DEPTH = 200
/** Beyond that nobody counts the jobs. */
const MAX_JOBS = 10_000

/** Where a page of hits ended. */
export type HitKey = readonly [score: number, id: string]

export interface Search extends Omit<SearchRequest, 'query' | 'embedding' | 'model' | 'mode' | 'cursor' | 'match'> {
  mode: 'hybrid' | 'semantic' | 'keyword'
  /** What the keyword search looks for; null in a search by meaning alone. */
  text: string | null
  /** What to compare with; null in a search by keyword alone. */
  vector: ArrayLike<number> | EmbeddingVector | null
  /** Only vectors of this model; null for all. */
  model: string | null
  match: 'all' | 'any'
  after: HitKey | null
}

/**
 * The whole search in one statement, which returns one row: `hits`, one more than the limit where there are more, and what
 * is to be told of them.
 *
 * Both lists are cut at `DEPTH` and fused by reciprocal rank (Cormack, Clarke and Büttcher 2009). A hit of the keyword list
 * gets its similarity as well, wherever it has a vector, so that the threshold holds for it, too. `merged` is materialized
 * because `coalesce` counts as leaky: row-level security would keep such an id from the index that finds its vector.
 */
export function searchStatement(userId: string, search: Search): SQL {
  const { mode, text, vector, model, threshold, limit, after, groupBy, fusion } = search
  const scope = scopeOf(search.sources, search.filter)
  const { k, weights } = fusion
  const fused = sql`coalesce(${weights.semantic}::float8 / (${k}::int + semantic_position), 0)
    + coalesce(${weights.keyword}::float8 / (${k}::int + keyword_position), 0)`
  const score = { hybrid: fused, semantic: sql`similarity`, keyword: sql`rank` }[mode]

  return sql`
    with ${vector ? semanticList(userId, scope, vector, model) : EMPTY_SEMANTIC_LIST},
    keyword as materialized (${text === null ? EMPTY_KEYWORD_LIST : keywordList(scope, text, search)}),
    merged as materialized (
      select coalesce(s.source, k.source) as source, coalesce(s.id, k.id) as id, s.similarity, s.position as semantic_position,
        k.rank, k.position as keyword_position
      from semantic s full join keyword k on k.source = s.source and k.id = s.id
    ), compared as (
      select source, id, ${vector ? similarityOf(userId, model) : sql`null::float8`} as similarity, semantic_position, rank,
        keyword_position
      from merged r
    ), scored as (
      select *, ${score} as score, coalesce(similarity < ${threshold ?? null}::float8, false) as is_below,
        ${mode === 'hybrid' ? fused : sql`null::float8`} as fused
      from compared
    ), placed as (
      select r.*, m.conversation_id, null::uuid as document_id
      from scored r join messages m on m.user_id = ${userId} and m.id = r.id and m.deleted_at is null
      join conversations c on c.user_id = ${userId} and c.id = m.conversation_id and c.deleted_at is null
      where r.source = 'message'
      union all
      select r.*, null, k.document_id
      from scored r join document_chunks k on k.user_id = ${userId} and k.id = r.id
      join documents d on d.user_id = ${userId} and d.id = k.document_id and d.deleted_at is null
      where r.source = 'document'
    ), page as (
      select * from (
        select *, row_number() over (partition by is_below, ${groupKey(groupBy)} order by score desc, id) as place_in_group
        from placed) grouped
      where not is_below and place_in_group = 1 and ${after ? behind(after) : sql`true`}
      order by score desc, id limit ${limit + 1}
    )
    select ${vector && model === null ? isMixed(userId) : sql`false`} as mixed,
      ${vector && model !== null ? countOfOtherModels(userId, model) : sql`0`} as others,
      coalesce((select jsonb_agg(h.hit order by h.score desc, h.id) from (${hits(userId, search)}) h), '[]') as hits,
      ${vector ? sql`(select coalesce(bool_and(exact), true) from nearest)` : sql`true`} as exact,
      (select count(*)::int from placed where is_below) as below,
      ${jobs(userId, sql`failed_at is null`)} as pending, ${jobs(userId, sql`failed_at is not null`)} as failed`
}

const SEMANTIC = sql`semantic (source, id, similarity, position)`
const EMPTY_SEMANTIC_LIST = sql`${SEMANTIC} as (select null::text, null::uuid, null::float8, null::int where false)`
const EMPTY_KEYWORD_LIST = sql`select null::text as source, null::uuid as id, null::float8 as rank, null::int as position where false`

const semanticList = (userId: string, scope: Scope, embedding: ArrayLike<number>, model: string | null): SQL => sql`
  ${nearest({ userId, embedding, limit: DEPTH, condition: vectorsIn(userId, scope, model) })},
  ${SEMANTIC} as (
    select case when message_id is null then 'document' else 'message' end, coalesce(message_id, chunk_id), score,
      (row_number() over (order by score desc, id))::int
    from nearest)`

const keywordList = (
  { sources, conversations, documents, passing }: Scope,
  text: string,
  { match, prefix }: Search,
): SQL => sql`
  select source, id, rank, (row_number() over (order by rank desc, id))::int as position
  from app.keyword_hits(${text}, ${match === 'any'}, ${prefix}, ${passing}, ${`{${sources.join(',')}}`}::text[], ${conversations},
    ${documents}, ${DEPTH}::int)`

/** Of a row of `merged r`, looked up where it comes from the keyword list alone. */
function similarityOf(userId: string, model: string | null): SQL {
  const ofModel = model === null ? sql`true` : sql`v.model = ${model}`
  const lookUp = (column: SQL) => sql`(
    select 1 - (v.embedding <=> (select vector from query)) from chat_vectors v
    where v.user_id = ${userId} and v.${column} = r.id and ${ofModel})`
  return sql`case when similarity is not null then similarity when source = 'message' then ${lookUp(sql`message_id`)}
    else ${lookUp(sql`chunk_id`)} end`
}

function groupKey(groupBy: Search['groupBy']): SQL {
  const conversation = groupBy?.includes('conversation') ? sql`conversation_id` : sql`null`
  const document = groupBy?.includes('document') ? sql`document_id` : sql`null`
  return sql`coalesce(${conversation}, ${document}, id)`
}

const behind = ([score, id]: HitKey): SQL =>
  sql`(score < ${score}::float8 or score = ${score}::float8 and id > ${id}::uuid)`

const jobs = (userId: string, condition: SQL): SQL => sql`(
  select count(*)::int from (select from embedding_jobs where user_id = ${userId} and ${condition} limit ${MAX_JOBS}) j)`
