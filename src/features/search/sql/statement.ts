import { type SQL, sql } from 'drizzle-orm'
import type { EmbeddingVector } from '../../../embeddings/vector.ts'
import { type NearestQuery, askedFor, MAX_COUNTED, nearest } from '../../vectors/sql/nearest.ts'
import { hits, takenApart } from './hits.ts'
import { isStrict, type Words } from '../query.ts'
import type { Group, SearchRequest } from '../schemas.ts'
import { toSearchScope } from '../scope.ts'

/** How deep each list goes: a fused list is at most twice as long, however many pages one reads. */
const DEPTH = 200

/** Where a page of hits ended. */
export type HitKey = readonly [score: number, createdAt: string, id: string]

export interface Search extends Omit<
  SearchRequest,
  | 'query'
  | 'turns'
  | 'conversationId'
  | 'leafId'
  | 'embedding'
  | 'model'
  | 'mode'
  | 'cursor'
  | 'match'
  | 'syntax'
  | 'prefix'
> {
  mode: 'hybrid' | 'semantic' | 'keyword'
  /** What the keyword search looks for; null in a search by meaning alone. */
  words: Words | null
  /** In a hybrid search, what is less similar than this has to be found by its words. */
  floor: number | null
  /** What to compare with; null in a search by keyword alone. */
  vector: ArrayLike<number> | EmbeddingVector | null
  /** Only vectors of this model; null for all. */
  model: string | null
  after: HitKey | null
  /** Whether hits show where the words are. */
  marked: boolean
}

/**
 * The whole search in one statement, which returns one row: `hits`, one more than the limit where there are more, and what
 * is to be told of them.
 *
 * Both lists are cut at `DEPTH` and fused by their scores, each divided by the best of its list, or by reciprocal rank
 * (docs/decisions/027-search.md). A hit of the keyword list gets its similarity as well, wherever it has a vector, so that the
 * threshold holds for it, too. Of equal texts the best hit is shown, of equal scores the newest first. What does the looking up are
 * functions whose plans the connection keeps, and the statement has no more parts than the search asks for: planning takes a
 * user with few texts longer than searching (docs/decisions/028-kept-plans.md).
 */
export function searchStatement(userId: string, search: Search): SQL {
  const { mode, vector, model, threshold, floor, limit, after, groupBy, words, marked } = search
  const score = SCORES[mode](search)
  const isBelow = sql.join(
    [
      threshold === undefined ? sql`false` : sql`coalesce(similarity < ${threshold}::float8, false)`,
      ...(mode === 'hybrid' && floor !== null ? [sql`keyword_position is null and similarity < ${floor}::float8`] : []),
    ],
    sql` or `,
  )
  const asked = askedFor(userId, toSearchScope(search.sources, search.filter), vector)
  // The keyword list keeps to the operators by itself.
  const strict = mode === 'hybrid' && words && isStrict(words) ? sql`(select words from said)` : sql`null::jsonb`
  return sql`
    with ${LISTS[mode](userId, search, asked)},
    kept as materialized (select *, ${score} as score from listed where not (${isBelow})),
    told as (
      select id, created_at, digest from app.told_apart(${userId}, array(select id from kept), ${strict})
    ), scored as (
      select distinct on (source, digest) k.*, t.created_at, count(*) over (partition by source, digest)::int as copies
      from kept k join told t using (id) order by source, digest, score desc, created_at desc, id desc
    ), page as (
      select * from ${groupBy ? bestOfEach(userId, groupBy) : sql`scored`} ${after ? sql`where ${behind(after)}` : sql``}
      order by score desc, created_at desc, id desc limit ${limit + 1}
    )
    select ${vector ? sql`is_mixed` : sql`false`} as mixed, ${vector ? sql`others` : sql`0`} as others, pending, failed,
      ${hits(userId, search, marked && words ? sql`(select words from said)` : sql`null::jsonb`)} as hits,
      ${vector ? sql`coalesce((select is_exact from semantic limit 1), true)` : sql`true`} as exact,
      (select count(*)::int from listed where ${isBelow}) as below
    from app.embedding_state(${userId}, ${model}, ${MAX_COUNTED})`
}

const semanticList = (userId: string, search: Search, asked: NearestQuery): SQL => sql`
  semantic as materialized (
    select source, text_id as id, similarity, is_exact, position::int
    from ${nearest(userId, asked, search.model, DEPTH)})`

const keywordList = ({ words }: Search, { scope }: NearestQuery): SQL => sql`
  said as materialized (
    select said || jsonb_build_object('words', app.words_asked(said)) as words from (select ${JSON.stringify(words)}::jsonb as said) query
  ), keyword as materialized (
    select source, id, rank, tier, position::int
    from app.keyword_search((select words from said), ${scope}, ${DEPTH}) with ordinality k (source, id, rank, tier, created_at, position))`

type List = (userId: string, search: Search, asked: NearestQuery) => SQL

/** Each ends in `listed`: source, id, similarity, semantic_position, rank, tier, keyword_position. */
const LISTS: Record<Search['mode'], List> = {
  semantic: (userId, search, asked) => sql`${semanticList(userId, search, asked)}, listed as (
    select source, id, similarity, position as semantic_position, null::float8 as rank, null::int as tier,
      null::int as keyword_position
    from semantic)`,
  keyword: (_userId, search, asked) => sql`${keywordList(search, asked)}, listed as (
    select source, id, null::float8 as similarity, null::int as semantic_position, rank, tier,
      position as keyword_position
    from keyword)`,
  hybrid: hybridLists,
}

/** What both lists need is a row, not written twice: a vector is 20 KB of text. */
function hybridLists(userId: string, search: Search, { vector, sketch, scope }: NearestQuery): SQL {
  const asked = { vector: sql`(select vector from asked)`, sketch, scope: sql`(select scope from asked)` }
  return sql`
    asked as materialized (select ${vector} as vector, ${scope} as scope),
    ${semanticList(userId, search, asked)}, ${keywordList(search, asked)}, compared as materialized (
      select id, similarity from app.similarities(${userId}, ${asked.vector}, ${search.model}, array(select id from keyword))
    ), listed as materialized (
      select source, id, coalesce(s.similarity, c.similarity) as similarity, s.position as semantic_position, k.rank,
        k.tier, k.position as keyword_position
      from semantic s full join keyword k using (source, id) left join compared c using (id))`
}

const SCORES: Record<Search['mode'], (search: Search) => SQL> = {
  hybrid: ({ fusion: { method, k, weights } }) => {
    const { semantic, keyword } = { ...FUSION_WEIGHTS[method], ...weights }
    return method === 'rank'
      ? sql`coalesce(${semantic}::float8 / (${k}::int + semantic_position), 0)
          + coalesce(${keyword}::float8 / (${k}::int + keyword_position), 0)`
      : sql`${semantic}::float8 * coalesce(greatest(similarity, 0) / nullif(max(similarity) over (), 0), 0)
          + ${keyword}::float8 * coalesce(rank / max(rank) over (), 0)`
  },
  semantic: () => sql`similarity`,
  // Below 1, and by tiers first: BM25 has no upper end.
  keyword: () => sql`(tier + rank / (rank + 10)) / 3`,
}

/** What a list counts for where the request does not say it: measured, see docs/decisions/027-search.md. */
const FUSION_WEIGHTS = { score: { semantic: 0.3, keyword: 0.7 }, rank: { semantic: 1, keyword: 1 } }

/** Of each conversation, or document, the best hit. */
function bestOfEach(userId: string, groupBy: readonly Group[]): SQL {
  const of = (group: Group, column: SQL) => (groupBy.includes(group) ? sql`coalesce(${column}, s.id)` : sql`s.id`)
  return sql`(
    select distinct on (place) * from (
      select s.*, case when s.source = 'message'
        then ${of('conversation', sql`split_part(s.id, '/', 1)`)}
        else ${of(
          'document',
          sql`(
          select k.document_id::text from ${takenApart(sql`s`)} i
          join document_chunks k on k.user_id = ${userId} and k.id = i.chunk_id)`,
        )}
        end as place
      from scored s) placed
    order by place, score desc, created_at desc, id desc) best`
}

const behind = ([score, createdAt, id]: HitKey): SQL => sql`
  (score < ${score}::float8 or score = ${score}::float8
    and (created_at < ${createdAt}::timestamptz or created_at = ${createdAt}::timestamptz and id < ${id}::text))`
