import { EMBEDDING_DIMENSIONS } from '../../src/embeddings/vector.ts'

export interface StoredVector {
  id: string
  messageId: string | null
}

export interface VectorFound {
  data: (StoredVector & { conversationId: string | null; score: number })[]
  recall: string
}

/** The unit vector along one axis. */
export const axis = (place: number): number[] =>
  Array.from({ length: EMBEDDING_DIMENSIONS }, (_, i) => (i === place ? 1 : 0))

export const randomVector = (next: () => number): number[] =>
  Array.from({ length: EMBEDDING_DIMENSIONS }, () => Math.fround(next() * 2 - 1))

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

/** Cosine similarity in double precision. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

/** Runs `work` for every item, `size` of them at a time. */
export async function inChunks<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) await Promise.all(items.slice(start, start + size).map(work))
}
