import type { ProblemStatus } from './api.ts'

/** Every way in which Parley says no. */
export type ProblemCode = keyof ProblemStatus

/** One refused field of a request: a dotted path into it, and what is wrong there. */
export interface FieldError {
  path: string
  message: string
}

/** A problem with this code (RFC 9457). */
export interface ProblemOf<Code extends string, Status extends number = number> extends Error {
  readonly name: 'ParleyProblem'
  readonly code: Code
  readonly status: Status
  readonly title: string
  /** For people. The error's message is this, and after it the fields of `errors`. */
  readonly detail: string
  /** Names the request in Parley's log. */
  readonly requestId: string | undefined
  /** What is wrong with which field; empty where no field is. */
  readonly errors: readonly FieldError[]
  /** Milliseconds after which it may be sent again, as the answer said. */
  readonly retryAfter: number | undefined
}

/**
 * An answer that is no success. `code` tells the kinds apart, in types too: where it is `not_found`, `status` is 404.
 * `unexpected_answer` is none of Parley's: a proxy's page, or a redirect.
 */
export type ParleyProblem =
  | { [Code in Exclude<ProblemCode, 'quota_exceeded'>]: ProblemOf<Code, ProblemStatus[Code]> }[Exclude<
      ProblemCode,
      'quota_exceeded'
    >]
  | (ProblemOf<'quota_exceeded', ProblemStatus['quota_exceeded']> & {
      /** Which one. `usage()` has them all. */
      readonly quota: string | undefined
    })
  | ProblemOf<'unexpected_answer'>

interface Fields {
  code: string
  status: number
  title: string
  detail: string
  requestId: string | undefined
  errors: readonly FieldError[]
  retryAfter: number | undefined
  quota: string | undefined
}

class Problem extends Error {
  override readonly name = 'ParleyProblem'

  constructor(fields: Fields) {
    super([fields.detail, ...fields.errors.map(({ path, message }) => `${path}: ${message}.`)].join(' '))
    Object.assign(this, fields)
  }
}

/** For `error instanceof ParleyProblem`. */
export const ParleyProblem: { [Symbol.hasInstance](value: unknown): value is ParleyProblem } = {
  [Symbol.hasInstance]: (value: unknown): value is ParleyProblem => value instanceof Problem,
}

/** What a failed answer says. Rejects where its body cannot be read to its end. */
export async function problemOf(answer: Response): Promise<ParleyProblem> {
  const body = parsed(await answer.text())
  const { code = 'unexpected_answer', title = 'Unexpected answer', detail, requestId, errors = [], quota } = body
  return new Problem({
    code,
    status: answer.status,
    title,
    detail: detail ?? `The answer was ${answer.status}, and none of Parley's.`,
    requestId: requestId ?? answer.headers.get('X-Request-Id') ?? undefined,
    errors,
    retryAfter: retryAfterOf(answer),
    quota,
  }) as unknown as ParleyProblem
}

function parsed(text: string): Partial<Fields> {
  try {
    const body = JSON.parse(text) as Partial<Fields> | null
    return typeof body?.code === 'string' ? body : {}
  } catch {
    return {}
  }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get('Retry-After')
  if (value === null) return undefined
  const seconds = Number(value)
  const milliseconds = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds)
}
