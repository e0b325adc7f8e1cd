import type { Context } from 'hono'
import type { TypedResponse } from 'hono/types'
import * as z from 'zod'
import type { AppError, ErrorCode } from '../result.ts'
import type { Trace } from '../trace.ts'

/** RFC 9457 problem details. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    quota: z.string().optional().meta({ description: 'Which one is exceeded' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' })
export type Problem = z.output<typeof problemSchema>

/** The place where failures meet HTTP. `detail` is what the client reads when the error brings no better one. */
const PROBLEMS = {
  invalid_request: { status: 400, title: 'Invalid request', detail: 'The request does not have the expected form.' },
  invalid_cursor: { status: 400, title: 'Invalid cursor', detail: 'This cursor was not made for this list.' },
  unauthenticated: { status: 401, title: 'Not signed in', detail: 'A valid Cognito access token is needed.' },
  session_revoked: {
    status: 401,
    title: 'Signed out',
    detail: 'This sign-in was revoked. Sign in again.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'Origin not allowed',
    detail: 'With cookies, what changes something is only taken from pages of this origin or of a configured one.',
  },
  insufficient_scope: {
    status: 403,
    title: 'Insufficient scope',
    detail: 'The access token lacks a scope that this needs.',
  },
  group_required: { status: 403, title: 'Group required', detail: 'This is for members of certain groups only.' },
  not_registered: {
    status: 403,
    title: 'Not registered',
    detail: 'The token is valid, but its user is not registered here yet. Call POST /v1/session once.',
  },
  account_deleted: {
    status: 403,
    title: 'Account deleted',
    detail: 'This account was deleted. Until it is purged, signing in anew and calling POST /v1/session restores it.',
  },
  quota_exceeded: {
    status: 403,
    title: 'Quota exceeded',
    detail: 'You have as much as you may have. GET /v1/usage says of what, and how much that is.',
  },
  not_found: { status: 404, title: 'Not found', detail: 'There is nothing here.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This path does not take this method. Allow names those that it takes.',
  },
  conflict: { status: 409, title: 'Conflict', detail: 'Something with this id exists already.' },
  mixed_models: {
    status: 409,
    title: 'Mixed models',
    detail: 'Your texts were embedded by several models, which cannot be compared. Say which one made this embedding.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    detail: 'This Idempotency-Key came with another request before. Make a new one for each thing to create.',
  },
  precondition_failed: {
    status: 412,
    title: 'Precondition failed',
    detail: 'This has changed since you read it. Read it again, then decide.',
  },
  request_timeout: {
    status: 408,
    title: 'Request time-out',
    detail: 'The request body did not come to its end in a minute.',
  },
  payload_too_large: { status: 413, title: 'Body too large', detail: 'The request body is larger than allowed here.' },
  uri_too_long: { status: 414, title: 'URI too long', detail: 'The path with its query is longer than allowed here.' },
  headers_too_large: { status: 431, title: 'Headers too large', detail: 'A header is longer than allowed here.' },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'Send the body as JSON, with Content-Type: application/json.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    detail: 'Too many requests came in a short time. Wait as long as Retry-After says, then go on.',
  },
  too_many_at_once: {
    status: 429,
    title: 'Too many at once',
    detail: 'A user may run four searches, forks or other heavy requests at a time. Send it again when one has ended.',
  },
  misconfigured: { status: 500, title: 'Misconfigured', detail: 'The server is not set up correctly.' },
  internal: { status: 500, title: 'Internal error', detail: 'Something went wrong on our side.' },
  database_unavailable: { status: 503, title: 'Database unavailable', detail: 'The database cannot be reached now.' },
  database_timeout: { status: 504, title: 'Database time-out', detail: 'The database did not answer in time.' },
  schema_outdated: {
    status: 503,
    title: 'Schema outdated',
    detail: 'The database has not been migrated to the schema that this version needs. Run its migrations.',
  },
  outcome_unknown: {
    status: 503,
    title: 'Outcome unknown',
    detail:
      'The database did not answer. The change may have been made: look before you send it again, unless it has an Idempotency-Key.',
  },
  import_interrupted: {
    status: 503,
    title: 'Import interrupted',
    detail: 'The import broke off. What was taken until then stays; sending the same again takes the rest.',
  },
  identity_provider_unavailable: {
    status: 503,
    title: 'Sign-in unavailable',
    detail: 'The identity provider cannot be reached now.',
  },
  embedding_unavailable: {
    status: 503,
    title: 'Embedding unavailable',
    detail: 'The embedding provider cannot be reached now. Search by keyword, by embedding, or later.',
  },
} as const satisfies Record<ErrorCode, { status: number; title: string; detail: string }>

type ProblemStatus = (typeof PROBLEMS)[ErrorCode]['status']

/** The status that a code has on the wire. */
export const statusOf = (code: ErrorCode): ProblemStatus => PROBLEMS[code].status

/** What a code means, in two or three words. */
export const titleOf = (code: ErrorCode): string => PROBLEMS[code].title

/** The body of a failure: nothing of its `context`, and for 5xx nothing but the standing text. */
export function toProblem(error: AppError, requestId: string): Problem & { status: ProblemStatus } {
  const { status, title, detail } = PROBLEMS[error.code]
  return {
    type: `urn:parley:problem:${error.code}`,
    title,
    status,
    detail: status < 500 ? (error.detail ?? detail) : detail,
    code: error.code,
    requestId,
    ...(error.errors ? { errors: error.errors } : {}),
    ...(error.quota === undefined ? {} : { quota: error.quota }),
  }
}

/** The part of Hono's context that every kind of route has. */
interface ProblemContext {
  req: { header: (name: string) => string | undefined }
  json: Context['json']
  var: { trace: Trace }
}

/** Answers with the problem and leaves the failure in the trace for the log. */
export function problem(c: ProblemContext, error: AppError): Response & TypedResponse<Problem, ProblemStatus, 'json'> {
  c.var.trace.failure = error
  const body = toProblem(error, c.var.trace.requestId)
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json' }
  if (body.status === 401) {
    // RFC 6750 §3.1: who brought nothing is told what to bring, and no error.
    const broughtNothing = error.context?.['reason'] === 'no_token' && !c.req.header('Authorization')
    headers['WWW-Authenticate'] = broughtNothing ? 'Bearer' : 'Bearer error="invalid_token"'
  }
  if (body.status === 503) headers['Retry-After'] = '5'
  if (body.code === 'too_many_at_once') headers['Retry-After'] = '1'
  return c.json(body, body.status, headers)
}
