import * as z from 'zod'
import { listOf } from './fields.ts'
import type { FieldError } from '../result.ts'
import { findRounded, parseJson, ROUNDED } from './json.ts'
import { findUnstorable } from './storable.ts'

const MAX_METADATA = 1024
/** Each is looked for among all elements of an array: one that is an object or an array itself costs most. */
const MAX_ELEMENTS = 16
const NESTED_ELEMENT = 8

const toFlag = (text: unknown): unknown => (text === 'true' ? true : text === 'false' ? false : text)
/** `true` or `false`. */
export const flag = z.preprocess(toFlag, z.boolean())

/** A parameter that stands once is a text, one that is repeated a list of them. */
export const tagsFilter = z
  .preprocess(
    (value: unknown) => (typeof value === 'string' ? [value] : value),
    listOf(z.string().trim().min(1).max(64), { max: 32 }),
  )
  .transform((tags) => [...new Set(tags)].toSorted())
  .optional()
  .meta({ description: 'May be repeated: then all of the tags must be there' })

/** Pages of it may be short, as those of `metadataFilter`. */
export const titleFilter = z.string().min(1).max(200).optional().meta({
  description:
    'A part of the title as it is shown, whatever the case, accents and width. Where many titles have to be looked through, a page has fewer rows than asked for, or none, and a `nextCursor`.',
})

/** JSON inside of a parameter: nobody has looked yet whether it can be stored. */
export const metadataFilter = z
  .string()
  .max(MAX_METADATA)
  .transform((text, ctx): Record<string, unknown> => {
    const [value] = parseJson(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    const found = isObject
      ? (findUnstorable(value) ?? roundedIn(value) ?? tooManyIn(value))
      : { path: '(root)', message: 'must be a JSON object' }
    if (!found) return value as Record<string, unknown>
    ctx.addIssue(found.path === '(root)' ? found.message : `${found.path} ${found.message}`)
    return z.NEVER
  })
  .optional()
  .meta({
    description: `A JSON object that the metadata must contain, such as {"model":"m"}; objects inside may have more. Arrays in it may have ${MAX_ELEMENTS} elements in all, of which an object or an array counts as ${NESTED_ELEMENT}. Where much metadata has to be looked through, a page has fewer rows than asked for, or none, and a \`nextCursor\`.`,
  })

const roundedIn = (value: unknown): FieldError | null => {
  const path = findRounded(value)
  return path && { path: path.join('.'), message: ROUNDED }
}

const tooManyIn = (value: unknown): FieldError | null =>
  elementsOf(value) <= MAX_ELEMENTS
    ? null
    : {
        path: '(root)',
        message: `must not have more than ${MAX_ELEMENTS} elements in arrays, of which an object or an array counts as ${NESTED_ELEMENT}`,
      }

/** How many elements all arrays of this value have, nested ones counted by what they cost. */
function elementsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const weight = (member: unknown) =>
    !Array.isArray(value) ? 0 : typeof member === 'object' && member !== null ? NESTED_ELEMENT : 1
  return Object.values(value).reduce((sum: number, member) => sum + weight(member) + elementsOf(member), 0)
}

/** Years 1 to 9999, in UTC. Digits behind the milliseconds stay: they decide whether a row of that millisecond is meant. */
export const moment = z.iso.datetime({ offset: true }).transform((text, ctx) => {
  const utc = toUtc(text)
  if (utc !== null) return utc
  ctx.addIssue('must be in the years 1 to 9999, in UTC')
  return z.NEVER
})

function toUtc(text: string): string | null {
  const time = Date.parse(text)
  if (Number.isNaN(time)) return null
  const utc = new Date(time).toISOString()
  if (!/^\d{4}-/.test(utc) || utc.startsWith('0000')) return null
  const finer = /\.\d{3}(\d{1,3})/.exec(text)?.[1] ?? ''
  return `${utc.slice(0, -1)}${finer}Z`
}

/** How a parameter of the kind {@link moment} is described. */
export const MOMENT = 'ISO-8601 with an offset or Z; exclusive'
