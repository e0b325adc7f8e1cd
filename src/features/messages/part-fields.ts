import * as z from 'zod'

/** Most of a text, of a part as of a message's `content`. */
export const MAX_TEXT = 200_000
/** Most of a list of parts or attachments, in characters of its JSON; a data URL is part of that. */
export const MAX_JSON = 262_144
const MAX_ADDRESS = 8192

export const text = z.string().max(MAX_TEXT)
export const name = z.string().min(1).max(255)
/** Ids of the AI SDK and of models: not UUIDs. */
export const foreignId = z.string().min(1).max(256)

const TYPE_AND_SUBTYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+*-]{1,127}( ?;.*)?$/

/** `type/subtype`, with or without parameters. */
export const mediaType = z
  .string()
  .max(255, { abort: true })
  .regex(TYPE_AND_SUBTYPE, { error: 'must be a media type: type/subtype' })

const isAddress = (scheme: RegExp) => (url: string) =>
  url.length <= MAX_ADDRESS && scheme.test(url) && URL.canParse(url)
const isHttps = isAddress(/^https:\/\//i)
const isData = (url: string) => url.length <= MAX_JSON && /^data:[^\s,]*,/i.test(url)

/** Where a file is, or the file itself. */
export const fileUrl = z
  .string()
  .refine((url) => isData(url) || isHttps(url), { error: 'must be an https or data URL' })
  .meta({ format: 'uri', maxLength: MAX_JSON, description: 'https or data' })

/** Where a model has read something: pages without https are among them, and nobody loads a data URL from there. */
export const sourceUrl = z
  .string()
  .refine(isAddress(/^https?:\/\//i), { error: 'must be an https or http URL' })
  .meta({ format: 'uri', maxLength: MAX_ADDRESS, description: 'https or http' })

/** Whatever JSON there is. `z.unknown()` says `expected nonoptional` where there is none. */
export const given = z.custom<unknown>((value) => value !== undefined, { error: 'must be there' })

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A JSON object, passed on as it is: copying one with many numbers for names takes the square of its size. */
export const jsonObject = z
  .custom<Record<string, unknown>>(isObject, { error: 'must be an object' })
  .meta({ type: 'object', additionalProperties: true })

/** The ids of an uploaded file, by provider. */
export const providerReference = z
  .custom<Record<string, string>>(
    (value) => isObject(value) && Object.values(value).every((id) => typeof id === 'string'),
    { error: 'must be an object of strings, by provider' },
  )
  .meta({ type: 'object', additionalProperties: { type: 'string' } })

/** What a provider wants back with a part, by the provider's name. */
export const providerMetadata = z
  .custom<Record<string, Record<string, unknown>>>((value) => isObject(value) && Object.values(value).every(isObject), {
    error: 'must be an object of objects, by provider',
  })
  .meta({ type: 'object', additionalProperties: { type: 'object' } })

/** A schema in front of which the length of the whole as JSON is looked at. */
export const withinJson = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value: z.input<T>, ctx) => {
    if (typeof value === 'object' && value !== null && JSON.stringify(value).length > MAX_JSON) {
      ctx.addIssue(`must not be longer than ${MAX_JSON} characters as JSON`)
    }
    return value
  }, schema)
