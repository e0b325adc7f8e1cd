import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler } from 'hono'
import * as z from 'zod'
import type { FieldError } from '../result.ts'
import type { AppEnv } from './app-env.ts'
import { describeInput } from './openapi.ts'
import { problem } from './problem.ts'
import { findUnstorable } from './storable.ts'

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
      const errors = toFieldErrors(result.error.issues)
      return problem(c as Context<AppEnv>, { code: 'invalid_request', errors })
    },
    { validationFunction: (_, value) => parse(schema, value) as ReturnType<typeof schema.safeParse> as never },
  )
  return describeInput(target, schema, target === 'json' ? onlyJson(handler) : handler)
}

function parse(schema: z.ZodType, value: unknown): z.ZodSafeParseResult<unknown> {
  const found = findUnstorable(value)
  if (!found) return schema.safeParse(value)
  const issue = { code: 'custom' as const, path: found.path.split('.'), message: found.message, input: undefined }
  return { success: false, error: new z.ZodError([issue]) }
}

/** Hono reads a body without the JSON content type as `{}`, which many schemas would take. */
function onlyJson<T extends MiddlewareHandler>(handler: T): T {
  const guarded: MiddlewareHandler = (c: Context<AppEnv>, next) => {
    const mediaType = c.req.header('Content-Type')?.split(';')[0]?.trim() ?? ''
    if (/^application\/([\w.-]+\+)?json$/i.test(mediaType)) return handler(c, next)
    return Promise.resolve(problem(c, { code: 'unsupported_media_type' }))
  }
  return guarded as T
}

/** Names each field that was refused, unknown ones too. */
function toFieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: toPath([...issue.path, key]), message: 'is not a known field' }))
      : [{ path: toPath(issue.path), message: issue.message }],
  )
}

const toPath = (path: readonly PropertyKey[]): string => path.map(String).join('.') || '(root)'
