import type { Client } from 'pg'
import { toVectorLiteral } from '../../src/embeddings/vector.ts'
import { conditions, ranking, Statement, WEIGHTS } from './floor.ts'
import type { Question } from './questions.ts'

const DEPTH = 200

/** What a search must find: of each text how good it is, and how good the worst of the best ten is. */
export interface Truth {
  scores: Map<string, number>
  least: number
  /** How many there are to be found, ten at most. */
  count: number
}

/** Every row of the user looked at, by no index: nothing approximated, nothing cut off before the fusion. */
export async function bruteForce(superuser: Client, question: Question): Promise<Truth> {
  const { kind, limit } = question
  const similarities = kind === 'semantic' || kind === 'hybrid' ? await bySimilarity(superuser, question) : []
  if (kind === 'semantic') return best(similarities, limit)
  const ranked = await byWords(superuser, question)
  if (kind !== 'hybrid')
    return best(
      ranked.map(({ id, tier, rank }) => [id, tier * 1000 + rank]),
      limit,
    )
  const similarityOf = new Map(similarities)
  const rankOf = new Map(ranked.slice(0, DEPTH).map(({ id, rank }) => [id, rank]))
  const listed = [...new Set([...similarities.slice(0, DEPTH).map(([id]) => id), ...rankOf.keys()])]
  const most = { similarity: similarities[0]?.[1] ?? 1, rank: Math.max(...rankOf.values()) }
  const fused = listed.map((id): [string, number] => [
    id,
    (WEIGHTS.semantic * Math.max(similarityOf.get(id) ?? 0, 0)) / most.similarity +
      (WEIGHTS.keyword * (rankOf.get(id) ?? 0)) / most.rank,
  ])
  return best(fused, limit)
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
    order by score desc, v.id`,
  )
}

/** The best first. */
async function byWords(superuser: Client, question: Question): Promise<{ id: string; tier: number; rank: number }[]> {
  const statement = new Statement()
  const text = `select id, tier, rank from (${ranking(statement, question, false)}) r order by tier desc, rank desc, id`
  const { rows } = await superuser.query<[string, number, number]>({ text, values: statement.values, rowMode: 'array' })
  return rows.map(([id, tier, rank]) => ({ id, tier, rank }))
}

async function read(superuser: Client, { values }: Statement, text: string): Promise<[string, number][]> {
  const { rows } = await superuser.query<[string, unknown]>({ text, values, rowMode: 'array' })
  return rows.map(([id, score]) => [id, Number(score)])
}
