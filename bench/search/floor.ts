import type { Client } from 'pg'
import { sketchOf } from '../../src/embeddings/sketch.ts'
import { toVectorLiteral } from '../../src/embeddings/vector.ts'
import { CANDIDATES } from '../../src/features/vectors/sql/nearest.ts'
import { MODEL } from './load.ts'
import type { Answer } from './ours.ts'
import type { Question } from './questions.ts'

const DEPTH = 200
/** How a fused score counts what the lists say: as `src/features/search/sql/statement.ts` does. */
export const WEIGHTS = { semantic: 0.3, keyword: 0.7 }

/** A statement that is being written, with its parameters. */
export class Statement {
  readonly values: unknown[] = []

  /** The parameter's place: `$3`. */
  add(value: unknown): string {
    this.values.push(value)
    return `$${this.values.length}`
  }
}

/**
 * The search in plain SQL, written by hand for this one question: by a superuser, without row-level security, settings or a
 * check of who asks. Small users' vectors compared one by one, large ones' by sketch, as somebody would who knows how many
 * there are.
 */
export async function askPlainly(client: Client, question: Question, exactLimit: number): Promise<Answer> {
  const statement = new Statement()
  const text = write(statement, question, exactLimit)
  const started = performance.now()
  const { rows } = await client.query<[string]>({ text, values: statement.values, rowMode: 'array' })
  return { ids: rows.map(([id]) => id), milliseconds: performance.now() - started }
}

function write(statement: Statement, question: Question, exactLimit: number): string {
  const { kind, owner, words, limit } = question
  const user = statement.add(owner.userId)
  if (kind === 'semantic') {
    return `with found as materialized (${nearest(statement, user, question, limit, exactLimit)}) ${show(user, 'score desc', null)}`
  }
  if (kind === 'hybrid') {
    const asked = `${statement.add(toVectorLiteral(question.vector))}::halfvec`
    return `with s as materialized (${nearest(statement, user, question, DEPTH, exactLimit)}),
      k as materialized (${ranking(statement, question)} order by tier desc, rank desc, id limit ${DEPTH}),
      listed as materialized (
        select id, coalesce(s.conversation_id, k.conversation_id) as conversation_id, coalesce(s.is_message, k.is_message) as is_message,
          s.score as similarity, k.rank
        from s full join k using (id)),
      compared as materialized (
        select l.conversation_id, l.id, l.is_message, l.rank, coalesce(l.similarity, 1 - (v.embedding <=> ${asked})) as similarity
        from listed l left join lateral (
          select embedding from chat_vectors v where l.similarity is null and l.is_message and v.user_id = ${user}
            and v.conversation_id = l.conversation_id and v.message_id = l.id and v.model = '${MODEL}'
          union all
          select embedding from chat_vectors v where l.similarity is null and not l.is_message and v.user_id = ${user}
            and v.chunk_id = l.id::uuid and v.model = '${MODEL}') v on true),
      found as materialized (
        select conversation_id, id, is_message,
          ${WEIGHTS.semantic} * coalesce(greatest(similarity, 0) / max(similarity) over (), 0)
            + ${WEIGHTS.keyword} * coalesce(rank / max(rank) over (), 0) as score
        from compared order by score desc, id limit ${limit})
      ${show(user, 'score desc, found.id', statement.add(words))}`
  }
  return `with found as materialized (
      select conversation_id, id, is_message, tier * 1000 + rank as score from (${ranking(statement, question)}) r
      order by score desc, id limit ${limit})
    ${show(user, 'score desc, found.id', statement.add(words))}`
}

/**
 * All texts with any of the words as `app.keyword_search` ranks them, but that nothing is sampled or cut off: `tier` and `rank` by
 * `conversation_id`, `id`, `is_message`. The bench's words have one form each, its messages stand alone, its titles say nothing.
 *
 * @param byIndex false looks at every row
 */
export function ranking(statement: Statement, question: Question, byIndex = true): string {
  const { owner, words } = question
  const user = statement.add(owner.userId)
  const phrase = `${statement.add(words.join(' <-> '))}::tsquery`
  return `with known as materialized (
      select (select coalesce(sum(message_count), 0) from conversations where user_id = ${user} and deleted_at is null)
          + (select coalesce(sum(chunk_count), 0) from documents where user_id = ${user} and deleted_at is null) as texts,
        (select avg(octet_length(content)) from (
          select content from messages where user_id = ${user} ${byIndex ? 'limit 300' : ''}) m) as average
    ), matches as materialized (
      ${words.map((word, i) => `select ${i} as word, * from (${matches(statement, question, word, phrase, byIndex)}) m${i}`).join(' union all ')}
    ), rarity as materialized (
      select word, ln(1 + (max(texts) - count(*) + 0.5) / (count(*) + 0.5)) as idf from matches cross join known group by word
    )
    select conversation_id, id, is_message, (count(*) = ${words.length})::int
        + (count(*) = ${words.length} and ${words.length} > 1 and bool_or(has_phrase))::int as tier,
      sum(idf * 2.2 * n / (n + 1.2 * (0.25 + 0.75 * bytes / average)))::float8 as rank
    from matches join rarity using (word) cross join known cross join lateral (select 0.65 * share / (1 - share) as n) n
    group by conversation_id, id, is_message`
}

/** What is found, as a page of hits shows it. */
function show(user: string, order: string, words: string | null): string {
  const columns = (text: string, source: string) =>
    `found.id, score, ${text}.content, ${source}.metadata, ${source}.created_at,
     ${words ? `app.passage_of(${text}.content, '{english_stem}', ${words}::text[], null, array['\\m' || array_to_string(${words}::text[], '|\\m')])` : 'null'}`
  return `select ${columns('m', 'm')}, m.conversation_id as place, seq, null as title from found
      join messages m on m.user_id = ${user} and m.conversation_id = found.conversation_id and m.id = found.id where is_message
    union all
    select ${columns('k', 'd')}, document_id::text, position, title from found
      join document_chunks k on k.user_id = ${user} and k.id = found.id::uuid
      join documents d on d.user_id = ${user} and d.id = k.document_id where not is_message
    order by ${order.replace('found.', '')}`
}

function nearest(statement: Statement, user: string, question: Question, limit: number, exactLimit: number): string {
  const { owner, vector } = question
  const asked = `${statement.add(toVectorLiteral(vector))}::halfvec`
  const condition = `v.user_id = ${user} and v.model = '${MODEL}' and ${vectorCondition(statement, user, question)}`
  const shown = `v.conversation_id, coalesce(v.message_id, v.chunk_id::text) as id, v.message_id is not null as is_message,
    v.embedding <=> ${asked} as distance`
  if (owner.vectors <= exactLimit) {
    return `select conversation_id, id, is_message, 1 - distance as score from (
      select ${shown} from chat_vectors v where ${condition} order by distance limit ${limit}) compared`
  }
  const sketch = statement.add(sketchOf(vector))
  return `select conversation_id, id, is_message, 1 - distance as score from (
    select ${shown} from (select v.id from chat_vectors v where ${condition}
        order by v.sketch <~> ${sketch}::bit(2048) limit ${CANDIDATES}) c
      join chat_vectors v on v.user_id = ${user} and v.id = c.id order by distance limit ${limit}) compared`
}

function vectorCondition(statement: Statement, user: string, question: Question): string {
  const { filter } = question
  if (filter === 'none') {
    return `not exists (select from documents d where d.user_id = ${user} and d.id = v.document_id and d.deleted_at is not null)`
  }
  const { ofMessage, ofDocument } = conditions(statement, question)
  return `((v.conversation_id, v.message_id) in (select m.conversation_id, m.id from messages m where m.user_id = ${user} and m.deleted_at is null and ${ofMessage})
    or v.document_id in (select id from documents d where d.user_id = ${user} and d.deleted_at is null and ${ofDocument}))`
}

/** The filter, in terms of `messages m` and `documents d`. */
export function conditions(
  statement: Statement,
  { filter, n, conversations, documents }: Pick<Question, 'filter' | 'n' | 'conversations' | 'documents'>,
): { ofMessage: string; ofDocument: string } {
  if (filter === 'none') return { ofMessage: 'true', ofDocument: 'true' }
  if (filter === 'metadata') {
    const value = `${statement.add(n)}::int`
    return { ofMessage: `(m.metadata ->> 'n')::int = ${value}`, ofDocument: `(d.metadata ->> 'n')::int = ${value}` }
  }
  return {
    ofMessage: `m.conversation_id = any (${statement.add(conversations)}::text[])`,
    ofDocument: `d.id = any (${statement.add(documents)}::uuid[])`,
  }
}

/** The texts that have the word, and how much. */
function matches(statement: Statement, question: Question, word: string, phrase: string, byIndex: boolean): string {
  const [user, asked] = [statement.add(question.owner.userId), `${statement.add(word)}::tsquery`]
  const { ofMessage, ofDocument } = conditions(statement, question)
  const columns = (text: string) => `octet_length(${text}.content) as bytes, ${text}.search @@ ${phrase} as has_phrase,
    least(ts_rank('{0.5, 0.5, 0.95, 1}', ${text}.search, ${asked}), 0.98) as share`
  const has = (text: string) => (byIndex ? `${text}.search @@ ${asked}` : `(${text}.search @@ ${asked}) is true`)
  return `select m.conversation_id, m.id, true as is_message, ${columns('m')} from messages m
      join conversations c on c.user_id = ${user} and c.id = m.conversation_id and c.deleted_at is null
      where m.user_id = ${user} and ${has('m')} and m.deleted_at is null and ${ofMessage}
    union all
    select null, k.id::text, false, ${columns('k')} from document_chunks k
      join documents d on d.user_id = ${user} and d.id = k.document_id and d.deleted_at is null
      where k.user_id = ${user} and ${has('k')} and ${ofDocument}`
}
