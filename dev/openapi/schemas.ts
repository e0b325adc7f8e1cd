import * as z from 'zod'
import { shownInstead } from '../../src/http/open-object.ts'

export interface JsonSchema {
  $ref?: string
  description?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  [keyword: string]: unknown
}

export interface Schemas {
  /** What a client may send. */
  input(schema: z.ZodType): JsonSchema
  /** What a client gets; a schema with a `meta({ id })` becomes a component. */
  output(schema: z.ZodType): JsonSchema
  components(): Record<string, JsonSchema>
}

/** Turns zod schemas into JSON Schema 2020-12, and gathers those that have an id as components of the document. */
export function createSchemas(): Schemas {
  const components = new Map<string, JsonSchema>()

  function add(id: string, schema: JsonSchema) {
    const known = components.get(id)
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`Two schemas are called ${id}`)
    components.set(id, schema)
  }

  function convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const showOther = ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: object }) => {
      const other = shownInstead(zodSchema as z.ZodType)
      if (other) Object.assign(jsonSchema, convert(other, io))
    }
    const {
      $schema: _,
      $defs = {},
      ...own
    } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: showOther }) as JsonSchema & {
      $defs?: Record<string, JsonSchema>
    }
    for (const [id, definition] of Object.entries($defs)) add(id, clean(definition))
    const cleaned = clean(own)
    const { id } = own
    if (typeof id !== 'string') return cleaned
    add(id, cleaned)
    return { $ref: `#/components/schemas/${id}` }
  }

  return {
    input: (schema) => convert(schema, 'input'),
    output: (schema) => convert(schema, 'output'),
    components: () => Object.fromEntries([...components].toSorted(([a], [b]) => a.localeCompare(b))),
  }
}

/** References point into the components; ids, and zod's regular expressions beside a format, are left out. */
function clean(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string') return value.replace('#/$defs/', '#/components/schemas/')
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    if (key === 'additionalProperties' && Object.keys(value).length === 0) return true
    // Only keywords are strings: a property that happens to be called `id` or `pattern` is an object here.
    const schema = value as JsonSchema
    if (typeof schema.id === 'string') delete schema.id
    if (typeof schema.format === 'string' && typeof schema.pattern === 'string') delete schema.pattern
    return schema
  }) as JsonSchema
}
