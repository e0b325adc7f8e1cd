import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { fail, ok, type Result } from '../../src/result.ts'
import { paramToText, type Json } from './encode.ts'
import { proxyError, type ProxyError } from './errors.ts'

/** The proxy's cap on a request and on a response, in bytes. */
export const MAX_BYTES = 10 * 1024 * 1024

/** Who asks, and for which database. */
export interface Login {
  role: string
  database: string
  password: string | undefined
}

export interface Statement {
  text: string
  params: (string | null)[]
  arrayMode: boolean
}

/** `batch` runs in one transaction and answers `{ results }`. */
export interface Payload {
  batch: boolean
  statements: Statement[]
}

/** What the `Neon-*` headers ask for. `transaction` holds the modes of a batch, as they go after START TRANSACTION. */
export interface RequestOptions {
  rawText: boolean
  arrayMode: boolean
  transaction: string
  echo: Record<string, string>
}

const CONNECTION_STRING = 'neon-connection-string'
const ISOLATION_LEVELS = new Map([
  ['ReadUncommitted', 'READ UNCOMMITTED'],
  ['ReadCommitted', 'READ COMMITTED'],
  ['RepeatableRead', 'REPEATABLE READ'],
  ['Serializable', 'SERIALIZABLE'],
])
const refuse = (message: string) => fail(proxyError(400, message))
const unreadable = (reason: string) => refuse(`could not parse the HTTP request body: ${reason}`)

/**
 * Reads role, database and password from the connection string. Two things differ from the real proxy on purpose: the
 * host may be an address, and the password may be missing, as it is on a local server with trust authentication.
 */
export function parseLogin(headers: IncomingHttpHeaders): Result<Login & { connectionString: string }, ProxyError> {
  const connectionString = headers[CONNECTION_STRING]
  if (typeof connectionString !== 'string') return refuse(`invalid header: ${CONNECTION_STRING}`)
  const url = URL.parse(connectionString)
  if (!url) return refuse('invalid connection string: relative URL without a base')
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') return refuse('incorrect scheme')
  if (!url.pathname.startsWith('/')) return refuse('missing database name')
  try {
    const role = decodeURIComponent(url.username)
    if (role === '') return refuse('missing username')
    const database = decodeURIComponent(url.pathname.split('/')[1] ?? '') || role
    return ok({ role, database, password: decodeURIComponent(url.password) || undefined, connectionString })
  } catch {
    return refuse('invalid username: invalid utf-8 sequence')
  }
}

/** Reads the headers that shape output and transaction; anything but `true` is false. */
export function parseOptions(headers: IncomingHttpHeaders): Result<RequestOptions, ProxyError> {
  const level = headers['neon-batch-isolation-level']
  const isolation = typeof level === 'string' ? ISOLATION_LEVELS.get(level) : undefined
  if (level !== undefined && isolation === undefined) return refuse('invalid isolation level')

  const modes: string[] = []
  const echo: Record<string, string> = {}
  if (typeof level === 'string') {
    modes.push(`ISOLATION LEVEL ${isolation}`)
    echo['neon-batch-isolation-level'] = level
  }
  if (headers['neon-batch-read-only'] === 'true') {
    modes.push('READ ONLY')
    echo['neon-batch-read-only'] = 'true'
  }
  if (headers['neon-batch-deferrable'] === 'true') {
    modes.push('DEFERRABLE')
    echo['neon-batch-deferrable'] = 'true'
  }
  return ok({
    rawText: headers['neon-raw-text-output'] === 'true',
    arrayMode: headers['neon-array-mode'] === 'true',
    transaction: modes.join(', '),
    echo,
  })
}

/** Reads a body of at most 10 MiB. What comes after that is read and dropped, so that the client gets its 413. */
export async function readBody(request: IncomingMessage): Promise<Result<Buffer, ProxyError>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= MAX_BYTES) chunks.push(chunk)
  }
  if (bytes > MAX_BYTES) return fail(proxyError(413, `request is too large (max is ${MAX_BYTES} bytes)`))
  return ok(Buffer.concat(chunks))
}

/** Reads `{ query, params, arrayMode }` or `{ queries: […] }`. */
export function parsePayload(body: Buffer, options: RequestOptions): Result<Payload, ProxyError> {
  let json: Json
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : 'invalid JSON')
  }
  const single = toStatement(json, options)
  const many = single === undefined && isObject(json) && Array.isArray(json['queries']) ? json['queries'] : undefined
  const statements = single ? [single] : many?.map((query) => toStatement(query, options))
  if (!statements?.every((statement) => statement !== undefined)) {
    return unreadable('data did not match any variant of untagged enum Payload')
  }
  const texts = statements.flatMap((statement) => [statement.text, ...statement.params])
  if (!texts.every((text) => text === null || text.isWellFormed())) {
    return unreadable('lone leading surrogate in hex escape')
  }
  return ok({ batch: single === undefined, statements })
}

function toStatement(json: Json, options: RequestOptions): Statement | undefined {
  if (!isObject(json)) return undefined
  const { query, params = [], arrayMode = null } = json
  if (typeof query !== 'string' || !Array.isArray(params)) return undefined
  if (arrayMode !== null && typeof arrayMode !== 'boolean') return undefined
  return { text: query, params: params.map(paramToText), arrayMode: arrayMode ?? options.arrayMode }
}

const isObject = (json: Json | undefined): json is { [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json)
