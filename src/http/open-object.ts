import * as z from 'zod'

const shown = new WeakMap<z.ZodType, z.ZodType>()

/** A schema that the OpenAPI document shows as another one. */
export function shownAs<T extends z.ZodType>(schema: T, other: z.ZodType): T {
  shown.set(schema, other)
  return schema
}

/** @returns what the OpenAPI document shows in place of a schema, or undefined */
export const shownInstead = (schema: z.ZodType): z.ZodType | undefined => shown.get(schema)

type Fields = Record<string, unknown>

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * An object that others have made. The fields of a loose schema are checked, and everything else comes out as it came in. Nothing is copied:
 * zod's loose objects copy all members, which takes the square of their number where their names are numbers.
 *
 * @param schemaOf the schema for a value, by what it says of itself
 */
export const openObject = <T extends z.ZodObject>(schemaOf: (value: Fields) => T) =>
  z.custom<z.output<T>>().superRefine((value: unknown, ctx) => {
    if (!isObject(value)) return ctx.addIssue('must be an object')
    for (const [field, schema] of Object.entries(schemaOf(value).shape)) {
      const { error } = z.safeParse(schema, value[field])
      for (const issue of error?.issues ?? []) ctx.addIssue({ ...issue, path: [field, ...issue.path] })
    }
  })
