import * as z from 'zod'

/** Most of a text, of a message as of one part of it, in characters. */
export const MAX_TEXT = 200_000
/** Most of a message's parts. */
export const MAX_PARTS = 500
/** Most of a message's parts, in bytes as {@link storedSize} counts them. */
export const MAX_PARTS_BYTES = 2 * 1024 * 1024

/** What ends a number with an exponent, where a number can end in JSON. */
const EXPONENT = /e[+-](\d{1,3})(?=[,\]}])/g

/**
 * How long a value is as JSON, in bytes of UTF-8; a number with an exponent counts as long as Postgres writes it, with all its zeros.
 * Blanks, which Postgres adds after commas and colons, don't count.
 */
export function storedSize(value: unknown): number {
  const text = JSON.stringify(value)
  let size = encoder.encode(text).length
  for (const [, exponent] of text.matchAll(EXPONENT)) size += Number(exponent)
  return size
}
const encoder = new TextEncoder()

/** A schema in front of which the size of the whole is looked at. */
export const withinSize = <T extends z.ZodType>(schema: T, max: number) =>
  z.preprocess((value: z.input<T>, ctx) => {
    if (typeof value === 'object' && value !== null && storedSize(value) > max) ctx.addIssue(tooLong(max))
    return value
  }, schema)

export const tooLong = (max: number): string => `must not be longer than ${max} bytes as JSON`
