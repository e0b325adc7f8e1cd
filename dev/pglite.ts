import { mkdir } from 'node:fs/promises'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { vector } from '@electric-sql/pglite/vector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { lockDirectory } from './lock.ts'

const HOST = '127.0.0.1'
const EXTENSIONS = { vector, btree_gin }

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
 * @param options.dataDir a directory to keep the data in, made when missing; without it the data is in memory. Rejects
 *   when another process has it open: PGlite would let both write, and spoil it.
 */
export async function startPglite(options: { dataDir?: string } = {}): Promise<RunningPglite> {
  const { dataDir } = options
  if (dataDir === undefined) return serve(await create({ extensions: EXTENSIONS }))
  await mkdir(dataDir, { recursive: true })
  const unlock = await lockDirectory(dataDir)
  try {
    return await serve(await create({ dataDir, extensions: EXTENSIONS }), unlock)
  } catch (error) {
    await unlock()
    throw error
  }
}

const create = (options: PGliteOptions) => keepingExitCode(() => PGlite.create(options))

/** PGlite sets the process' exit code as if it were the whole of it: a test run that failed would end with 0. */
async function keepingExitCode<T>(work: () => Promise<T>): Promise<T> {
  const { exitCode } = process
  try {
    return await work()
  } finally {
    process.exitCode = exitCode
  }
}

async function serve(db: PGlite, unlock = async () => {}): Promise<RunningPglite> {
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
    await keepingExitCode(() => db.close())
    await unlock()
  }
  return { host: HOST, port, close: () => (closing ??= shutDown()) }
}
