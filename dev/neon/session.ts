import { Client, type ClientConfig } from 'pg'
import { fail, ok, type Result } from '../../src/result.ts'
import { loginFailure, proxyError, type ProxyError } from './errors.ts'
import type { Login } from './request.ts'

/** The Postgres that the endpoint stands in front of. */
export interface Upstream {
  host: string
  port: number
  /** Plain text where it is missing. */
  ssl?: ClientConfig['ssl']
  /** Serves every request, whatever database its connection string names. */
  database?: string
  /** Used where a connection string has no password. */
  password?: string
  /** PGlite: one session for everybody, with its superuser's `SET SESSION AUTHORIZATION` in place of a login. */
  singleSession?: boolean
}

/** One connection, logged in, for the time of one request. */
export interface Lease {
  client: Client
  /** Asks the server to stop the running statement. Missing where a statement cannot be stopped. */
  cancel?: () => Promise<void>
  /** Ends the lease; `keep: false` throws the session away, settings and open transaction included. */
  release(keep: boolean): Promise<void>
}

/** Where requests get their connections. */
export interface Sessions {
  acquire(login: Login): Promise<Result<Lease, ProxyError>>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10_000

/** Logs in. Values come as the text that the server sent, for every type. */
export async function openClient(upstream: Upstream, login: Login): Promise<Result<Client, ProxyError>> {
  const password = login.password ?? upstream.password
  let passwordMissing = false
  const client = new Client({
    host: upstream.host,
    port: upstream.port,
    user: login.role,
    database: upstream.database ?? login.database,
    // A function, so that PGPASSWORD never stands in for a password that the request did not bring.
    password: () => {
      passwordMissing = password === undefined
      return password ?? ''
    },
    ssl: upstream.ssl ?? false,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: { getTypeParser: () => (value: string) => value },
  })
  // A connection that breaks while nobody queries it must not end the process; its next user gets the failure.
  client.on('error', () => {})
  try {
    await client.connect()
    return ok(client)
  } catch (error) {
    await client.end().catch(() => {})
    if (passwordMissing) return fail(proxyError(400, 'missing authentication credentials: required password'))
    return fail(loginFailure(error, login.role))
  }
}
