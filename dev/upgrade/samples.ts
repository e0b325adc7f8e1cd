import { exampleOf } from '../../src/public/docs/example.js'
import { listOperations, securitySchemes } from '../../src/public/docs/operation.js'
import { bodyExamples } from '../../src/public/docs/sample.js'
import { type ApiRequest, bearer } from './client.ts'
import type { Visitor } from './visitor.ts'

/** An OpenAPI document. */
export type OpenApi = Record<string, unknown>

/** A request that succeeds, according to the document. */
export interface Sample {
  operation: string
  /** `putDocument, "Markdown"` */
  title: string
  /** Names of the path parameters. */
  needs: string[]
  /** It has an `Idempotency-Key`: sent again, it gets the same answer. */
  isRepeatable: boolean
  requestFor: (visitor: Visitor, url: string) => ApiRequest
}

type Operation = ReturnType<typeof listOperations>[number]
type Parameter = { name: string; in: string; required: boolean; schema: object }

/** Returns a sample for each example of a request body, and one for each operation without a body. */
export const samplesOf = (document: OpenApi): Sample[] =>
  listOperations(document).flatMap((operation) => {
    const { id, path, parameters } = operation
    const bodies = bodyExamples(operation.operation.requestBody)
    const isRepeatable = parameters.some(({ name }) => name === 'Idempotency-Key')
    const needs = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    return (bodies.length > 0 ? bodies : [null]).map((body) => ({
      operation: id,
      title: body ? `${id}, "${body.summary}"` : id,
      needs,
      isRepeatable,
      requestFor: (visitor, url) => ({
        method: operation.method.toUpperCase(),
        path: fillPath(path, visitor.ids) + queryOf(document, parameters),
        headers: {
          ...credentials(document, operation, visitor, url, body?.fromPage ?? false),
          ...(body && { 'Content-Type': body.type }),
          ...(isRepeatable && { 'Idempotency-Key': crypto.randomUUID() }),
        },
        body: body ? bodyText(body.value, visitor) : undefined,
      }),
    }))
  })

export interface Variant {
  /** `listConversations, pinned=true` */
  title: string
  path: (ids: Visitor['ids']) => string
}

/** Returns GET operations with one query parameter each: every filter and order has an SQL statement of its own. */
export const variantsOf = (document: OpenApi): Variant[] =>
  listOperations(document)
    .filter(({ method, operation }) => method === 'get' && securitySchemes(document, operation).length > 0)
    .flatMap(({ id, path, parameters }) =>
      (parameters as Parameter[])
        .filter((parameter) => parameter.in === 'query' && parameter.name !== 'cursor')
        .flatMap(({ name, schema }) =>
          valuesOf(document, name, schema).map((value) => ({
            title: `${id}, ${name}=${value}`,
            path: (ids) => `${fillPath(path, ids)}?${new URLSearchParams({ [name]: fill(value, ids) })}`,
          })),
        ),
    )

/** For parameters whose schema has no useful example. */
const VALUES: Record<string, string> = { metadata: '{"a":1}', leafId: '{messageId}' }

function valuesOf(document: OpenApi, name: string, schema: { enum?: unknown[]; type?: unknown }): string[] {
  const { value } = exampleOf(document, schema)
  return (schema.enum ?? (schema.type === 'boolean' ? [true, false] : [VALUES[name] ?? value])).map(String)
}

const fill = (template: string, ids: Visitor['ids']): string =>
  template.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '')

const fillPath = (path: string, ids: Visitor['ids']): string =>
  path
    .split('/')
    .map((segment) => encodeURIComponent(fill(segment, ids)))
    .join('/')

function queryOf(document: OpenApi, parameters: Parameter[]): string {
  const required = parameters.filter((parameter) => parameter.in === 'query' && parameter.required)
  const query = new URLSearchParams(
    required.map(({ name, schema }) => [name, String(exampleOf(document, schema).value)] as [string, string]),
  )
  return query.size > 0 ? `?${query}` : ''
}

/** As in the reference's samples. Cookies are accepted only with an `Origin`, which browsers send. */
function credentials(
  document: OpenApi,
  { operation }: Operation,
  visitor: Visitor,
  url: string,
  fromPage: boolean,
): Record<string, string> {
  const [scheme] = securitySchemes(document, operation) as { name: string; in?: string }[]
  const Origin = new URL(url).origin
  if (fromPage) return { Origin }
  if (scheme?.in === 'cookie') return { Origin, Cookie: `${scheme.name}=${visitor.refreshCookie}` }
  return scheme ? bearer(visitor.token) : {}
}

const bodyText = (value: unknown, { token, refreshToken }: Visitor): string =>
  (typeof value === 'string' ? value : JSON.stringify(value))
    .replace('"ACCESS_TOKEN"', JSON.stringify(token))
    .replace('"REFRESH_TOKEN"', JSON.stringify(refreshToken))
