import { EMBEDDING_DIMENSIONS, type EmbeddingVector, toUnitLength } from '../../src/embeddings/vector.ts'
import { normal } from './random.ts'

/** Makes vectors: those of texts in some topic, or in that one. */
export interface VectorSource {
  topics: number
  next(topic?: number): EmbeddingVector
}

const TOPICS = 100
const SUBTOPICS = 10
const LATENT_DIMENSIONS = 32

type Random = () => number

const spread = (random: Random, dimensions: number, width: number, around?: Float32Array): Float32Array => {
  const values = new Float32Array(dimensions)
  for (let i = 0; i < dimensions; i++) values[i] = (around?.[i] ?? 0) + normal(random) * width
  return values
}

const createTree = (random: Random, dimensions: number, width: number): Float32Array[][] =>
  Array.from({ length: TOPICS }, () => {
    const topic = spread(random, dimensions, 1)
    return Array.from({ length: SUBTOPICS }, () => spread(random, dimensions, width, topic))
  })

const pick = (tree: Float32Array[][], topic: number, random: Random): Float32Array =>
  tree[topic]?.[Math.floor(random() * SUBTOPICS)] ?? new Float32Array()

/** 100 topics of ten subtopics; within one, vectors differ in every dimension alike. */
export function clustered(random: Random): VectorSource {
  const tree = createTree(random, EMBEDDING_DIMENSIONS, 0.6)
  return {
    topics: TOPICS,
    next: (topic = Math.floor(random() * TOPICS)) =>
      toUnitLength(spread(random, EMBEDDING_DIMENSIONS, 0.8, pick(tree, topic, random))),
  }
}

/**
 * The same in 32 dimensions, laid out in 1536 by a random linear map, and a little noise: neighbours are near, and a small
 * difference decides which is the nearest.
 */
export function latent(random: Random): VectorSource {
  const tree = createTree(random, LATENT_DIMENSIONS, 0.5)
  const map = Array.from({ length: LATENT_DIMENSIONS }, () => spread(random, EMBEDDING_DIMENSIONS, 1))
  return {
    topics: TOPICS,
    next: (topic = Math.floor(random() * TOPICS)) => {
      const place = spread(random, LATENT_DIMENSIONS, 0.35, pick(tree, topic, random))
      const values = spread(random, EMBEDDING_DIMENSIONS, 0.3)
      map.forEach((direction, k) => {
        const along = place[k] ?? 0
        for (let i = 0; i < EMBEDDING_DIMENSIONS; i++) values[i] = (values[i] ?? 0) + along * (direction[i] ?? 0)
      })
      return toUnitLength(values)
    },
  }
}

/** What pgvector's `vector_recv` reads: the dimension and a zero as 16 bits each, then big-endian single floats. */
export function vectorBytes(vector: EmbeddingVector): Buffer {
  const bytes = Buffer.allocUnsafe(4 + 4 * vector.length)
  bytes.writeInt16BE(vector.length, 0)
  bytes.writeInt16BE(0, 2)
  for (let i = 0; i < vector.length; i++) bytes.writeFloatBE(vector[i] ?? 0, 4 + 4 * i)
  return bytes
}

/** What Postgres' `bit_recv` reads: how many bits, then these. */
export function sketchBytes(sketch: string): Buffer {
  const bits = Buffer.from(sketch.slice(1), 'hex')
  const length = Buffer.alloc(4)
  length.writeInt32BE(8 * bits.length)
  return Buffer.concat([length, bits])
}
