import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import * as z from 'zod'
import type { RequestKey } from '../request-key.ts'
import type { AppError } from '../result.ts'
import type { AppEnv } from './app-env.ts'
import { readBody } from './body.ts'
import { describeInput } from './openapi.ts'
import { problem } from './problem.ts'

/** What the handlers behind {@link idempotent} have. */
export interface IdempotentEnv {
  Bindings: AppEnv['Bindings']
  Variables: AppEnv['Variables'] & { requestKey: RequestKey | null }
}

const HEADER = 'Idempotency-Key'
const MAX_KEY = 255

const inputs = z.object({
  [HEADER]: z.string().max(MAX_KEY).optional().meta({
    description:
      'Of your making, new for each thing to create: sent again within 24 hours, the first answer comes again; a 404 where what it made was purged',
  }),
})

/**
 * For routes that create: reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07) and marks an answer that was
 * given before with `Idempotency-Replayed: true`. Stands before the body's validation, which leaves no bytes to digest.
 */
export const idempotent = describeInput(
  'header',
  inputs,
  createMiddleware<IdempotentEnv>(async (c, next) => {
    const header = c.req.header(HEADER)
    if (header === undefined) {
      c.set('requestKey', null)
      return next()
    }
    const key = readKey(header)
    if (key === null) return problem(c, BAD_KEY)
    const [body, unread] = await readBody(c)
    if (unread) return problem(c, unread)
    const requestKey: RequestKey = { key, digest: await digestOf(c, body), by: crypto.randomUUID(), replayed: false }
    c.set('requestKey', requestKey)
    await next()
    if (requestKey.replayed) c.res.headers.set('Idempotency-Replayed', 'true')
  }),
)

const BAD_KEY: AppError = {
  code: 'invalid_request',
  errors: [{ path: HEADER, message: `must be 1 to ${MAX_KEY} visible ASCII characters` }],
}

/** The draft wants a string of RFC 8941 §3.3.3, in quotes; many clients send the bare key. It is the same key. */
function readKey(header: string): string | null {
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1]
  const key = quoted?.replaceAll(/\\(.)/g, '$1') ?? (header.startsWith('"') ? '' : header)
  return key.length <= MAX_KEY && /^[!-~]+$/.test(key) ? key : null
}

async function digestOf(c: Context, body: Uint8Array): Promise<string> {
  const { pathname, search } = new URL(c.req.url)
  const head = new TextEncoder().encode(`${c.req.method} ${pathname}${search}\n`)
  const all = new Uint8Array(head.length + body.length)
  all.set(head)
  all.set(body, head.length)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all))
  return digest.toBase64({ alphabet: 'base64url', omitPadding: true })
}
