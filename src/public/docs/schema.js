import { detailsView, el, prose } from './dom.js'

/**
 * A schema with its `$ref` followed, `allOf` merged and "or null" taken off.
 *
 * @returns {{ schema: Record<string, any>, name: string | null, nullable: boolean }} `name` is the component's
 */
export function resolve(spec, raw) {
  let schema = raw === true || raw === undefined ? {} : raw === false ? { not: {} } : raw
  let name = null
  let nullable = false
  for (let hops = 0; hops < 32; hops++) {
    if (typeof schema.$ref === 'string') {
      const { $ref, ...beside } = schema
      name = $ref.split('/').at(-1) ?? null
      schema = { ...lookUp(spec, $ref), ...beside }
    } else if (Array.isArray(schema.allOf)) {
      const { allOf, ...beside } = schema
      schema = mergeAll(spec, allOf, beside)
    } else if (Array.isArray(schema.type) && schema.type.includes('null')) {
      nullable = true
      const types = schema.type.filter((type) => type !== 'null')
      schema = { ...schema, type: types.length === 1 ? types[0] : types }
    } else {
      const key = schema.anyOf ? 'anyOf' : 'oneOf'
      const options = schema[key]
      if (!Array.isArray(options)) break
      const rest = options.filter((option) => option.type !== 'null')
      if (rest.length === options.length && rest.length > 1) break
      if (rest.length < options.length) nullable = true
      const { [key]: _, ...beside } = schema
      schema = rest.length === 1 ? { ...rest[0], ...beside } : { ...beside, [key]: rest }
      if (rest.length !== 1) break
    }
  }
  return { schema, name, nullable }
}

function lookUp(spec, ref) {
  if (!ref.startsWith('#/')) return {}
  const keys = ref
    .slice(2)
    .split('/')
    .map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'))
  let found = spec
  for (const key of keys) found = Object.hasOwn(found ?? {}, key) ? found[key] : undefined
  return found ?? {}
}

function mergeAll(spec, parts, beside) {
  const merged = {}
  for (const part of [...parts, beside]) {
    const { schema } = resolve(spec, part)
    Object.assign(merged, schema, {
      properties: { ...merged.properties, ...schema.properties },
      required: [...(merged.required ?? []), ...(schema.required ?? [])],
    })
  }
  return merged
}

/** What a value is, in a few words: `string (uuid)`, `array of Message`, `string or null`. Components are links. */
export function typeLabel(spec, raw) {
  const { schema, name, nullable } = resolve(spec, raw)
  const label = name ? [el('a', { href: `#schema-${name}` }, name)] : plainLabel(spec, schema)
  return nullable ? [...label, ' or null'] : label
}

function plainLabel(spec, schema) {
  const options = schema.oneOf ?? schema.anyOf
  if (options) return options.flatMap((option, i) => [i > 0 && ' or ', ...typeLabel(spec, option)])
  if ('const' in schema) return [JSON.stringify(schema.const)]
  if (schema.type === 'array') return ['array of ', ...typeLabel(spec, schema.items)]
  if (schema.type === 'object' && !schema.properties && schema.additionalProperties) {
    return ['object']
  }
  const type = Array.isArray(schema.type)
    ? schema.type.join(' or ')
    : (schema.type ?? (schema.enum ? 'value' : 'anything'))
  return [schema.format ? `${type} (${schema.format})` : type]
}

/** What a value must keep to, each in a few words. */
export function constraints(spec, raw) {
  const { schema } = resolve(spec, raw)
  const found = []
  const range = (least, most, unit) => {
    if (least !== undefined && least === most) found.push(`exactly ${least} ${unit}`.trim())
    else if (least !== undefined && most !== undefined) found.push(`${least} to ${most} ${unit}`.trim())
    else if (least !== undefined) found.push(`at least ${least} ${unit}`.trim())
    else if (most !== undefined) found.push(`at most ${most} ${unit}`.trim())
  }
  if (schema.enum) found.push(`one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`)
  range(schema.minLength, schema.maxLength, 'characters')
  range(bound(schema.minimum), bound(schema.maximum), '')
  if (bound(schema.exclusiveMinimum) !== undefined) found.push(`more than ${schema.exclusiveMinimum}`)
  if (bound(schema.exclusiveMaximum) !== undefined) found.push(`less than ${schema.exclusiveMaximum}`)
  if (schema.multipleOf !== undefined) found.push(`a multiple of ${schema.multipleOf}`)
  range(schema.minItems, schema.maxItems, 'items')
  range(schema.minProperties, schema.maxProperties, 'fields')
  if (schema.uniqueItems) found.push('no item twice')
  // A format's own pattern only repeats the format.
  if (schema.pattern && !schema.format) found.push(`matches ${schema.pattern}`)
  if (schema.default !== undefined) found.push(`default ${JSON.stringify(schema.default)}`)
  if (schema.readOnly) found.push('read only')
  if (schema.deprecated) found.push('deprecated')
  if (schema.type === 'array' && schema.items) {
    found.push(...constraints(spec, schema.items).map((constraint) => `each ${constraint}`))
  }
  return found
}

const names = (keys) => keys.map((key) => `\`${key}\``).join(' and ')

/** Rules that span several fields, each as a sentence. */
export function fieldRules(schema) {
  return [
    // `if` one field is absent, `else` asks for another.
    schema.else && `${names(schema.if.required)} or ${names(schema.else.required)} is required.`,
    ...Object.entries(schema.dependentRequired ?? {}).map(([key, others]) => `\`${key}\` requires ${names(others)}.`),
    schema.not?.required && `${names(schema.not.required)} exclude each other.`,
  ].filter(Boolean)
}

// zod bounds every integer by what a double can count; nobody needs to read that.
const bound = (value) => (value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value)

/**
 * The fields of a value, with those inside them below. A request says what it needs, an answer what may be missing.
 *
 * @param {'request' | 'response'} side
 * @returns {HTMLElement | null} null when it has no fields
 */
export function schemaView(spec, raw, side) {
  return innerView({ spec, side, inside: [] }, raw)
}

/** `inside` holds the components around this one, so that a recursive schema ends. */
function innerView(context, raw) {
  const { spec, inside } = context
  const { schema, name } = resolve(spec, raw)
  if (name && inside.includes(name)) return el('p', { class: 'note' }, 'As above: ', ...typeLabel(spec, raw))
  const within = name ? { ...context, inside: [...inside, name] } : context
  const options = schema.oneOf ?? schema.anyOf
  if (options && options.some((option) => hasFields(spec, option))) return optionsView(within, options)
  if (schema.properties) return fieldsView(within, schema)
  if (schema.type === 'array' && schema.items && hasFields(spec, schema.items)) return innerView(within, schema.items)
  const values = valuesOf(schema)
  return values && hasFields(spec, values) ? innerView(within, values) : null
}

function optionsView(context, options) {
  const views = options.map((option) =>
    el('li', {}, el('p', { class: 'option' }, ...optionName(context.spec, option)), innerView(context, option)),
  )
  return el('ol', { class: 'variants', 'aria-label': `One of ${options.length}` }, ...views)
}

/** What tells an option from the others: its constant (`type: "text"`), else its title or type. */
function optionName(spec, option) {
  const { schema } = resolve(spec, option)
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const constant = resolve(spec, value).schema
    if ('const' in constant) return [el('code', {}, `${key}: ${JSON.stringify(constant.const)}`)]
  }
  if (schema.title) return [schema.title]
  const required = schema.required ?? []
  return required.length > 0 ? ['With ', el('code', {}, required.join(', '))] : typeLabel(spec, option)
}

function fieldsView(context, schema) {
  const required = new Set(schema.required ?? [])
  const fields = Object.entries(schema.properties).map(([key, value]) =>
    fieldView(context, { key, value, required: required.has(key) }),
  )
  return el('ul', { class: 'fields' }, ...fields)
}

function fieldView(context, { key, value, required }) {
  const { spec, side } = context
  const { schema } = resolve(spec, value)
  const isUnusual = side === 'request' ? required : !required
  return el(
    'li',
    {},
    el(
      'p',
      { class: 'field' },
      el('code', { class: 'key' }, key),
      ' ',
      el('span', { class: 'type' }, ...typeLabel(spec, value)),
      isUnusual && [' ', el('span', { class: required ? 'required' : 'optional' }, required ? 'required' : 'optional')],
      ...constraints(spec, value).flatMap((rule) => [' ', el('span', { class: 'rule' }, rule)]),
    ),
    prose(schema.description),
    hasFields(spec, value) && detailsView({}, ['Fields of ', el('code', {}, key)], () => innerView(context, value)),
  )
}

/** Whether `schemaView` shows something of it. */
export function hasFields(spec, raw, depth = 0) {
  const { schema } = resolve(spec, raw)
  if (depth > 8) return false
  if (schema.properties) return true
  const inner = [...(schema.oneOf ?? schema.anyOf ?? []), schema.items, valuesOf(schema)]
  return inner.some((part) => part && hasFields(spec, part, depth + 1))
}

const valuesOf = (schema) => (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null)
