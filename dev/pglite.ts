import { mkdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite/vector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const HOST = '127.0.0.1'

/** A running embedded Postgres. There is one session, the superuser's, however many sockets are open. */
export interface RunningPglite {
  host: string
  port: number
  /** Closes the sockets, then the database; the data directory can be opened again afterwards. */
  close(): Promise<void>
}

/**
 * Starts PGlite (Postgres 17 with pgvector in WebAssembly) behind the wire protocol, on a free loopback port.
 *
 * All sockets share ONE session: role, settings and the unnamed statement are common to them. Sockets that take turns
 * are fine; queries of two sockets at the same moment are not. Its superuser and its database are both `postgres`.
 *
 * @param options.dataDir a directory to keep the data in, made when missing; without it the data is in memory
 */
export async function startPglite(options: { dataDir?: string } = {}): Promise<RunningPglite> {
  if (options.dataDir !== undefined) await mkdir(options.dataDir, { recursive: true })
  const db = await PGlite.create({
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    extensions: { vector },
  })
  // More than one, so that a migration or a test can look in between the endpoint's requests.
  const server = new PGLiteSocketServer({ db, host: HOST, port: 0, maxConnections: 8 })
  try {
    await server.start()
  } catch (error) {
    await db.close()
    throw error
  }
  const port = Number(server.getServerConn().split(':').at(-1))

  let closing: Promise<void> | undefined
  const shutDown = async () => {
    await server.stop()
    await db.close()
  }
  return { host: HOST, port, close: () => (closing ??= shutDown()) }
}
