import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { fail, ok, type Result } from '../../src/result.ts'
import { errorBody, proxyError, type ProxyError } from './errors.ts'
import { parseLogin, parseOptions, parsePayload, readBody } from './request.ts'
import { CANCELLED, runPayload } from './run.ts'
import { createServerSessions } from './server-sessions.ts'
import { createSharedSession } from './shared-session.ts'
import type { Sessions, Upstream } from './session.ts'

export interface NeonEndpointOptions {
  /** 0, the default, takes a free one. */
  port?: number
  host?: string
  upstream: Upstream
  /** Told of every readable request before it runs. The connection string holds the password: for tests. */
  onPost?: (info: { connectionString: string; queries: number }) => void
}

export interface NeonEndpoint {
  host: string
  port: number
  /** Answers what is under way, then closes the port and the database connections. */
  close(): Promise<void>
}

// Longer than any pause of a local session: a pooled HTTP connection is never closed under a client about to use it.
const KEEP_ALIVE_MS = 10 * 60 * 1000
const CORS = { 'access-control-allow-origin': '*' }
const PREFLIGHT = {
  ...CORS,
  allow: 'OPTIONS, POST',
  'access-control-allow-headers':
    'Authorization, Neon-Connection-String, Neon-Raw-Text-Output, Neon-Array-Mode, Neon-Pool-Opt-In, ' +
    'Neon-Batch-Read-Only, Neon-Batch-Isolation-Level',
  'access-control-max-age': '86400',
}

/**
 * Serves Neon's SQL over HTTP (`POST /sql`) from any Postgres, PGlite included. Follows neon `proxy/src/serverless/`
 * in its answers, limits and treatment of connections, so that what works here works on Neon.
 *
 * @throws Error EADDRINUSE when the port is taken
 */
export async function startNeonEndpoint(options: NeonEndpointOptions): Promise<NeonEndpoint> {
  const { upstream, onPost } = options
  const sessions = upstream.singleSession ? createSharedSession(upstream) : createServerSessions(upstream)
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void answer(request, response, sessions, onPost)
  })
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1', listening.resolve)
  await listening.promise
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('The endpoint listens on no port')

  let closing: Promise<void> | undefined
  const shutDown = async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeIdleConnections()
    })
    await sessions.close()
  }
  return { host: bound.address, port: bound.port, close: () => (closing ??= shutDown()) }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  sessions: Sessions,
  onPost: NeonEndpointOptions['onPost'],
): Promise<void> {
  const path = request.url?.split('?')[0]
  if (path === '/sql' && request.method === 'OPTIONS') {
    response.writeHead(200, PREFLIGHT).end()
    return
  }
  if (path !== '/sql' || request.method !== 'POST') {
    request.resume()
    response.writeHead(400, { 'content-type': 'application/json' }).end('"query is not supported"')
    return
  }
  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const [reply, error] = await handle(request, sessions, gone.signal, onPost).catch(() =>
    fail(proxyError(500, 'internal error')),
  )
  const body = error ? errorBody(error) : reply.json
  response.writeHead(error?.status ?? 200, { 'content-type': 'application/json', ...CORS, ...reply?.headers }).end(body)
}

async function handle(
  request: IncomingMessage,
  sessions: Sessions,
  signal: AbortSignal,
  onPost: NeonEndpointOptions['onPost'],
): Promise<Result<{ json: string; headers: Record<string, string> }, ProxyError>> {
  const [body, unreadable] = await readBody(request)
  const [login, unknown] = parseLogin(request.headers)
  if (unknown) return fail(unknown)
  const [options, invalid] = parseOptions(request.headers)
  if (invalid) return fail(invalid)
  if (unreadable) return fail(unreadable)
  const [payload, malformed] = parsePayload(body, options)
  if (malformed) return fail(malformed)
  onPost?.({ connectionString: login.connectionString, queries: payload.statements.length })

  const [lease, refused] = await sessions.acquire(login)
  if (refused) return fail(refused)
  if (signal.aborted) {
    await lease.release(true)
    return fail(CANCELLED)
  }
  const { result, keep } = await runPayload(lease, payload, options, signal).catch(async (error: unknown) => {
    await lease.release(false)
    throw error
  })
  await lease.release(keep)
  const [json, failure] = result
  return failure ? fail(failure) : ok({ json, headers: payload.batch ? options.echo : {} })
}
