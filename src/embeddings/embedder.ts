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
  /** The cosine similarity below which a text has nothing to do with another; null where nobody has measured it for the model. */
  readonly floor: number | null
  /** The most texts that one call should be given; more are accepted and sent in several requests. */
  readonly maxBatch: number
  /** How many of these texts, from the first one on, go into one request: at least one, where there is any. */
  fitting(texts: readonly string[]): number
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
  /** The user who searches: caches keep users apart. */
  userId?: string
  /** Called where the provider is asked: what a cache holds costs nothing. */
  whenAsked?: () => void
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

/**
 * Whether a failed call says nothing about its texts: the key, the quota or the model are not right, too much was asked
 * for, or the caller gave up. Of other failures one cannot tell.
 */
export function isProvidersFault({ code, context }: AppError): boolean {
  if (code !== unavailable) return false
  const { reason, status, providerCode } = (context ?? {}) as Partial<EmbeddingFailure>
  if (reason === 'aborted' || providerCode === 'insufficient_quota') return true
  return status !== undefined && (PROVIDERS_STATUSES.has(status) || (status >= 300 && status < 400))
}

const PROVIDERS_STATUSES = new Set([401, 402, 403, 404, 407, 429])

/** A failure in one line, for those who look at what became of a text: no key, no text. */
export function describeFailure({ code, context }: AppError): string {
  const { reason, status, providerCode } = context ?? {}
  return [code, reason, status, providerCode]
    .filter((part) => typeof part !== 'object')
    .join(' ')
    .trimEnd()
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
