import { Client, type ClientConfig } from 'pg'

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/

/**
 * How to reach the server of `url`: by TLS unless it is this machine. `pg` itself speaks plain text where the URL has no
 * `sslmode`, and hosted servers refuse that.
 */
export function connectionOptions(url: string): ClientConfig {
  const { hostname, searchParams } = new URL(url)
  const isSaid = searchParams.has('sslmode') || searchParams.has('ssl')
  return { connectionString: url, ...(isSaid || isLocal(hostname) ? {} : { ssl: true }) }
}

const isLocal = (hostname: string) => hostname === '' || LOOPBACK.test(hostname)

/** Neon's pooler is PgBouncer in transaction mode: there the lock of a migration would hold nothing. */
export function refusePooler(url: string): void {
  const { hostname } = new URL(url)
  const direct = hostname.replace(/^([^.]+)-pooler\./, '$1.')
  if (direct !== hostname) throw new Error(`${hostname} is a pooler: migrate through the direct host, ${direct}.`)
}

/** Runs `work` on a connection of its own. */
export async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(connectionOptions(url))
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
