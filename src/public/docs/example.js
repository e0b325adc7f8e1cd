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

/**
 * A value that the schema describes, with all of its fields.
 *
 * @returns {{ value: unknown, shortened: string[] }} `shortened` names the arrays that are longer in truth
 */
export function exampleOf(spec, raw) {
  const shortened = []
  const value = build({ spec, shortened, inside: [] }, raw, '')
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
  const value = {}
  for (const [key, part] of Object.entries(schema.properties ?? {})) {
    const built = build(context, part, key)
    if (built !== undefined) value[key] = built
  }
  return value
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
