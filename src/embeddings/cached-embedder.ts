import { ok, tryCatch } from '../result.ts'
import type { Embedder } from './embedder.ts'
import { EMBEDDING_DIMENSIONS, type EmbeddingVector, vectorProblem } from './vector.ts'

export interface CachedEmbedderOptions {
  embedder: Embedder
  /** Workers' cache of the place that serves the request: https://developers.cloudflare.com/workers/runtime-apis/cache/ */
  cache: Pick<Cache, 'match' | 'put'>
  /** Lets work outlive the answer. */
  defer: (work: Promise<unknown>) => void
}

/** The same text and model give the same vector: how long it is kept is a question of room only. */
const CACHE_CONTROL = 'public, max-age=604800'

/**
 * An embedder for search queries, which repeat more often than texts do. Caches one vector per user, model and text: if users shared
 * entries, a fast answer would reveal that somebody else has searched for the same text. A failing cache counts as empty. Failures of
 * the embedder are not cached.
 */
export function createCachedEmbedder({ embedder, cache, defer }: CachedEmbedderOptions): Embedder {
  return {
    ...embedder,
    async embed(texts, options) {
      const [text] = texts
      if (text === undefined || texts.length > 1) return embedder.embed(texts, options)
      const key = await keyOf(embedder.model, text, options?.userId ?? '')
      const known = await read(cache, key)
      if (known) return ok([known])
      options?.whenAsked?.()
      const result = await embedder.embed(texts, options)
      const vector = result[0]?.[0]
      if (vector) defer(tryCatch(() => cache.put(key, toResponse(vector)), noTrace))
      return result
    },
  }
}

/** Why a cache failed is of no interest: the next request will ask the embedder. */
const noTrace = () => null

async function keyOf(model: string, text: string, userId: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${userId}\n${text}`))
  return `https://embeddings.invalid/${encodeURIComponent(model)}/${new Uint8Array(digest).toHex()}`
}

const toResponse = (vector: EmbeddingVector): Response =>
  new Response(vector.slice(), { headers: { 'Cache-Control': CACHE_CONTROL } })

async function read(cache: CachedEmbedderOptions['cache'], key: string): Promise<EmbeddingVector | null> {
  const [bytes] = await tryCatch(async () => (await cache.match(key))?.arrayBuffer() ?? null, noTrace)
  if (bytes?.byteLength !== EMBEDDING_DIMENSIONS * 4) return null
  const vector = new Float32Array(bytes)
  return vectorProblem(vector) === null ? vector : null
}
