import type { Embedder } from '../../embeddings/embedder.ts'
import { fail, type Result } from '../../result.ts'
import { timed, type Trace } from '../../trace.ts'
import type { SearchRepository } from './repository.ts'
import type { SearchRequest, SearchResults } from './schemas.ts'

/**
 * Searches by text or by embedding. A text is embedded first, and compared only with what the same model made; fails
 * with `embedding_unavailable` where that can't be.
 */
export async function search(
  repository: SearchRepository,
  embedder: Embedder,
  trace: Trace,
  { query, embedding, limit, threshold }: SearchRequest,
): Promise<Result<SearchResults>> {
  if (embedding) return repository.semantic({ embedding, limit, threshold })
  const [vectors, error] = await timed(trace, 'embed', () => embedder.embed([query ?? '']))
  if (error) return fail(error)
  const [vector] = vectors
  if (!vector) return fail({ code: 'internal', context: { reason: 'the embedder gave no vector' } })
  return repository.semantic({ embedding: vector, limit, threshold, model: embedder.model })
}
