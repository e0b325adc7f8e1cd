import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type * as z from 'zod'
import type { LimitName } from '../env.ts'
import type { ErrorCode } from '../result.ts'

/** What a handler knows of its own interface; `dev/openapi.ts` reads it off the routes and writes the document. */
export interface InputDescription {
  kind: 'input'
  target: 'json' | 'query' | 'param' | 'header'
  schema: z.ZodType
  /** Another media type in which the same body can come, as text. */
  orAs?: string
}

/** A group of the reference; the routes of one feature share it. */
export interface Tag {
  name: string
  description: string
}

/** A request body that the API accepts as it is; the reference shows the first one of an operation in its sample. */
export interface BodyExample {
  summary: string
  /** Text where the content type is not JSON. */
  value: unknown
  /** By default `application/json`. */
  contentType?: string
  /** Only for pages: the sample sends an `Origin` and no bearer token. */
  fromPage?: boolean
}

export interface OperationDescription {
  kind: 'operation'
  operationId: string
  summary: string
  description?: string
  tag: Tag
  /** By status; null where there is no body. */
  responses: Record<number, { description: string; schema: z.ZodType | null; contentType?: string }>
  /** Beside those that every operation can answer. */
  errors?: readonly ErrorCode[]
  /** Without an access token. */
  open?: boolean
  /** What an open operation asks for all the same; the document names the schemes. */
  scheme?: 'refreshCookie'
  /** Bodies by name. An operation that takes a body has at least one. */
  examples?: Record<string, BodyExample>
  /** Writes nothing, though it is no GET. */
  readOnly?: boolean
  /** Works without the body that it takes. */
  optionalBody?: boolean
  /** Bytes of a body, where not 1 MiB; null where the route bounds what it reads itself. */
  maxBody?: number | null
  /** Of these a user may run only a few at a time: see `app.admit_request`. */
  heavy?: boolean
  /** Query parameters with which it is one of these, too. */
  heavyWith?: readonly string[]
  /** What a statement of it may take in the database, where not 2 s for a GET and the deployment's time-out for others. */
  statementMs?: number
  /** What its requests count against, where not `user`. */
  rateLimit?: LimitName
  /** Whether all refusals count against the address, and not only those for want of a valid token. */
  limitsRefusals?: boolean
  /** Answers with an `ETag`; takes `If-None-Match` (read) or `If-Match` (write). */
  preconditions?: 'read' | 'write'
}

const DESCRIPTION = Symbol('parley.openapi')

/** Attaches the schema of an input to the middleware that validates it. */
export function describeInput<T extends object>(
  target: InputDescription['target'],
  schema: z.ZodType,
  handler: T,
  options: Pick<InputDescription, 'orAs'> = {},
): T {
  return Object.assign(handler, {
    [DESCRIPTION]: { kind: 'input', target, schema, ...options } satisfies InputDescription,
  })
}

const passOn: MiddlewareHandler = (_c, next) => next()

/** A route's entry in the OpenAPI document. Does nothing when the route runs. */
export function operation(description: Omit<OperationDescription, 'kind'>): MiddlewareHandler {
  return Object.assign(passOn.bind(null), {
    [DESCRIPTION]: { kind: 'operation', ...description } satisfies OperationDescription,
  })
}

/** @returns what was attached to a handler, or undefined */
export function descriptionOf(handler: object): InputDescription | OperationDescription | undefined {
  return (handler as { [DESCRIPTION]?: InputDescription | OperationDescription })[DESCRIPTION]
}

/** @returns what the route that a request is for says of itself; undefined where there is no such route */
export function operationOf(c: Context): OperationDescription | undefined {
  for (const { handler } of matchedRoutes(c)) {
    const description = descriptionOf(handler)
    if (description?.kind === 'operation') return description
  }
  return undefined
}
