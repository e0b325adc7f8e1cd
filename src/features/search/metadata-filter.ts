import * as z from 'zod'
import { listOf } from '../../http/fields.ts'
import { findRounded, ROUNDED } from '../../http/json.ts'

const MAX_NODES = 32
const MAX_DEPTH = 4
const MAX_VALUES = 50
const MAX_COMPARISONS = 64
/** An array with more elements than this is not looked into: at the end of a path, and before it, the fewer the longer the path. */
const MAX_ELEMENTS = 100
const MAX_ELEMENTS_BEFORE = [16, 4, 2]

const value = z.union([z.string().max(256), z.number(), z.boolean(), z.null()])
const ordered = z.union([z.string().max(256), z.number()])
const key = z.union([
  z.string().min(1).max(128),
  listOf(z.string().min(1).max(128), { min: 1, max: 8 }).meta({ description: 'A path into nested objects' }),
])

const condition = z
  .strictObject({
    key,
    eq: value.optional(),
    ne: value.optional(),
    gt: ordered.optional(),
    gte: ordered.optional(),
    lt: ordered.optional(),
    lte: ordered.optional(),
    in: listOf(value, { min: 1, max: MAX_VALUES }).optional(),
  })
  .refine(({ key: _key, ...operators }) => Object.values(operators).some((value) => value !== undefined), {
    error: 'needs an operator',
    when: ({ issues }) => issues.length === 0,
  })
type Condition = z.output<typeof condition>
type Value = z.output<typeof value>

/** A condition on metadata, or several, of which all or any must hold. */
export type MetadataFilter = Condition | { and: MetadataFilter[] } | { or: MetadataFilter[] }

const members = (depth: number) => listOf(filterOf(depth - 1), { min: 1, max: MAX_NODES })

/** Told apart by their names first, so that an error names the path in the right one. */
function filterOf(depth: number): z.ZodType<MetadataFilter, MetadataFilter> {
  return z.custom<MetadataFilter>().transform((value, ctx): MetadataFilter => {
    const isObject = typeof value === 'object' && value !== null
    const list = isObject && 'and' in value ? 'and' : isObject && 'or' in value ? 'or' : null
    if (list && depth === 0) {
      ctx.addIssue(`must not be nested deeper than ${MAX_DEPTH}`)
      return z.NEVER
    }
    const schema =
      list === 'and'
        ? z.strictObject({ and: members(depth) })
        : list === 'or'
          ? z.strictObject({ or: members(depth) })
          : condition
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) ctx.addIssue({ ...issue })
    return z.NEVER
  })
}

/** What a client may say of metadata. */
export const metadataCondition = z.preprocess(
  (value: MetadataFilter, ctx) => {
    const path = findRounded(value)
    if (path) ctx.addIssue({ code: 'custom', path, message: ROUNDED })
    return value
  },
  filterOf(MAX_DEPTH)
    .refine((filter) => nodesOf(filter) <= MAX_NODES, {
      error: `must not have more than ${MAX_NODES} conditions`,
    })
    .refine((filter) => comparisonsOf(filter) <= MAX_COMPARISONS, {
      error: `must not make more than ${MAX_COMPARISONS} comparisons. An operator is one, and so are four values of \`in\`; with a key of two names each counts as 4, of three names or more as 16`,
    }),
)

/** The same in words of JSON Schema, one level deep. */
export const metadataConditionInput = z
  .union([condition, z.object({ and: z.array(condition) }), z.object({ or: z.array(condition) })])
  .meta({
    description: `On the metadata of the message or the document. Operators of one condition must all hold. Of an array, one element must; an array of more than ${MAX_ELEMENTS} elements is not looked into, nor one of more than ${MAX_ELEMENTS_BEFORE[0]} before the end of a path of two names, ${MAX_ELEMENTS_BEFORE[1]} of three, ${MAX_ELEMENTS_BEFORE[2]} of more. No more than ${MAX_COMPARISONS} comparisons: an operator is one, and so are four values of \`in\`; with a key of two names each counts as 4, of three names or more as 16. \`and\` and \`or\` may be nested, ${MAX_DEPTH} levels deep.`,
  })

function nodesOf(filter: MetadataFilter): number {
  const list = 'and' in filter ? filter.and : 'or' in filter ? filter.or : []
  return 1 + list.reduce((sum, member) => sum + nodesOf(member), 0)
}

/** Each compares with all elements of an array, and where there are arrays within arrays, the longer the path the more these can be. */
function comparisonsOf(filter: MetadataFilter): number {
  if ('and' in filter) return filter.and.reduce((sum, member) => sum + comparisonsOf(member), 0)
  if ('or' in filter) return filter.or.reduce((sum, member) => sum + comparisonsOf(member), 0)
  const { key, in: among = [], ...operators } = filter
  const single = Object.values(operators).filter((value) => value !== undefined).length
  return (single + Math.ceil(among.length / 4)) * 4 ** Math.min([key].flat().length - 1, 2)
}

/** A jsonpath predicate, and the values of its variables: no text of a client's ends up in it but keys, as JSON strings. */
export interface MetadataPredicate {
  path: string
  vars: Record<string, Value | Value[]>
}

const COMPARISONS = { eq: '==', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/**
 * The filter as SQL/JSON path (Postgres' `jsonb_path_match`): numbers compare as numbers, texts by code point, values of
 * different kinds not at all. `ne` also holds where there is nothing to compare.
 */
export function toPredicate(filter: MetadataFilter): MetadataPredicate {
  const vars: MetadataPredicate['vars'] = {}
  const variable = (value: Value | Value[]) => {
    const name = `v${Object.keys(vars).length}`
    vars[name] = value
    return `$${name}`
  }
  const write = (node: MetadataFilter): string => {
    if ('and' in node) return `(${node.and.map(write).join(' && ')})`
    if ('or' in node) return `(${node.or.map(write).join(' || ')})`
    return `(${writeCondition(node).join(' && ')})`
  }
  const writeCondition = ({ key, ne, in: among, ...others }: Condition): string[] => {
    const names = ['$', ...[key].flat().map((name) => JSON.stringify(name))]
    const place = names.join('.')
    const within = boundsOf(names).join(' && ')
    const found = Object.entries(COMPARISONS).flatMap(([name, operator]) => {
      const value = others[name as keyof typeof COMPARISONS]
      return value === undefined ? [] : [`${place} ${operator} ${variable(value)}`]
    })
    // An array in a variable stands for its elements, as one in the metadata does.
    if (among) found.push(`${place} == ${variable(among)}`)
    const conditions = found.length > 0 ? [within, ...found] : []
    if (ne !== undefined) {
      // `exists` is never unknown.
      conditions.push(`!exists($ ? (${within} && ${place} == ${variable(ne)}))`)
    }
    return conditions
  }
  return { path: write(filter), vars }
}

/** That no array on the path is too long: `size()` of what is no array is 1. */
const boundsOf = (names: readonly string[]): string[] =>
  names.slice(1).map((_, i) => {
    const before = MAX_ELEMENTS_BEFORE[Math.min(names.length - 3, 2)]
    const most = i === names.length - 2 ? MAX_ELEMENTS : before
    return `!(${names.slice(0, i + 2).join('.')}.size() > ${most})`
  })
