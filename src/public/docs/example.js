import { resolve } from './schema.js'

const BY_FORMAT = {
  uuid: '0199c3a0-7c1e-7d34-9b52-4f0a6d8e21c7',
  'date-time': '2026-11-17T09:30:00.000Z',
  date: '2026-11-17',
  email: 'ada@example.com',
  uri: 'https://example.com/paper.pdf',
}
const BY_NAME = {
  title: 'A weekend in Lisbon',
  content: 'Where can I stay near the river?',
  text: 'Where can I stay near the river?',
  preview: 'Where can I stay near the river?',
  query: 'hotels near the river',
  systemPrompt: 'You plan trips.',
  firstName: 'Ada',
  lastName: 'Lovelace',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  mediaType: 'application/pdf',
  role: 'user',
  tag: 'travel',
  nextCursor: 'eyJrIjpbXX0',
  requestId: '0199c3a0-7c1e-7d34-9b52-4f0a6d8e21c8',
}
const SHOWN_ITEMS = 3
const SUGGESTED_FIELDS = 3

/**
 * A value that the schema describes.
 *
 * @param {'request' | 'response'} side a request shows what is required, or some fields when nothing is; a response all
 * @returns {{ value: unknown, shortened: string[] }} `shortened` names the arrays that are longer in truth
 */
export function exampleOf(spec, raw, side) {
  const shortened = []
  const value = build({ spec, side, shortened, inside: [] }, raw, '')
  return { value, shortened }
}

function build(context, raw, key) {
  const { schema, name } = resolve(context.spec, raw)
  const fitting = schema.enum?.includes(BY_NAME[key]) ? BY_NAME[key] : schema.enum?.[0]
  const given = schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.default ?? fitting
  if (given !== undefined) return given
  if (name && context.inside.includes(name)) return undefined
  const within = name ? { ...context, inside: [...context.inside, name] } : context
  const options = schema.oneOf ?? schema.anyOf
  if (options) return build(within, options[0], key)
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return buildObject(within, schema)
    case 'array':
      return buildArray(within, schema, key)
    case 'integer':
    case 'number':
      return buildNumber(schema)
    case 'boolean':
      return false
    case 'null':
      return null
    case 'string':
      return BY_FORMAT[schema.format] ?? BY_NAME[key] ?? 'string'
    default:
      return schema.properties ? buildObject(within, schema) : {}
  }
}

function buildObject(context, schema) {
  const all = Object.entries(schema.properties ?? {})
  const required = all.filter(([key]) => schema.required?.includes(key))
  const chosen = context.side === 'response' ? all : required.length > 0 ? required : suggested(context, all)
  const value = {}
  for (const [key, part] of chosen) {
    const built = build(context, part, key)
    if (built !== undefined) value[key] = built
  }
  return value
}

/** Some fields of those that may all be left out: not the client's own id, no free-form object, no thousand numbers. */
function suggested(context, fields) {
  const isTelling = ([key, part]) => {
    const { schema } = resolve(context.spec, part)
    return key !== 'id' && (schema.type !== 'object' || schema.properties) && !(schema.minItems > SHOWN_ITEMS)
  }
  return fields.filter(isTelling).slice(0, SUGGESTED_FIELDS)
}

function buildArray(context, schema, key) {
  const least = schema.minItems ?? 1
  if (least > SHOWN_ITEMS) context.shortened.push(`${key || 'the array'} has ${least} items`)
  const length = Math.max(1, Math.min(least, SHOWN_ITEMS))
  const items = Array.from({ length }, () => build(context, schema.items, singular(key)))
  return items.filter((item) => item !== undefined)
}

const singular = (key) => key.replace(/s$/, '')

function buildNumber(schema) {
  const least = schema.minimum ?? schema.exclusiveMinimum ?? -1
  const isBounded = schema.maximum !== undefined && schema.maximum <= 1
  if (schema.type === 'number') return isBounded || schema.maximum === undefined ? 0.42 : schema.maximum
  return Math.max(1, least < -1e9 ? 1 : Math.ceil(least))
}

/**
 * A command for a POSIX shell that makes the request. `$TOKEN` is left to the shell.
 *
 * @param {{ method: string, path: string, parameters: any[], body: { type: string, value: unknown } | null, token: boolean }} request
 */
export function curl(spec, origin, { method, path, parameters, body, token }) {
  const query = new URLSearchParams()
  const headers = []
  let url = path
  for (const parameter of parameters) {
    const value = String(exampleOf(spec, parameter.schema, 'request').value)
    if (parameter.in === 'path') url = url.replaceAll(`{${parameter.name}}`, encodeURIComponent(value))
    if (parameter.in === 'query' && parameter.required) query.set(parameter.name, value)
    if (parameter.in !== 'header') continue
    if (parameter.name.toLowerCase() === 'idempotency-key') headers.push('"Idempotency-Key: $(uuidgen)"')
    else if (parameter.required) headers.push(quote(`${parameter.name}: ${value}`))
  }
  const parts = [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} ${quote(origin + url + (query.size ? `?${query}` : ''))}`,
  ]
  if (token) parts.push('-H "Authorization: Bearer $TOKEN"')
  parts.push(...headers.map((header) => `-H ${header}`))
  if (body) parts.push(`-H ${quote(`Content-Type: ${body.type}`)}`, `-d ${quote(JSON.stringify(body.value, null, 2))}`)
  return parts.join(' \\\n  ')
}

const quote = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`
