import type { Client } from 'pg'
import { sketchOf } from '../../src/embeddings/sketch.ts'
import { toVectorLiteral } from '../../src/embeddings/vector.ts'
import { CANDIDATES } from '../../src/features/vectors/sql/nearest.ts'
import { MODEL } from './load.ts'
import type { Answer } from './ours.ts'
import type { Question } from './questions.ts'

const DEPTH = 200
const MOST_PER_WORD = 5_000
const K = 60

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
    const highlighted = statement.add(words.join(' | '))
    return `with n as materialized (${nearest(statement, user, question, DEPTH, exactLimit)}),
      s as (select *, row_number() over (order by score desc, id) as place from n), k as (
        select *, row_number() over (order by score desc, id) as place from (
          select conversation_id, id, is_message, sum(rank * weight) as score from (${words
            .map(
              (
                word,
              ) => `select *, ln(1 + (${owner.vectors} - count(*) over () + 0.5) / (count(*) over () + 0.5)) as weight
              from (${matches(statement, user, question, word, MOST_PER_WORD)}) m`,
            )
            .join(
              ' union all ',
            )}) w group by conversation_id, id, is_message order by score desc, id limit ${DEPTH}) best),
      found as materialized (
        select coalesce(s.conversation_id, k.conversation_id) as conversation_id, id,
          coalesce(s.is_message, k.is_message) as is_message,
          coalesce(1.0 / (${K} + s.place), 0) + coalesce(1.0 / (${K} + k.place), 0) as score
        from s full join k using (id) order by score desc, id limit ${limit})
      ${show(user, 'score desc, found.id', highlighted)}`
  }
  const asked = words.join(' & ')
  return `with found as materialized (
      select conversation_id, id, is_message, rank as score from (${matches(statement, user, question, asked, null)}) m
      order by rank desc, id limit ${limit})
    ${show(user, 'score desc, found.id', statement.add(asked))}`
}

/** What is found, as a page of hits shows it. */
function show(user: string, order: string, words: string | null): string {
  const columns = (text: string, source: string) =>
    `found.id, score, ${text}.content, ${source}.metadata, ${source}.created_at,
     ${words ? `ts_headline('simple', ${text}.content, ${words}::tsquery, 'MaxFragments=2, MaxWords=30, MinWords=10')` : 'null'}`
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

/** What holds the words, by the index of owner and words. */
function matches(statement: Statement, user: string, question: Question, words: string, most: number | null): string {
  const asked = `${statement.add(words)}::tsquery`
  const { ofMessage, ofDocument } = conditions(statement, question)
  const limited = most === null ? '' : ` limit ${most}`
  return `(select m.conversation_id, m.id, true as is_message, ts_rank(m.search, ${asked}) as rank from messages m
      join conversations c on c.user_id = ${user} and c.id = m.conversation_id and c.deleted_at is null
      where m.user_id = ${user} and m.search @@ ${asked} and m.deleted_at is null and ${ofMessage}${limited})
    union all
    (select null, k.id::text, false, ts_rank(k.search, ${asked}) from document_chunks k
      join documents d on d.user_id = ${user} and d.id = k.document_id and d.deleted_at is null
      where k.user_id = ${user} and k.search @@ ${asked} and ${ofDocument}${limited})`
}
