import * as z from 'zod'

/** Any UUID, of whatever version; what Parley makes itself is a UUIDv7. */
export const id = z.guid().meta({ format: 'uuid' })

/** Ids and times of rows: the column's type vouches for their form, so that reading them checks no pattern. */
export const storedId = z.string().meta({ format: 'uuid' })
export const storedTime = z.string().meta({ format: 'date-time', description: 'ISO-8601, UTC' })

const METADATA_BYTES = 16_384

/** Free JSON of the client's own. */
export const metadata = z
  .record(z.string(), z.unknown())
  .refine((value) => JSON.stringify(value).length <= METADATA_BYTES, {
    error: `must not be longer than ${METADATA_BYTES} characters as JSON`,
  })

/** For `.refine()` of a PATCH body: an empty one is a mistake of the client. */
export const changesSomething = [
  (body: object) => Object.keys(body).length > 0,
  { error: 'must change something', when: ({ issues }: { issues: readonly unknown[] }) => issues.length === 0 },
] as const
