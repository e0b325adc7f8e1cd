import type { Client } from 'pg'
import { sketchOf } from '../../src/embeddings/sketch.ts'
import type { EmbeddingVector } from '../../src/embeddings/vector.ts'
import { shuffle, uuidOf } from '../search/random.ts'
import { sketchBytes, vectorBytes, type VectorSource } from '../search/vectors.ts'

/** One who is searched for: `name` says who has vectors around theirs. */
export interface Reader {
  name: string
  userId: string
  vectors: number
  /** Near what they have, and not stored. */
  queries: EmbeddingVector[]
}

const BATCH = 400
/** Topics of the reader whom nobody else is near. */
const OWN_TOPICS = 10
const PARTS = 16

/** The tables that hold the same vectors, each laid out in another way. */
export const TABLES = {
  inline: 'a float32 array in the row (PLAIN)',
  outside: 'out of line, as is the default',
  half: 'halfvec in the row (PLAIN)',
} as const

/**
 * The same vectors in every layout, the rows of all users mixed: readers with three in ten and three in a hundred of all vectors,
 * among the others'; one with one in ten, away from them; one with a hundred; and 500 each for the others.
 */
export async function fillTables(
  superuser: Client,
  { rows: size, queries }: { rows: number; queries: number },
  source: VectorSource,
  random: () => number,
): Promise<Reader[]> {
  const shared = () => OWN_TOPICS + Math.floor(random() * (source.topics - OWN_TOPICS))
  const own = () => Math.floor(random() * OWN_TOPICS)
  const reader = (name: string, vectors: number, topic: () => number) => ({
    name,
    vectors,
    topic,
    userId: uuidOf(random),
    queries: Array.from({ length: name === '' ? 0 : queries }, () => source.next(topic())),
  })
  const readers = [
    reader('three in ten, near others', Math.round(size * 0.3), shared),
    reader('three in a hundred, near others', Math.round(size * 0.03), shared),
    reader('one in ten, far from others', Math.round(size * 0.1), own),
    reader('small', 100, shared),
  ]
  const rest = size - readers.reduce((sum, { vectors }) => sum + vectors, 0)
  const others = Array.from({ length: Math.floor(rest / 500) }, () => reader('', 500, shared))
  const rows = [...readers, ...others].flatMap((owner) => Array.from({ length: owner.vectors }, () => owner))
  shuffle(rows, random)

  await superuser.query(
    `drop table if exists inline, outside, half, sketches, indexed, parts;
     create unlogged table inline (user_id uuid not null, id uuid not null, embedding vector(1536) not null, sketch bit(2048));
     alter table inline alter column embedding set storage plain`,
  )
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH)
    await superuser.query({
      text: `insert into inline values ${batch.map((_, i) => `($${4 * i + 1}, $${4 * i + 2}, $${4 * i + 3}, $${4 * i + 4})`).join(', ')}`,
      values: batch.flatMap(({ userId, topic }) => {
        const vector = source.next(topic())
        return [userId, uuidOf(random), vectorBytes(vector), sketchBytes(sketchOf(vector))]
      }),
    })
  }
  await superuser.query(
    `create unlogged table sketches as select user_id, id, sketch from inline;
     create unlogged table outside as select user_id, id, embedding from inline;
     create unlogged table half (user_id uuid, id uuid, embedding halfvec(1536));
     alter table half alter column embedding set storage plain;
     insert into half select user_id, id, embedding from inline;
     create index on sketches (user_id) include (id, sketch)`,
  )
  for (const table of Object.keys(TABLES)) await superuser.query(`create index on ${table} (user_id, id)`)
  await superuser.query('vacuum analyze inline, outside, half, sketches')
  return readers
}

/** Two more, whose only way to a user's rows is HNSW. Returns how many seconds each index took. */
export async function buildGraphs(superuser: Client): Promise<{ whole: number; parts: number }> {
  await superuser.query(
    `set maintenance_work_mem = '2GB';
     create unlogged table indexed as select user_id, id, embedding from inline;
     create table parts (user_id uuid, id uuid, embedding vector(1536)) partition by hash (user_id)`,
  )
  for (let i = 0; i < PARTS; i++) {
    await superuser.query(
      `create unlogged table parts_${i} partition of parts for values with (modulus ${PARTS}, remainder ${i})`,
    )
  }
  await superuser.query('insert into parts select user_id, id, embedding from inline')
  const build = async (table: string) => {
    const started = performance.now()
    await superuser.query(`create index on ${table} using hnsw (embedding vector_cosine_ops)`)
    return (performance.now() - started) / 1000
  }
  const times = { whole: await build('indexed'), parts: await build('parts') }
  await superuser.query('vacuum analyze indexed, parts')
  return times
}
