import { randomBytes } from 'node:crypto'
import { neon, neonConfig } from '@neondatabase/serverless'
import { Client, escapeIdentifier, type QueryArrayConfig } from 'pg'
import { startNeonEndpoint, type NeonEndpoint } from '../../../dev/neon/server.ts'
import type { Upstream } from '../../../dev/neon/session.ts'
import { inject } from 'vitest'
import type {} from '../../provided.ts'
import { startBare } from '../../setup/copies.ts'
import { schema } from './schema.ts'

/** Values as the server sends them, or as each side's own parsers read them. */
export type Reading = 'text' | 'parsed'

/** What a statement came to, in the terms that both sides share. */
export type Outcome = Record<string, unknown>

/** One database, reached through the endpoint and past it. */
export interface Stack {
  singleSession: boolean
  database: string
  owner: string
  /** May log in, owns nothing, and is subject to row-level security. */
  app: string
  endpoint: NeonEndpoint
  upstream: Upstream
  connectionString(role: string): string
  /** Through the Neon driver and the endpoint. */
  overHttp(role: string, query: string, params?: unknown[], reading?: Reading): Promise<Outcome>
  /** Through node-postgres. */
  overSocket(role: string, query: string, params?: unknown[], reading?: Reading): Promise<Outcome>
  close(): Promise<void>
}

neonConfig.fetchEndpoint = (host, port) => `http://${host}:${port}/sql`
neonConfig.disableWarningInBrowsers = true

const rawText = { getTypeParser: () => (value: string) => value }
const randomName = (prefix: string) => `${prefix}_${randomBytes(6).toString('hex')}`

const { DATABASE_URL } = process.env
/** The database that the suite runs on: the server of DATABASE_URL when there is one, or PGlite. */
export const databases: [name: string, start: () => Promise<Stack>][] = [
  DATABASE_URL ? ['a server', () => startOnServer(new URL(DATABASE_URL))] : ['PGlite', startOnPglite],
]

async function startOnPglite(): Promise<Stack> {
  const pglite = await startBare(inject('templates'))
  const upstream = { host: pglite.host, port: pglite.port, singleSession: true }
  return startStack({ upstream, database: 'postgres', owner: 'postgres', password: '', cleanUp: () => pglite.close() })
}

async function startOnServer(url: URL): Promise<Stack> {
  const owner = decodeURIComponent(url.username)
  const password = decodeURIComponent(url.password)
  const upstream = { host: url.hostname, port: Number(url.port || 5432) }
  const database = randomName('neon_fidelity')
  const admin = new Client({ connectionString: url.href })
  await admin.connect()
  await admin.query(`create database ${database}`)
  const cleanUp = async (app: string) => {
    await admin.query(`drop database ${database} with (force)`)
    await admin.query(`drop role if exists ${escapeIdentifier(app)}`)
    await admin.end()
  }
  return startStack({ upstream, database, owner, password, cleanUp })
}

async function startStack(place: {
  upstream: Upstream
  database: string
  owner: string
  password: string
  cleanUp: (app: string) => Promise<void>
}): Promise<Stack> {
  const { upstream, database, owner } = place
  const singleSession = upstream.singleSession ?? false
  const app = randomName('app')
  const endpoint = await startNeonEndpoint({ upstream })
  const clients = new Map<string, Promise<Client>>()

  const passwordOf = (role: string) => (role === owner ? place.password : 'secret')
  const connectionString = (role: string) =>
    `postgres://${role}:${passwordOf(role)}@${endpoint.host}:${endpoint.port}/${database}`
  const overHttp: Stack['overHttp'] = async (role, query, params = [], reading = 'text') => {
    const sql = neon(connectionString(role), { arrayMode: true, fullResults: true })
    const result = await sql.query(query, params, reading === 'text' ? { types: rawText } : {}).catch(toError)
    return describeOutcome(result)
  }
  const openClient = async (role: string) => {
    const { host, port } = upstream
    const client = new Client({ host, port, database, user: role, password: passwordOf(role) })
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const overSocket: Stack['overSocket'] = async (role, query, params = [], reading = 'text') => {
    // PGlite has one session for all sockets: a request of that role puts it under that role.
    if (singleSession) await overHttp(role, 'select 1')
    const key = singleSession ? owner : role
    const opening = clients.get(key) ?? openClient(key)
    clients.set(key, opening)
    const config: QueryArrayConfig & { queryMode: 'extended' } = {
      text: query,
      values: params,
      rowMode: 'array',
      queryMode: 'extended',
      ...(reading === 'text' ? { types: rawText } : {}),
    }
    const client = await opening
    return describeOutcome(await client.query(config).catch(toError))
  }

  const stack: Stack = {
    singleSession,
    database,
    owner,
    app,
    endpoint,
    upstream,
    connectionString,
    overHttp,
    overSocket,
    close: async () => {
      for (const opening of clients.values()) await opening.then((client) => client.end())
      await endpoint.close()
      await place.cleanUp(app)
    },
  }
  await execute(stack, schema(app))
  return stack
}

/** The endpoint's answer to a request made by hand. `headers` replace the usual ones; undefined leaves one out. */
export async function post(
  stack: Pick<Stack, 'endpoint' | 'connectionString' | 'owner'>,
  body: unknown,
  headers: Record<string, string | undefined> = {},
): Promise<{ status: number; headers: Headers; json: unknown }> {
  const sent = new Headers()
  const all = { 'neon-connection-string': stack.connectionString(stack.owner), ...headers }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) sent.set(name, value)
  const response = await fetch(`http://${stack.endpoint.host}:${stack.endpoint.port}/sql`, {
    method: 'POST',
    headers: sent,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, json: await response.json() }
}

/** The body of a failure that did not come from a database. */
export const proxyFailure = (message: string): Outcome => ({
  message,
  code: '',
  severity: '',
  ...Object.fromEntries(
    ['detail', 'hint', 'position', 'internalPosition', 'internalQuery', ...ERROR_PLACE].map((name) => [name, null]),
  ),
})

/** Runs statements as the owner. @throws when one fails */
export async function execute(stack: Stack, statements: string[]): Promise<void> {
  for (const statement of statements) {
    const outcome = await stack.overHttp(stack.owner, statement)
    if ('message' in outcome) throw new Error(`${String(outcome['message'])} in ${statement}`)
  }
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))

const RESULT = ['command', 'rowCount', 'rowAsArray', 'rows'] as const
const FIELD = ['name', 'dataTypeID', 'tableID', 'columnID', 'dataTypeSize', 'dataTypeModifier', 'format'] as const
const ERROR = [
  'message',
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
] as const
const ERROR_PLACE = ['where', 'schema', 'table', 'column', 'dataType', 'constraint', 'file', 'line', 'routine'] as const

function describeOutcome(result: object): Outcome {
  if (result instanceof Error) return pick(result, [...ERROR, ...ERROR_PLACE])
  const fields = 'fields' in result && Array.isArray(result.fields) ? result.fields : []
  const { command, ...rest } = pick(result, RESULT)
  // An empty query has no command tag: '' here, null there.
  return { ...rest, command: command ?? '', fields: fields.map((field: object) => pick(field, FIELD)) }
}

const pick = (from: object, names: readonly string[]): Outcome =>
  Object.fromEntries(names.map((name) => [name, Reflect.get(from, name)]))
