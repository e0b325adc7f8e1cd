import { Client, type ClientConfig } from 'pg'
import { describeConnectFailure } from './failure.ts'

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\]|\/.*)$/
/** `pg` verifies the certificate in all of these, and prints a warning of eleven lines for those that are not `verify-full`. */
const SAME_AS_VERIFY_FULL: ReadonlySet<string | null> = new Set(['prefer', 'require', 'verify-ca'])
/** A host that suspends its computers, as Neon does, takes some seconds to answer. */
const CONNECT_TIMEOUT_MS = 30_000

/** The host that a connection string names, as `pg` reads it: a name, an address, or the directory of a socket. */
export function hostOf(url: string): string {
  const { hostname, searchParams } = parse(url)
  return searchParams.get('host') ?? (decodeURIComponent(hostname) || process.env.PGHOST || 'localhost')
}

/** Whether a connection stays on this machine. */
export const isLoopback = (url: string): boolean => LOOPBACK.test(hostOf(url))

/**
 * The connection string with TLS, unless it names this machine or says itself what it wants (`sslmode`, `PGSSLMODE`). `pg` speaks
 * plain text by default, and hosted servers refuse that.
 */
export function secureUrl(url: string): string {
  const secure = parse(url)
  const mode = secure.searchParams.get('sslmode')
  const isSaid = mode !== null || secure.searchParams.has('ssl') || Boolean(process.env.PGSSLMODE)
  const isAlias = SAME_AS_VERIFY_FULL.has(mode) && !secure.searchParams.has('uselibpqcompat')
  if (!isAlias && (isSaid || isLoopback(url))) return url
  secure.searchParams.set('sslmode', 'verify-full')
  return secure.href
}

export const connectionOptions = (url: string): ClientConfig => ({
  connectionString: secureUrl(url),
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
})

/** What one may print of a server: `db.example.com:5432/parley`. */
export const serverLabel = ({ host, port, database }: Client): string => `${host}:${port}/${database}`

/** Neon's pooler is PgBouncer in transaction mode: the lock of a migration would hold nothing there. */
export function refusePooler(url: string): void {
  const host = hostOf(url)
  const direct = host.replace(/^([^.]+)-pooler\./i, '$1.')
  if (direct !== host) throw new Error(`${host} is a pooler. Migrate through the direct host, ${direct}.`)
}

/** Runs `work` on a connection of its own. Rejects with one line that says why there is none, without the password. */
export async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(connectionOptions(url))
  // A lost connection fails the query that runs. Without a listener it would also end the process, with a stack.
  client.on('error', () => {})
  await client.connect().catch((error: unknown) => {
    throw new Error(describeConnectFailure(error, client), { cause: error })
  })
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function parse(url: string): URL {
  if (/^postgres(ql)?:/.test(url) && URL.canParse(url)) return new URL(url)
  throw new Error(
    'The database URL cannot be read: expected postgres://user:password@host/database, with special characters of the password ' +
      'percent-encoded (/ is %2F). It is not repeated here, since it may hold a password.',
  )
}
