import type { Client } from 'pg'
import { toVectorLiteral } from '../../src/embeddings/vector.ts'
import { conditions, Statement } from './floor.ts'
import type { Question } from './questions.ts'

const DEPTH = 200
const K = 60

/** What a search must find: of each text how good it is, and how good the worst of the best ten is. */
export interface Truth {
  scores: Map<string, number>
  least: number
  /** How many there are to be found, ten at most. */
  count: number
}

/** Every row of the user looked at, by no index: nothing approximated, nothing cut off before the fusion. */
export async function bruteForce(superuser: Client, question: Question): Promise<Truth> {
  const { kind, words, limit } = question
  const similarities = kind === 'semantic' || kind === 'hybrid' ? await bySimilarity(superuser, question) : []
  if (kind === 'semantic') return best(similarities, limit)
  const ranks = new Map<string, number>()
  const terms = kind === 'hybrid' ? words : [words.join(' & ')]
  const texts = kind === 'hybrid' ? await countTexts(superuser, question.owner.userId) : 0
  for (const term of terms) {
    const found = await byWords(superuser, question, term)
    const rest = Math.max(texts - found.length, 0)
    const weight = kind === 'hybrid' ? Math.log(1 + (rest + 0.5) / (found.length + 0.5)) : 1
    for (const [id, rank] of found) ranks.set(id, (ranks.get(id) ?? 0) + rank * weight)
  }
  if (kind !== 'hybrid') return best([...ranks], limit)
  const fused = new Map<string, number>()
  for (const list of [similarities, [...ranks].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))]) {
    list.slice(0, DEPTH).forEach(([id], i) => fused.set(id, (fused.get(id) ?? 0) + 1 / (K + i + 1)))
  }
  return best([...fused], limit)
}

/** The share of what was to be found that an answer has; what is as good as the tenth will do. */
export function recallOf(ids: readonly string[], { scores, least, count }: Truth): number {
  if (count === 0) return 1
  const right = ids.filter((id) => (scores.get(id) ?? -Infinity) >= least - 1e-9)
  return Math.min(right.length, count) / count
}

function best(found: readonly (readonly [string, number])[], limit: number): Truth {
  const sorted = found.toSorted(([, a], [, b]) => b - a)
  const count = Math.min(limit, found.length)
  return { scores: new Map(found), least: sorted[count - 1]?.[1] ?? Infinity, count }
}

async function bySimilarity(superuser: Client, question: Question): Promise<[string, number][]> {
  const statement = new Statement()
  const [user, vector] = [statement.add(question.owner.userId), statement.add(toVectorLiteral(question.vector))]
  const { ofMessage, ofDocument } = conditions(statement, question)
  return read(
    superuser,
    statement,
    `
    select coalesce(v.message_id, v.chunk_id::text), 1 - (v.embedding <=> ${vector}::halfvec) as score from chat_vectors v
    left join messages m on m.user_id = ${user} and m.conversation_id = v.conversation_id and m.id = v.message_id
    left join conversations c on c.user_id = ${user} and c.id = m.conversation_id
    left join documents d on d.user_id = ${user} and d.id = v.document_id
    where v.user_id = ${user} and m.deleted_at is null and c.deleted_at is null and d.deleted_at is null
      and case when v.message_id is not null then ${ofMessage} else ${ofDocument} end
    order by score desc, v.id limit ${DEPTH}`,
  )
}

async function byWords(superuser: Client, question: Question, words: string): Promise<[string, number][]> {
  const statement = new Statement()
  const [user, asked] = [statement.add(question.owner.userId), `${statement.add(words)}::tsquery`]
  const { ofMessage, ofDocument } = conditions(statement, question)
  return read(
    superuser,
    statement,
    `
    select m.id, ts_rank(m.search, ${asked}) from messages m
    join conversations c on c.user_id = ${user} and c.id = m.conversation_id and c.deleted_at is null
    where m.user_id = ${user} and (m.search @@ ${asked}) is true and m.deleted_at is null and ${ofMessage}
    union all
    select k.id::text, ts_rank(k.search, ${asked}) from document_chunks k
    join documents d on d.user_id = ${user} and d.id = k.document_id and d.deleted_at is null
    where k.user_id = ${user} and (k.search @@ ${asked}) is true and ${ofDocument}`,
  )
}

/** What is not deleted: how rare a word is, is said of these. */
async function countTexts(superuser: Client, userId: string): Promise<number> {
  const { rows } = await superuser.query<{ count: string }>(
    `select (select count(*) from messages m join conversations c on c.user_id = $1 and c.id = m.conversation_id
        where m.user_id = $1 and m.deleted_at is null and c.deleted_at is null)
      + (select count(*) from document_chunks k join documents d on d.user_id = $1 and d.id = k.document_id
        where k.user_id = $1 and d.deleted_at is null) as count`,
    [userId],
  )
  return Number(rows[0]?.count)
}

async function read(superuser: Client, { values }: Statement, text: string): Promise<[string, number][]> {
  const { rows } = await superuser.query<[string, unknown]>({ text, values, rowMode: 'array' })
  return rows.map(([id, score]) => [id, Number(score)])
}
