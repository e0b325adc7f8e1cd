/** Every way in which Parley can fail. `src/http/problem.ts` gives each its status; nothing else knows HTTP. */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_cursor'
  | 'unauthenticated'
  | 'session_revoked'
  | 'origin_not_allowed'
  | 'insufficient_scope'
  | 'group_required'
  | 'not_registered'
  | 'account_deleted'
  | 'not_found'
  | 'method_not_allowed'
  | 'precondition_failed'
  | 'conflict'
  | 'mixed_models'
  | 'idempotency_key_reused'
  | 'payload_too_large'
  | 'request_timeout'
  | 'uri_too_long'
  | 'headers_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'too_many_at_once'
  | 'quota_exceeded'
  | 'misconfigured'
  | 'internal'
  | 'database_unavailable'
  | 'database_timeout'
  | 'schema_outdated'
  | 'outcome_unknown'
  | 'import_interrupted'
  | 'identity_provider_unavailable'
  | 'embedding_unavailable'

/** One refused field of a request: a dotted path into it, and what is wrong there. */
export interface FieldError {
  path: string
  message: string
}

/**
 * A failure as a value. `detail` is for the client and never holds anything of the inside; `context` is for the log
 * and never holds SQL parameters, tokens, bodies or connection strings.
 */
export interface AppError {
  code: ErrorCode
  detail?: string
  /** Which one is exceeded. */
  quota?: string
  errors?: FieldError[]
  context?: Record<string, unknown>
}

export type Success<T> = readonly [value: T, error: null]
export type Failure<E = AppError> = readonly [value: null, error: E]
export type Result<T, E = AppError> = Success<T> | Failure<E>

export const ok = <T>(value: T): Success<T> => [value, null]
export const fail = <E>(error: E): Failure<E> => [null, error]

/**
 * The one place where a thrown error becomes a value.
 *
 * @param work what may throw or reject
 * @param toError names the failure; what it returns must be fit for the log
 */
export async function tryCatch<T, E = AppError>(
  work: () => T | Promise<T>,
  toError: (thrown: unknown) => E,
): Promise<Result<T, E>> {
  try {
    return ok(await work())
  } catch (thrown) {
    return fail(toError(thrown))
  }
}
