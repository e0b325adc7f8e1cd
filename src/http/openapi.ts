import type { MiddlewareHandler } from 'hono'
import type * as z from 'zod'
import type { ErrorCode } from '../result.ts'

/** What a handler knows of its own interface; `dev/openapi.ts` reads it off the routes and writes the document. */
export interface InputDescription {
  kind: 'input'
  target: 'json' | 'query' | 'param' | 'header'
  schema: z.ZodType
  /** Another media type in which the same body can come, as text. */
  orAs?: string
}

/** The groups of the reference; `dev/openapi/document.ts` describes each. */
export type Tag =
  | 'Session'
  | 'Profile'
  | 'Conversations'
  | 'Messages'
  | 'Documents'
  | 'Search'
  | 'Vectors'
  | 'Embedding jobs'
  | 'Audit'
  | 'Health'

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
