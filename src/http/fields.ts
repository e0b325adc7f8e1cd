import * as z from 'zod'
import { findRounded, ROUNDED } from './json.ts'

/** Any UUID, of whatever version; what Parley makes itself is a UUIDv7. */
export const id = z.guid({ error: 'must be a UUID' }).meta({ format: 'uuid' })

/** The id of a conversation or a message: the client may choose it. Kept as sent, and compared so. */
export const clientId = z
  .string()
  .regex(/^(?!\.\.?$)[A-Za-z0-9_.:-]{1,128}$/, {
    error: 'must be 1 to 128 of the characters A-Z a-z 0-9 _ . : -, and not "." or ".."',
  })
  // The pattern is also the document's.
  .meta({ examples: ['0199c3a0-7c1e-7d34-9b52-4f0a6d8e21c7'] })

/** An id in the path. */
export const pathId = (what: string, kind: typeof id | typeof clientId = id) =>
  kind.meta({ description: `The id of ${what}` })

/** Ids and times of rows: the column's type vouches for their form, so that reading them checks no pattern. */
export const storedId = z.string().meta({ format: 'uuid' })
export const storedClientId = z.string()
export const storedTime = z.string().meta({ format: 'date-time', description: 'ISO-8601, UTC' })

const METADATA_BYTES = 16_384

/** Free JSON of the client's own. Its length is checked first: after that, its members are few. Numbers in it are kept as they came, or refused. */
export const metadataOf = (maxLength: number) =>
  z.preprocess(
    (value: Record<string, unknown>, ctx) => {
      if (typeof value !== 'object' || value === null) return value
      if (JSON.stringify(value).length > maxLength) {
        ctx.addIssue(`must not be longer than ${maxLength} characters as JSON`)
        return value
      }
      const path = findRounded(value)
      if (path) ctx.addIssue({ code: 'custom', path, message: ROUNDED })
      return value
    },
    z.record(z.string(), z.unknown()),
  )
export const metadata = metadataOf(METADATA_BYTES)

/** A list whose length is looked at before its elements are: zod checks them all, then counts. */
export const listOf = <T extends z.ZodType>(item: T, { min = 0, max }: { min?: number; max: number }) =>
  z.preprocess(
    (value: z.input<T>[], ctx) => {
      if (Array.isArray(value) && value.length > max) ctx.addIssue(`must not have more than ${max} elements`)
      return value
    },
    min > 0 ? z.array(item).min(min).max(max) : z.array(item).max(max),
  )

/** Words of the client's own to sort things by; each counts once. */
export const tags = listOf(z.string().trim().min(1).max(64), { max: 32 }).transform((tags) => [...new Set(tags)])

/** For `.refine()` of a PATCH body: an empty one is a mistake of the client. */
export const changesSomething = [
  (body: object) => Object.keys(body).length > 0,
  { error: 'must change something', when: ({ issues }: { issues: readonly unknown[] }) => issues.length === 0 },
] as const
