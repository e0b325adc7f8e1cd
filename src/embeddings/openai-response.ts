import * as z from 'zod'
import { decodeVector, type EmbeddingVector } from './vector.ts'

// The vectors themselves are left to one loop: a schema on 1536 numbers costs sixty times as much.
const answer = z.object({ data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.unknown() })) })

const problem = z.object({
  error: z.object({ code: z.string().nullish(), type: z.string().nullish() }),
})

/** The vectors of a successful answer in the order of the request's `count` texts, or null when any is missing or unusable. */
export function readVectors(body: unknown, count: number): EmbeddingVector[] | null {
  const parsed = answer.safeParse(body)
  if (!parsed.success || parsed.data.data.length !== count) return null
  const vectors: EmbeddingVector[] = []
  for (const { index, embedding } of parsed.data.data.toSorted((a, b) => a.index - b.index)) {
    const vector = decodeVector(embedding)
    if (vector === null || index !== vectors.length) return null
    vectors.push(vector)
  }
  return vectors
}

/**
 * The provider's code for a refusal (`invalid_api_key`, `insufficient_quota`, …), or undefined. Its message is never read,
 * since it may repeat the key or the text, and a code that holds a secret is dropped.
 */
export function readProviderCode(body: unknown, secret: string): string | undefined {
  const parsed = problem.safeParse(body)
  const code = parsed.data?.error.code ?? parsed.data?.error.type
  if (code === undefined || code === null || !/^[\w.-]{1,64}$/.test(code) || code.includes(secret)) return undefined
  return code
}
