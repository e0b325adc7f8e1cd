import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler } from 'hono'
import * as z from 'zod'
import type { AppError, FieldError } from '../result.ts'
import type { AppEnv } from './app-env.ts'
import { MIB, readBody } from './body.ts'
import { parseJson } from './json.ts'
import { describeInput } from './openapi.ts'
import { problem } from './problem.ts'
import { cutPath, findUnstorable, mostValues } from './storable.ts'

/**
 * zValidator with Parley's answers: 400 with `errors: [{ path, message }]`, and 415 for a body that doesn't say that it
 * is JSON. What the database cannot keep is refused before the schema looks at it. The schema is also what the OpenAPI
 * document shows.
 */
export function validate<T extends z.ZodType, K extends 'json' | 'query' | 'param'>(target: K, schema: T) {
  const handler = zValidator(
    target,
    schema,
    (result, c) => {
      if (result.success) return
      return problem(c as Context<AppEnv>, invalidRequest(result.error.issues))
    },
    { validationFunction: (_, value) => parse(schema, value) as ReturnType<typeof schema.safeParse> as never },
  )
  return describeInput(target, schema, target === 'json' ? onlyJson(readJson(schema) as typeof handler) : handler)
}

/** What zValidator does, with {@link parseJson} in place of `JSON.parse`. */
const readJson =
  (schema: z.ZodType): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const [bytes, unread] = await readBody(c)
    if (unread) return problem(c, unread)
    const [value, refused] = parseJson(new TextDecoder().decode(bytes))
    if (refused) return problem(c, { code: 'invalid_request', errors: [refused] })
    const result = parse(schema, value, mostValues(c.var.operation?.maxBody ?? MIB))
    if (!result.success) return problem(c, invalidRequest(result.error.issues))
    c.req.addValidatedData('json', result.data as object)
    return next()
  }

function parse(schema: z.ZodType, value: unknown, maxValues?: number): z.ZodSafeParseResult<unknown> {
  const found = findUnstorable(value, maxValues)
  if (!found) return schema.safeParse(value)
  const issue = { code: 'custom' as const, path: [found.path], message: found.message, input: undefined }
  return { success: false, error: new z.ZodError([issue]) }
}

/** Hono reads a body without the JSON content type as `{}`, which many schemas would take. */
function onlyJson<T extends MiddlewareHandler>(handler: T): T {
  const guarded: MiddlewareHandler = (c: Context<AppEnv>, next) => {
    const mediaType = c.req.header('Content-Type')?.split(';')[0]?.trim() ?? ''
    if (!/^application\/([\w.-]+\+)?json$/i.test(mediaType)) {
      return Promise.resolve(problem(c, { code: 'unsupported_media_type' }))
    }
    // Nothing on the way here unpacks a body; whoever would has to bound what comes out.
    const coding = c.req.header('Content-Encoding') ?? 'identity'
    if (coding.toLowerCase() === 'identity') return handler(c, next)
    return Promise.resolve(problem(c, { code: 'unsupported_media_type', detail: NOT_PACKED }))
  }
  return guarded as T
}

const NOT_PACKED = 'Send the body as it is, without Content-Encoding.'

const MAX_ERRORS = 20

/** Names each field that was refused, unknown ones too: the first ones, and how many there are beside them. */
function invalidRequest(issues: readonly z.core.$ZodIssue[]): AppError {
  const errors: FieldError[] = []
  let count = 0
  const refuse = (path: readonly PropertyKey[], message: string) => {
    if (count++ < MAX_ERRORS) errors.push({ path: toPath(path), message })
  }
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') refuse(issue.path, issue.message)
    else for (const key of issue.keys) refuse([...issue.path, key], 'is not a known field')
  }
  if (count <= MAX_ERRORS) return { code: 'invalid_request', errors }
  const detail = `The request does not have the expected form. ${count - MAX_ERRORS} more errors are not listed.`
  return { code: 'invalid_request', detail, errors }
}

const toPath = (keys: readonly PropertyKey[]): string => cutPath(keys.map(String).join('.') || '(root)')
