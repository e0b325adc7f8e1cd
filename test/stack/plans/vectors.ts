import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { sketchOf } from '../../../src/embeddings/sketch.ts'
import { EMBEDDING_DIMENSIONS, type EmbeddingVector, toUnitLength } from '../../../src/embeddings/vector.ts'

/** Numbers in [0, 1), the same at every run: Mulberry32, a public-domain generator of Tommy Ettinger. */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Normally distributed, by Box and Muller. */
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Makes vectors of one topic: around a centre, along a few directions, as the embeddings of texts lie. */
export type Topic = () => EmbeddingVector

const COMMON = 12
const OWN = 6
const BREADTH = 0.3

/** Topics whose vectors differ in what is theirs, and in what all texts differ in, such as tone and length. */
export function createTopics(count: number, random: () => number): Topic[] {
  const direction = () => toUnitLength(Float32Array.from({ length: EMBEDDING_DIMENSIONS }, () => normal(random)))
  const directions = (many: number) => Array.from({ length: many }, direction)
  const common = directions(COMMON)
  return directions(count).map((centre) => {
    const own = directions(OWN)
    return () => {
      const vector = Float32Array.from(centre)
      for (const along of [...common, ...own]) add(vector, BREADTH * normal(random), along)
      return toUnitLength(vector)
    }
  })
}

function add(sum: EmbeddingVector, factor: number, vector: EmbeddingVector): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + factor * (vector[i] ?? 0)
}

export interface StoredVector {
  userId: string
  id: string
  vector: EmbeddingVector
  text?: TextOf
}

/** What a vector was made of. */
export interface TextOf {
  id: string
  kind: 'message' | 'chunk'
  /** Its conversation, or its document. */
  placeId: string
  /** In its place: 0, 1, 2 … */
  index: number
  content: string
  /** Said in its metadata, or in its document's. */
  n: number
  /** Its document is. */
  deleted: boolean
}

/** So many vectors of a user, from each topic in turn. */
export const vectorsOf = (userId: string, count: number, topics: readonly Topic[]): StoredVector[] =>
  Array.from({ length: count }, (_, i) => {
    const topic = topics[i % topics.length]
    if (!topic) throw new Error('No topics')
    return { userId, id: randomUUID(), vector: topic() }
  })

/** The nearest by cosine, nearest first, every one compared, and all of them rounded to the halfvecs that are stored. */
export function nearestOf(stored: readonly StoredVector[], query: EmbeddingVector, limit: number): string[] {
  const asked = query.map(Math.f16round)
  const scored = stored.map(({ id, vector }) => ({ id, score: dot(vector.map(Math.f16round), asked) }))
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ id }) => id)
}

function dot(a: EmbeddingVector, b: EmbeddingVector): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

const BATCH = 400
const COLUMNS = 8

/** What `toBinary` writes is a vector. */
const EMBEDDING = 6

const parameters = (row: number) =>
  Array.from(
    { length: COLUMNS },
    (_, column) => `$${COLUMNS * row + column + 1}${column === EMBEDDING ? '::vector::halfvec' : ''}`,
  ).join(', ')

/** Stores vectors and their owners, without an audit trail. */
export async function storeVectors(superuser: Client, stored: readonly StoredVector[]): Promise<void> {
  await superuser.query(`insert into users (id, email) select id, id || '@example.com' from unnest($1::uuid[]) id`, [
    [...new Set(stored.map(({ userId }) => userId))],
  ])
  for (let start = 0; start < stored.length; start += BATCH) {
    const batch = stored.slice(start, start + BATCH)
    await superuser.query(
      `insert into chat_vectors (user_id, id, conversation_id, message_id, chunk_id, document_id, embedding, sketch, model)
       values ${batch.map((_, i) => `(${parameters(i)}, 'test')`).join(', ')}`,
      batch.flatMap(({ userId, id, vector, text }) => [
        userId,
        id,
        ...(text?.kind === 'message'
          ? [text.placeId, text.id, null, null]
          : [null, null, text?.id ?? null, text?.placeId ?? null]),
        toBinary(vector),
        sketchOf(vector),
      ]),
    )
  }
}

/** What pgvector's `vector_recv` reads: the dimension and a zero as 16 bits each, then big-endian single floats. */
function toBinary(vector: EmbeddingVector): Buffer {
  const bytes = Buffer.alloc(4 + 4 * vector.length)
  bytes.writeInt16BE(vector.length, 0)
  vector.forEach((x, i) => bytes.writeFloatBE(x, 4 + 4 * i))
  return bytes
}
