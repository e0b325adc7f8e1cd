import * as z from 'zod'
import { listOf } from '../../http/fields.ts'
import { pageQuery } from '../../http/page.ts'
import { findUnstorable } from '../../http/storable.ts'

export const SORTS = ['activity', 'created', 'title'] as const

const MAX_METADATA = 1024

const toFlag = (text: unknown): unknown => (text === 'true' ? true : text === 'false' ? false : text)
const flag = z.preprocess(toFlag, z.boolean())

/** A parameter that stands once is a text, one that is repeated a list of them. */
const tags = z
  .preprocess(
    (value: unknown) => (typeof value === 'string' ? [value] : value),
    listOf(z.string().trim().min(1).max(64), { max: 32 }),
  )
  .transform((tags) => [...new Set(tags)].toSorted())

/** JSON inside of a parameter: nobody has looked yet whether it can be stored. */
const contained = z
  .string()
  .max(MAX_METADATA)
  .transform((text, ctx): Record<string, unknown> => {
    const value = parseJson(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    const found = isObject ? findUnstorable(value) : { path: '(root)', message: 'must be a JSON object' }
    if (!found) return value as Record<string, unknown>
    ctx.addIssue(found.path === '(root)' ? found.message : `${found.path} ${found.message}`)
    return z.NEVER
  })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Years 1 to 9999, in UTC. Digits behind the milliseconds stay: they decide whether a row of that millisecond is meant. */
const moment = z.iso.datetime({ offset: true }).transform((text, ctx) => {
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

const TIME = 'ISO-8601 with an offset or Z; exclusive'

/** Which conversations a list has, and in what order. All conditions must hold. */
const filters = z.strictObject({
  sort: z
    .enum(SORTS)
    .prefault('activity')
    .meta({ description: 'activity and created: newest first; title: A to Z, whatever the case' }),
  pinnedFirst: flag.prefault(false).meta({ description: 'Those that are pinned before all others' }),
  archived: flag.optional(),
  pinned: flag.optional(),
  tag: tags.optional().meta({ description: 'May be repeated: then all of the tags must be there' }),
  metadata: contained.optional().meta({
    description: 'A JSON object that the metadata must contain, such as {"model":"m"}; objects inside may have more',
  }),
  createdAfter: moment.optional().meta({ description: TIME }),
  createdBefore: moment.optional().meta({ description: TIME }),
  activeAfter: moment.optional().meta({ description: `Of the last activity. ${TIME}` }),
  activeBefore: moment.optional().meta({ description: `Of the last activity. ${TIME}` }),
  title: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'A part of the title as it is shown, whatever the case' }),
  deleted: flag.prefault(false).meta({
    description: 'Only those that are deleted and can still be restored, the last deleted first: no other order goes',
  }),
})
export type ConversationFilters = z.output<typeof filters>

/** The list as it is when nobody asks for anything. */
export const ALL: ConversationFilters = { sort: 'activity', pinnedFirst: false, deleted: false }

export const conversationListQuery = pageQuery
  .extend({
    ...filters.shape,
  })
  .superRefine(({ deleted, sort, pinnedFirst }, ctx) => {
    const message = 'does not go with deleted=true'
    if (deleted && sort !== 'activity') ctx.addIssue({ code: 'custom', path: ['sort'], message })
    if (deleted && pinnedFirst) ctx.addIssue({ code: 'custom', path: ['pinnedFirst'], message })
  })
