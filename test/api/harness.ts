import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env as bindings } from 'cloudflare:workers'
import { inject } from 'vitest'
import { signInLocally } from '../../dev/cognito/sign-in.ts'
import type { Env } from '../../src/env.ts'
import worker from '../../src/index.ts'
import type {} from '../provided.ts'

export interface Call {
  /** Sent as JSON, with its content type. */
  json?: unknown
  /** Sent as it is. */
  body?: BodyInit
  headers?: Record<string, string>
}

/** A Worker of its own, with its own isolate state, against the stack of this run. */
export interface Api {
  /** Sends a request and waits for what it does after the answer. */
  call(method: string, path: string, call?: Call): Promise<Response>
  /** The same as a `fetch`, for clients that bring their own requests; whatever the host. */
  fetch: typeof fetch
  /** Runs the cron trigger. */
  sweep(): Promise<void>
  /** Requests to the database so far, on the connection of requests (not of background work). */
  posts(): Promise<number>
  /** Signs a new user in to Cognito, and registers them unless told not to. */
  newUser(options?: { register?: boolean }): Promise<TestUser>
  /** Who holds these tokens, as a client of this Worker. */
  as(tokens: Tokens): TestUser
}

export interface Tokens {
  email: string
  sub: string
  accessToken: string
  idToken: string
  refreshToken: string
}

export interface TestUser extends Tokens {
  /** The same user by another sign-in, as on another device. */
  elsewhere(): Promise<TestUser>
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, json?: unknown, headers?: Record<string, string>): Promise<Response>
  put(path: string, json: unknown, headers?: Record<string, string>): Promise<Response>
  patch(path: string, json: unknown, headers?: Record<string, string>): Promise<Response>
  delete(path: string, headers?: Record<string, string>): Promise<Response>
}

export type Overrides = Partial<
  Record<Exclude<keyof Env, 'ASSETS' | `${string}_LIMIT`> | 'RATE_LIMIT', string | undefined>
>

/** Signs in to the run's Cognito: a new user, or one who is known there, once more. */
export async function signIn(email = `user-${crypto.randomUUID()}@example.com`): Promise<Tokens> {
  return { email, ...(await signInLocally(inject('cognito'), email)) }
}

/** @param overrides bindings that differ from those of the run; undefined takes one away. Without limits, unless asked for */
export function createApi(overrides: Overrides = {}): Api {
  const marker = crypto.randomUUID()
  const env: Env = Object.assign({}, bindings as Env, inject('bindings'), { RATE_LIMIT: 'off' }, overrides)
  if (URL.canParse(env.DATABASE_URL ?? '')) env.DATABASE_URL = withMarker(env.DATABASE_URL ?? '', marker)

  const call: Api['call'] = (method, path, { json, body, headers = {} } = {}) =>
    send(`https://parley.test${path}`, {
      method,
      headers: { ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      body: json === undefined ? (body ?? null) : JSON.stringify(json),
    })

  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const ctx = createExecutionContext()
    const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx)
    const afterwards = waitOnExecutionContext(ctx)
    // What is done after an answer that comes bit by bit begins when it has been read.
    if (response.headers.get('Content-Type') !== 'application/x-ndjson') await afterwards
    return response
  }

  const as: Api['as'] = (tokens) => {
    const authorized = { Authorization: `Bearer ${tokens.accessToken}` }
    return {
      ...tokens,
      elsewhere: async () => as(await signIn(tokens.email)),
      get: (path, headers) => call('GET', path, { headers: { ...authorized, ...headers } }),
      post: (path, json, headers) => call('POST', path, { json, headers: { ...authorized, ...headers } }),
      put: (path, json, headers) => call('PUT', path, { json, headers: { ...authorized, ...headers } }),
      patch: (path, json, headers) => call('PATCH', path, { json, headers: { ...authorized, ...headers } }),
      delete: (path, headers) => call('DELETE', path, { headers: { ...authorized, ...headers } }),
    }
  }

  return {
    call,
    fetch: send,
    as,
    async sweep() {
      const ctx = createExecutionContext()
      await worker.scheduled({ scheduledTime: Date.now(), cron: '* * * * *', noRetry: () => {} }, env, ctx)
      await waitOnExecutionContext(ctx)
    },
    posts: async () => Number(await (await fetch(`${inject('postCounter')}/${marker}`)).text()),
    async newUser({ register = true } = {}) {
      const user = as(await signIn())
      if (register) await user.post('/v1/session')
      return user
    },
  }
}

function withMarker(connectionString: string, marker: string): string {
  const url = new URL(connectionString)
  url.searchParams.set('application_name', marker)
  return url.href
}
