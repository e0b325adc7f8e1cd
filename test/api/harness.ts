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
  /** Runs the cron trigger. */
  sweep(): Promise<void>
  /** Requests to the database so far, on the connection of requests (not of background work). */
  posts(): Promise<number>
  /** Signs a new user in to Cognito, and registers them unless told not to. */
  newUser(options?: { register?: boolean }): Promise<TestUser>
}

export interface TestUser {
  email: string
  sub: string
  accessToken: string
  refreshToken: string
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, json?: unknown, headers?: Record<string, string>): Promise<Response>
  patch(path: string, json: unknown, headers?: Record<string, string>): Promise<Response>
  delete(path: string, headers?: Record<string, string>): Promise<Response>
}

/** @param overrides bindings that differ from those of the run; undefined takes one away */
export function createApi(overrides: Partial<Record<Exclude<keyof Env, 'ASSETS'>, string | undefined>> = {}): Api {
  const marker = crypto.randomUUID()
  const databaseUrl = new URL(inject('bindings').DATABASE_URL)
  databaseUrl.searchParams.set('application_name', marker)
  const env: Env = Object.assign({}, bindings as Env, { DATABASE_URL: databaseUrl.href }, overrides)

  const call: Api['call'] = async (method, path, { json, body, headers = {} } = {}) => {
    const request = new Request(`https://parley.test${path}`, {
      method,
      headers: { ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      body: json === undefined ? (body ?? null) : JSON.stringify(json),
    })
    const ctx = createExecutionContext()
    const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx)
    await waitOnExecutionContext(ctx)
    return response
  }

  return {
    call,
    async sweep() {
      const ctx = createExecutionContext()
      await worker.scheduled({ scheduledTime: Date.now(), cron: '* * * * *', noRetry: () => {} }, env, ctx)
      await waitOnExecutionContext(ctx)
    },
    posts: async () => Number(await (await fetch(`${inject('postCounter')}/${marker}`)).text()),
    async newUser({ register = true } = {}) {
      const email = `user-${crypto.randomUUID()}@example.com`
      const { accessToken, refreshToken, sub } = await signInLocally(inject('cognito'), email)
      const authorized = { Authorization: `Bearer ${accessToken}` }
      const user: TestUser = {
        email,
        sub,
        accessToken,
        refreshToken,
        get: (path, headers) => call('GET', path, { headers: { ...authorized, ...headers } }),
        post: (path, json, headers) => call('POST', path, { json, headers: { ...authorized, ...headers } }),
        patch: (path, json, headers) => call('PATCH', path, { json, headers: { ...authorized, ...headers } }),
        delete: (path, headers) => call('DELETE', path, { headers: { ...authorized, ...headers } }),
      }
      if (register) await user.post('/v1/session')
      return user
    },
  }
}
