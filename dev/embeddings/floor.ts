import { readFile } from 'node:fs/promises'
import { sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Embedder, EmbeddingVector } from '../../src/embeddings/embedder.ts'
import type { Database } from '../../src/db/database.ts'
import { expectOk } from './backfill.ts'

/** How many of the pairs that don't belong together are below the floor. */
const NOISE = 0.99
const MOST_PAIRS = 5_000
const LEAST_PAIRS = 100

/** Similarities of pairs that belong together, and of the same texts in other pairs. */
interface Samples {
  related: number[]
  unrelated: number[]
}

const pair = z.object({ query: z.string().min(1), text: z.string().min(1) })
const sampleRow = z.object({ related: z.coerce.number(), unrelated: z.coerce.number() })

/**
 * Above which similarity a text has to do with a question although no word says so, by pairs that are known: of a file, one
 * `{"query": …, "text": …}` a line, which the embedder embeds; else messages of users with the answers that follow them, whose
 * vectors there are. Prints the setting.
 */
export async function measureFloor(db: Database, embedder: Embedder, file: string | undefined): Promise<void> {
  const { related, unrelated } = file
    ? await samplesOf(await readPairs(file), embedder)
    : await storedSamples(db, embedder.model)
  if (related.length < LEAST_PAIRS) {
    throw new Error(`${related.length} pairs are too few to tell: it takes ${LEAST_PAIRS}.`)
  }
  for (const list of [related, unrelated]) list.sort((a, b) => a - b)
  const floor = Math.round(quantile(unrelated, NOISE) * 100) / 100
  const lost = related.filter((similarity) => similarity < floor).length / related.length
  console.log(`${related.length} pairs that belong together, and as many that don't:`)
  console.log('  share below        1 %    5 %   50 %   95 %   99 %')
  for (const [name, list] of Object.entries({ related, unrelated })) {
    const figures = [0.01, 0.05, 0.5, 0.95, 0.99].map((share) => quantile(list, share).toFixed(2).padStart(7))
    console.log(`  ${name.padEnd(14)}${figures.join('')}`)
  }
  console.log(
    `EMBEDDING_FLOOR=${floor} leaves out 99 % of the unrelated that share no word with the question, and ${(lost * 100).toFixed(0)} % of the related.`,
  )
}

async function readPairs(file: string): Promise<z.output<typeof pair>[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '')
  return lines.slice(0, MOST_PAIRS).map((line) => pair.parse(JSON.parse(line)))
}

async function samplesOf(pairs: readonly z.output<typeof pair>[], embedder: Embedder): Promise<Samples> {
  const [queries, texts] = await Promise.all([
    embedder.embed(pairs.map(({ query }) => query)),
    embedder.embed(pairs.map(({ text }) => text)),
  ])
  const [asked, answers] = [expectOk(queries), expectOk(texts)]
  const of = (shift: number) => asked.map((vector, i) => cosine(vector, answers[(i + shift) % answers.length]))
  return { related: of(0), unrelated: of(Math.ceil(answers.length / 2)) }
}

/** Vectors have unit length. */
const cosine = (a: EmbeddingVector, b: EmbeddingVector | undefined): number =>
  a.reduce((sum, value, i) => sum + value * (b?.[i] ?? 0), 0)

async function storedSamples(db: Database, model: string): Promise<Samples> {
  const [rows] = expectOk(await db.read('embeddings.floor', (q) => [q.execute(storedPairs(model))]))
  const samples = rows.rows.map((row) => sampleRow.parse(row))
  return { related: samples.map((row) => row.related), unrelated: samples.map((row) => row.unrelated) }
}

/** Each question with its answer, and with an answer to another question of the same user, in another conversation. */
const storedPairs = (model: string) => sql`
  with pairs as materialized (
    select q.user_id, q.conversation_id, asked.embedding as asked, answer.embedding as answer
    from messages q
    join messages a on a.user_id = q.user_id and a.conversation_id = q.conversation_id and a.parent_id = q.id and a.role = 'assistant'
    join chat_vectors asked on asked.user_id = q.user_id and asked.conversation_id = q.conversation_id and asked.message_id = q.id
    join chat_vectors answer on answer.user_id = a.user_id and answer.conversation_id = a.conversation_id and answer.message_id = a.id
    where q.role = 'user' and asked.model = ${model} and answer.model = ${model} and asked.embedding is not null and answer.embedding is not null
    limit ${MOST_PAIRS}
  ), numbered as (
    select *, row_number() over (partition by user_id order by conversation_id) as number, count(*) over (partition by user_id) as count from pairs
  )
  select 1 - (p.asked <=> p.answer) as related, 1 - (p.asked <=> o.answer) as unrelated
  from numbered p join numbered o on o.user_id = p.user_id and o.conversation_id <> p.conversation_id
    and o.number = (p.number + p.count / 2) % p.count + 1`

/** @param list in order */
const quantile = (list: readonly number[], share: number): number =>
  list[Math.floor(share * (list.length - 1))] ?? Number.NaN
