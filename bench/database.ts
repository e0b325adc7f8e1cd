import { Client, type ClientConfig } from 'pg'
import { type LocalDatabase, openPglite, openScratch } from '../dev/database.ts'

/** A migrated database of the benchmark's own. Disposing of it ends the connections, then drops it. */
export interface BenchDatabase extends AsyncDisposable {
  local: LocalDatabase
  /** Of a superuser, who passes row-level security. */
  url: string
  /** How the Worker's requests log in. */
  appLogin: ClientConfig
  /** Opens a connection that lasts as long as the database. The embedded Postgres has only one session: use `connected`. */
  connect(options: ClientConfig): Promise<Client>
}

/** Queries are sent without waiting for one another, and values stay text: what a client adds would hide what the server takes. */
export const PIPELINED: ClientConfig = { pipeline: true, types: { getTypeParser: () => (value: string) => value } }

/** @param serverUrl of a superuser; undefined opens an embedded Postgres in memory */
export async function openBenchDatabase(serverUrl: string | undefined): Promise<BenchDatabase> {
  await using opening = new AsyncDisposableStack()
  const local = serverUrl === undefined ? await openPglite() : await openScratch(serverUrl)
  opening.defer(() => local.close())
  const { host, port } = local.upstream
  const url = new URL(serverUrl ?? `postgres://postgres@${host}:${port}`)
  url.pathname = `/${local.name}`
  const cleanup = opening.move()
  return {
    local,
    url: url.href,
    appLogin: { host, port, database: local.name, user: 'parley_app', password: local.passwords.parley_app ?? '' },
    async connect(options) {
      const client = new Client(options)
      await client.connect()
      cleanup.defer(() => client.end())
      return client
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
