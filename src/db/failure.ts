import { NeonDbError } from '@neondatabase/serverless'
import type { AppError, ErrorCode } from '../result.ts'
import { RequestTooLong } from './request-size.ts'

/** Whether the statements of a failed call ran: `no` is certain, `unknown` means that a write may have happened. */
type Ran = 'no' | 'unknown'

export interface DatabaseFailure {
  ran: Ran
  /** The same call may succeed a moment later. */
  transient: boolean
  error: AppError
  constraint?: string
}

/** Raised by `app.admit_request`, `app.admit_sign_in` and `app.add_usage`. */
const REFUSALS: Readonly<Record<string, ErrorCode>> = {
  PY001: 'not_registered',
  PY002: 'session_revoked',
  PY003: 'account_deleted',
  PY004: 'too_many_at_once',
  PY005: 'quota_exceeded',
}

/**
 * Says what a thrown error of Neon's driver means. A 400 with a SQLSTATE is definite: the transaction was rolled back.
 * Anything that may have hit the answer on its way (a cut connection, a time-out, half a body, 08P01, an empty code)
 * leaves open whether the write happened.
 *
 * @see https://github.com/neondatabase/neon/tree/main/proxy/src/serverless
 */
export function describeFailure(thrown: unknown): DatabaseFailure {
  if (causeOf(thrown) instanceof RequestTooLong) return { ran: 'no', transient: false, error: TOO_LONG }
  if (isTimeout(thrown)) {
    return { ran: 'unknown', transient: false, error: { code: 'database_timeout' } }
  }
  if (!(thrown instanceof NeonDbError)) return unreachable('unreadable answer')
  if (thrown.message.includes('Control plane request failed')) {
    return { ran: 'no', transient: true, error: { code: 'database_unavailable', context: { reason: 'control plane' } } }
  }
  if (thrown.message.startsWith('password authentication failed')) {
    return { ran: 'no', transient: false, error: { code: 'misconfigured', context: { reason: 'login refused' } } }
  }
  const state = thrown.code
  if (!state || state === '08P01') return unreachable(state ?? 'no answer')
  const failure = bySqlState(state)
  // In place of a constraint's name, `app.add_usage` gives that of the quota.
  if (failure.error.code === 'quota_exceeded') return { ran: 'no', ...failure, error: quotaExceeded(thrown.constraint) }
  return { ran: 'no', ...failure, ...(thrown.constraint ? { constraint: thrown.constraint } : {}) }
}

const quotaExceeded = (quota = ''): AppError => ({
  code: 'quota_exceeded',
  quota,
  detail: `With this you would exceed the quota ${quota}. GET /v1/usage says what you have, and how much you may have.`,
  context: { quota },
})

function bySqlState(state: string): { transient: boolean; error: AppError } {
  const context = { sqlState: state }
  const refusal = REFUSALS[state]
  if (refusal) return { transient: false, error: { code: refusal, context } }
  if (state === '57014') return { transient: false, error: { code: 'database_timeout', context } }
  if (state === '40001' || state === '40P01')
    return { transient: true, error: { code: 'database_unavailable', context } }
  const group = state.slice(0, 2)
  if (group === '28' || group === '3D') return { transient: false, error: { code: 'misconfigured', context } }
  if (group === '53' || group === '57' || group === '08') {
    return { transient: true, error: { code: 'database_unavailable', context } }
  }
  return { transient: false, error: { code: 'internal', context } }
}

const unreachable = (reason: string): DatabaseFailure => ({
  ran: 'unknown',
  transient: true,
  error: { code: 'database_unavailable', context: { reason } },
})

const TOO_LONG: AppError = {
  code: 'payload_too_large',
  detail:
    'With all its quotes and backslashes, this is more than the database takes in one request. Send less at once.',
}

/** The driver wraps what `fetch` has thrown. */
const causeOf = (thrown: unknown): unknown => (thrown instanceof NeonDbError ? thrown.sourceError : thrown)

function isTimeout(thrown: unknown): boolean {
  const cause = causeOf(thrown)
  return cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError')
}
