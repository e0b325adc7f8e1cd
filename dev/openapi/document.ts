import type { RouterRoute } from 'hono/types'
import { descriptionOf, type InputDescription, type OperationDescription, type Tag } from '../../src/http/openapi.ts'
import { problemSchema, statusOf, titleOf } from '../../src/http/problem.ts'
import { HOST_COOKIES } from '../../src/http/cookies.ts'
import type { ErrorCode } from '../../src/result.ts'
import { createSchemas, type JsonSchema, type Schemas } from './schemas.ts'

interface Route {
  method: string
  path: string
  operation: OperationDescription
  inputs: InputDescription[]
}

/** Every operation can fail in these ways. */
const ALWAYS: readonly ErrorCode[] = ['uri_too_long', 'headers_too_large', 'rate_limited', 'misconfigured', 'internal']
const SIGNED_IN: readonly ErrorCode[] = [
  'unauthenticated',
  'session_revoked',
  'insufficient_scope',
  'group_required',
  'account_deleted',
  'identity_provider_unavailable',
  'database_unavailable',
  'database_timeout',
]
const WITH_BODY: readonly ErrorCode[] = [
  'invalid_request',
  'payload_too_large',
  'request_timeout',
  'unsupported_media_type',
]

/** An `Authorization` header wins over cookies. */
const SCHEMES = {
  accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A Cognito access token' },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: HOST_COOKIES.access,
    description:
      'The access token in a cookie, as POST /v1/session sets it. What changes something must come from a page of this origin or of a configured one.',
  },
  refreshCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: HOST_COOKIES.refresh,
    description: `The refresh token in a cookie, as POST /v1/session sets it: ${HOST_COOKIES.refresh}- and eight characters that tell its token. The name alone, as release 0.2.0 has set it, is taken as well.`,
  },
}

const RATE_LIMIT_HEADERS = {
  'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } },
  RateLimit: { description: 'What is left of the quota: `"user";r=0;t=60`', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'The quota: `"user";q=1200;w=60`', schema: { type: 'string' } },
}

/** The OpenAPI 3.1 document of the routes that describe themselves (`operation` and `validate` in `src/http`). */
export function buildDocument(routes: readonly RouterRoute[]): object {
  const schemas = createSchemas()
  const paths: Record<string, Record<string, object>> = {}
  const tags = new Map<string, Tag>()
  for (const route of collect(routes)) {
    tags.set(route.operation.tag.name, route.operation.tag)
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describe(route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: '1.0.0',
      description:
        'The backend of an AI chat product: users, conversations, messages and their vectors. Lists are paged by an opaque cursor; errors are RFC 9457 problem details; every answer has X-Request-Id and Server-Timing.',
    },
    servers: [{ url: '/' }],
    tags: [...tags.values()],
    security: [{ accessToken: [] }, { cookie: [] }],
    paths,
    components: {
      securitySchemes: SCHEMES,
      schemas: schemas.components(),
    },
  }
}

function collect(routes: readonly RouterRoute[]): Route[] {
  const found = new Map<string, Partial<Route> & { inputs: InputDescription[] }>()
  for (const { method, path, handler } of routes) {
    const description = descriptionOf(handler)
    if (!description) continue
    const key = `${method} ${path}`
    const route = found.get(key) ?? { method, path, inputs: [] }
    if (description.kind === 'operation') route.operation = description
    else route.inputs.push(description)
    found.set(key, route)
  }
  return [...found.values()].map((route) => {
    const { method = '', path = '', operation, inputs } = route
    if (!operation) throw new Error(`${method} ${path} validates its input but has no operation()`)
    return { method, path, operation, inputs }
  })
}

function describe({ method, operation, inputs }: Route, schemas: Schemas): object {
  const body = inputs.find((input) => input.target === 'json')
  const codes = new Set<ErrorCode>([...ALWAYS, ...(operation.errors ?? [])])
  const add = (more: readonly ErrorCode[]) => more.forEach((code) => codes.add(code))
  if (!operation.open) add(SIGNED_IN)
  if (!operation.open && operation.operationId !== 'signIn') add(['not_registered'])
  if (method !== 'GET' && !operation.open) add(['origin_not_allowed'])
  if (method !== 'GET' && !operation.open && !operation.readOnly) add(['outcome_unknown'])
  if (method !== 'GET' && method !== 'DELETE' && !operation.open && !operation.readOnly) add(['quota_exceeded'])
  if (operation.heavy || operation.heavyWith) add(['too_many_at_once'])
  if (body) add(WITH_BODY)
  else if (inputs.length > 0) add(['invalid_request'])
  if (operation.preconditions === 'write') add(['precondition_failed'])
  const isRepeatable = inputs.some((input) => input.target === 'header')
  if (isRepeatable) add(['idempotency_key_reused'])

  const parameters = [
    ...inputs.filter((input) => input.target !== 'json').flatMap((input) => toParameters(input, schemas)),
    ...preconditionHeaders(operation),
  ]
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    ...(operation.description && { description: operation.description }),
    tags: [operation.tag.name],
    ...(operation.open && { security: operation.scheme ? [{ [operation.scheme]: [] }] : [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBody(operation, body, schemas) }),
    responses: { ...successes(operation, isRepeatable, schemas), ...failures(codes, schemas) },
  }
}

function requestBody(
  { operationId, optionalBody, examples = {} }: OperationDescription,
  body: InputDescription,
  schemas: Schemas,
) {
  const schema = schemas.input(body.schema)
  if (!schema.$ref) throw new Error(`The body of ${operationId} has no name: give its schema a meta({ id })`)
  const types = ['application/json', ...(body.orAs ? [body.orAs] : [])]
  const content = types.map((type) => {
    const own = Object.entries(examples).filter(([, { contentType = 'application/json' }]) => contentType === type)
    if (own.length === 0) throw new Error(`The body of ${operationId} has no example as ${type}`)
    const named = own.map(([name, { summary, value, fromPage }]) => [
      name,
      { summary, value, ...(fromPage && { 'x-from-page': true }) },
    ])
    return [type, { schema: type === body.orAs ? { type: 'string' } : schema, examples: Object.fromEntries(named) }]
  })
  return { required: optionalBody !== true, content: Object.fromEntries(content) }
}

function toParameters({ target, schema }: InputDescription, schemas: Schemas): object[] {
  const { properties = {}, required = [] } = schemas.input(schema)
  return Object.entries(properties).map(([name, { description, ...property }]) => {
    if (!description) throw new Error(`The parameter ${name} has no description`)
    const place = target === 'param' ? 'path' : target
    return { name, in: place, required: target === 'param' || required.includes(name), description, schema: property }
  })
}

function preconditionHeaders({ preconditions }: OperationDescription): object[] {
  if (!preconditions) return []
  const [name, description] =
    preconditions === 'read'
      ? ['If-None-Match', 'An ETag: the answer is 304 while it still holds']
      : ['If-Match', 'An ETag: the answer is 412 when it no longer holds']
  return [{ name, in: 'header', required: false, description, schema: { type: 'string' } }]
}

const REPLAYED = {
  'Idempotency-Replayed': {
    description: '`true` where an earlier request with this Idempotency-Key got this answer',
    schema: { type: 'string', enum: ['true'] },
  },
}

function successes(
  { responses, preconditions }: OperationDescription,
  isRepeatable: boolean,
  schemas: Schemas,
): Record<string, object> {
  const entries = Object.entries(responses).map(
    ([status, { description, schema, contentType = 'application/json' }]) => [
      status,
      {
        description,
        ...(preconditions && schema && { headers: { ETag: { schema: { type: 'string' } } } }),
        ...(isRepeatable && { headers: REPLAYED }),
        ...(schema && { content: { [contentType]: { schema: schemas.output(schema) } } }),
      },
    ],
  )
  return {
    ...Object.fromEntries(entries),
    ...(preconditions === 'read' && { 304: { description: 'Unchanged since the ETag in If-None-Match' } }),
  }
}

function failures(codes: Set<ErrorCode>, schemas: Schemas): Record<string, object> {
  const byStatus = Map.groupBy([...codes].toSorted(), statusOf)
  const problem: JsonSchema = schemas.output(problemSchema)
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      {
        description: names.map(titleOf).join('; '),
        'x-problem-codes': names,
        ...(names.includes('rate_limited') && { headers: RATE_LIMIT_HEADERS }),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  )
}
