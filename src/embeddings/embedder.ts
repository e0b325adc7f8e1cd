import { type AppError, type ErrorCode, fail, type Failure, type Result } from '../result.ts'
import type { EmbeddingVector } from './vector.ts'

export {
  EMBEDDING_DIMENSIONS,
  type EmbeddingVector,
  toVectorLiteral,
  type VectorProblem,
  vectorProblem,
} from './vector.ts'

/** Turns texts into vectors. Its model name is stored beside each vector, because vectors of two models cannot be compared. */
export interface Embedder {
  readonly model: string
  /** The most texts that one call should be given; more are accepted and sent in several requests. */
  readonly maxBatch: number
  /**
   * One vector per text, in the order of the texts; all of them or a failure, never a part. Every vector has
   * `EMBEDDING_DIMENSIONS` finite elements and unit length.
   *
   * Fails with `invalid_request` when a text is empty (nothing is sent then), and with `embedding_unavailable`, whose
   * context is an `EmbeddingFailure`.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Result<readonly EmbeddingVector[]>>
}

export interface EmbedOptions {
  signal?: AbortSignal
}

/** What is known of a failed call, for the log and for whoever decides when to try again. Holds neither key nor text. */
export interface EmbeddingFailure {
  reason: 'aborted' | 'timeout' | 'network' | 'status' | 'invalid_response'
  /** Whether the same texts can succeed later without anybody changing anything. */
  retryable: boolean
  attempts: number
  status?: number
  /** The provider's own code, such as `rate_limit_exceeded`. */
  providerCode?: string
  /** How long the provider asked to be left alone. */
  retryAfterMs?: number
}

const unavailable: ErrorCode = 'embedding_unavailable'

/** The `AppError` of a failed call. */
export function embeddingUnavailable(failure: EmbeddingFailure): Failure {
  return fail<AppError>({
    code: unavailable,
    detail: 'Embeddings cannot be computed at the moment.',
    context: { ...failure },
  })
}

/** What an embedder's error says about trying again; an error from elsewhere counts as not retryable. */
export function embeddingRetry(error: AppError): Pick<EmbeddingFailure, 'retryable' | 'retryAfterMs'> {
  if (error.code !== unavailable) return { retryable: false }
  const { retryable, retryAfterMs } = error.context ?? {}
  return { retryable: retryable === true, ...(typeof retryAfterMs === 'number' && { retryAfterMs }) }
}

/** Refuses an empty text, for which no vector means anything; providers refuse the whole batch for one. */
export function refuseEmptyTexts(texts: readonly string[]): Failure | null {
  const empty = texts.indexOf('')
  if (empty === -1) return null
  return fail<AppError>({
    code: 'invalid_request',
    errors: [{ path: String(empty), message: 'An empty text has no embedding' }],
  })
}
