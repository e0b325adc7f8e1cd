import type { JsonSchema } from './schemas.ts'

/** What of an OpenAPI document the types are made of. */
export interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, JsonSchema> }
}

interface Operation {
  operationId: string
  summary: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, Response>
}

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description: string
  schema: JsonSchema
}

interface Response {
  'x-problem-codes'?: string[]
  content?: Record<string, { schema: JsonSchema }>
}

/** A segment of a path: what is below it, and what its methods are. */
interface Segment {
  below: Map<string, Segment>
  methods: string[]
}

/**
 * The document as TypeScript: each schema and each query under its own name, the codes of problems with their status, and `Api`,
 * which is what `hc` of hono makes of these routes. The routes' own types say the same, but a compiler takes many seconds to infer them.
 */
export function typesOf({ paths, components }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const parts = [
    '// Made by `npm run openapi` of the routes. Do not edit.',
    "import type { Answer, CallInit } from './answer.ts'",
    ...Object.entries(components.schemas).map(([name, schema]) => declare(name, schema)),
    ...operations.flatMap(({ operation }) => queryOf(operation) ?? []),
    statuses(operations.map(({ operation }) => operation)),
    `/** Every route: what \`hc\` of hono/client makes of them. */\nexport interface Api ${api(operations)}`,
  ]
  return `${parts.join('\n\n')}\n`
}

function declare(name: string, schema: JsonSchema): string {
  const type = typeOf(schema)
  const isInterface = type.startsWith('{') && schema.properties !== undefined
  return `${comment(schema.description)}export ${isInterface ? `interface ${name} ${type}` : `type ${name} = ${type}`}`
}

const queryName = (operationId: string) => `${operationId[0]?.toUpperCase()}${operationId.slice(1)}Query`

function queryOf({ operationId, parameters = [] }: Operation): string | undefined {
  const query = parameters.filter((parameter) => parameter.in === 'query')
  if (query.length === 0) return undefined
  const members = query.map(({ name, required, description, schema }) => {
    // What is undefined is left out of the URL.
    return member(name, { description, type: required ? typeOf(schema) : `${typeOf(schema)} | undefined`, required })
  })
  return `export interface ${queryName(operationId)} ${block(members)}`
}

function statuses(operations: readonly Operation[]): string {
  const found = new Map<string, string>()
  for (const { responses } of operations) {
    for (const [status, { 'x-problem-codes': codes = [] }] of Object.entries(responses)) {
      for (const code of codes) found.set(code, status)
    }
  }
  const members = [...found]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([code, status]) => member(code, { type: status, required: true }))
  return `/** The codes of problems, each with its status. */\nexport interface ProblemStatus ${block(members)}`
}

function api(operations: readonly { path: string; method: string; operation: Operation }[]): string {
  const root: Segment = { below: new Map(), methods: [] }
  for (const { path, method, operation } of operations) {
    let place = root
    for (const name of path.split('/').slice(1)) {
      const segment = place.below.get(name) ?? { below: new Map(), methods: [] }
      place.below.set(name, segment)
      place = segment
    }
    place.methods.push(methodOf(path, method, operation))
  }
  return segmentType(root)
}

function segmentType({ below, methods }: Segment): string {
  const segments = [...below].map(([name, segment]) => {
    return member(name.replace(/^\{(.+)\}$/, ':$1'), { type: segmentType(segment), required: true })
  })
  return block([...methods, ...segments])
}

function methodOf(path: string, method: string, operation: Operation): string {
  const { summary, description, parameters = [], requestBody, responses, operationId } = operation
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const query = parameters.filter((parameter) => parameter.in === 'query')
  const body = requestBody?.content['application/json']
  const args = [
    ...(names.length > 0 ? [`param: { ${names.map((name) => `${name}: string`).join('; ')} }`] : []),
    ...(query.length > 0
      ? [`query${query.some(({ required }) => required) ? '' : '?'}: ${queryName(operationId)}`]
      : []),
    ...(body ? [`json${requestBody?.required ? '' : '?'}: ${typeOf(body.schema)}`] : []),
  ]
  const needed = args.some((argument) => !/^\w+\?/.test(argument))
  const bodies = Object.entries(responses)
    .filter(([status]) => status < '300')
    .map(([, { content }]) => (content ? typeOf(content['application/json']?.schema ?? {}) : 'undefined'))
  const of = `Answer<${[...new Set(bodies)].join(' | ')}>`
  const signature = `args${needed ? '' : '?'}: ${args.length > 0 ? `{ ${args.join('; ')} }` : '{}'}, init?: CallInit`
  return `${comment([summary, description].filter(Boolean).join('. '))}$${method}(${signature}): Promise<${of}>`
}

function typeOf(schema: JsonSchema): string {
  const { $ref, anyOf, oneOf, enum: values, const: value, type } = schema
  if ($ref) return $ref.slice($ref.lastIndexOf('/') + 1)
  // With a type of its own, they only say which members have to be there.
  const either = type === undefined ? ((anyOf ?? oneOf) as JsonSchema[] | undefined) : undefined
  if (either) return [...new Set(either.map(typeOf))].join(' | ')
  if (Array.isArray(values)) return values.map((each) => JSON.stringify(each)).join(' | ')
  if (value !== undefined) return JSON.stringify(value)
  if (Array.isArray(type)) return type.map((each) => typeOf({ ...schema, type: each })).join(' | ')
  switch (type) {
    case 'string':
      return textType(schema['pattern'])
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
    case 'null':
      return type
    case 'array':
      return `Array<${typeOf((schema['items'] as JsonSchema | undefined) ?? {})}>`
    case 'object':
      return objectType(schema)
    default:
      return 'unknown'
  }
}

/** `^tool-[\s\S]{0,}$` is how zod writes a template literal. */
function textType(pattern: unknown): string {
  const start = /^\^([\w-]+)\[\\s\\S\]\{0,\}\$$/.exec(String(pattern))?.[1]
  return start === undefined ? 'string' : `\`${start}\${string}\``
}

function objectType({ properties, required = [], additionalProperties: others }: JsonSchema): string {
  const other = typeof others === 'object' && others !== null ? typeOf(others as JsonSchema) : 'unknown'
  if (properties === undefined) return `Record<string, ${other}>`
  const members = Object.entries(properties).map(([name, schema]) =>
    member(name, { description: schema.description, type: typeOf(schema), required: required.includes(name) }),
  )
  if (members.length === 0 && others === false) return 'Record<string, never>'
  return block(others === false || others === undefined ? members : [...members, '[key: string]: unknown'])
}

interface Member {
  description?: string | undefined
  type: string
  required: boolean
}

const member = (name: string, { description, type, required }: Member): string =>
  `${comment(description)}${/^[A-Za-z]\w*$/.test(name) ? name : JSON.stringify(name)}${required ? '' : '?'}: ${type}`

const block = (members: readonly string[]): string =>
  members.length === 0 ? '{}' : `{\n${members.map((text) => text.replaceAll(/^(?=.)/gm, '  ')).join('\n')}\n}`

const comment = (text: string | undefined): string => (text ? `/** ${text.replaceAll('*/', '*\\/')} */\n` : '')
