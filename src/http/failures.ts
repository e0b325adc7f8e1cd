import type { ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { AppEnv } from './app-env.ts'
import { problem } from './problem.ts'

/** What was thrown instead of returned. Its message and stack may hold anything, so that only its name is logged. */
export const onError: ErrorHandler<AppEnv> = (thrown, c) => {
  if (thrown instanceof HTTPException && thrown.status === 400) {
    return problem(c, { code: 'invalid_request', errors: [{ path: '(root)', message: 'is not valid JSON' }] })
  }
  return problem(c, { code: 'internal', context: { thrown: thrown.name, at: frames(thrown.stack) } })
}

export const onNotFound: NotFoundHandler<AppEnv> = (c) => problem(c, { code: 'not_found' })

/** Where it was thrown: the stack's frames, without the message above them. */
const frames = (stack = ''): string[] =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .map((line) => line.trim())
