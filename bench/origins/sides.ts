import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LocalDatabase } from '../../dev/database.ts'
import { type Stack, startStack } from '../../dev/stack.ts'
import { bundleParley } from '../bundle.ts'
import { nextMessage } from '../child.ts'
import { onPort } from '../files.ts'
import { startLatencyProxy } from '../latency-proxy.ts'
import { startWorker } from '../workerd.ts'
import type { ServerOptions } from './server.ts'

/** One of the two designs, running. */
export interface Side {
  url: string
  /** Added to each round trip to the database, in milliseconds. */
  setDelay(milliseconds: number): void
  /** Round trips to the database that requests have made so far. */
  roundTrips(): number
  close(): Promise<void>
}

/**
 * Parley's deployed bundle on workerd. Between it and the Neon endpoint lies the latency; between the endpoint and
 * Postgres lies none, as Neon's proxy stands next to the database.
 */
export async function startParley(database: LocalDatabase, directory: string): Promise<Side & { stack: Stack }> {
  let posts = 0
  const stack = await startStack({
    database,
    dataDir: directory,
    // What the Worker does after its answers, as another role, is no part of a request.
    onPost: ({ connectionString }) => {
      if (new URL(connectionString).username === 'parley_app') posts += 1
    },
  })
  const proxy = await startLatencyProxy({ host: '127.0.0.1', port: stack.neonPort })
  const { DATABASE_URL, DATABASE_URL_SYSTEM, ...others } = stack.bindings
  const { script } = await bundleParley()
  const worker = await startWorker(script, {
    ...others,
    DATABASE_URL: onPort(DATABASE_URL, proxy.port),
    DATABASE_URL_SYSTEM: onPort(DATABASE_URL_SYSTEM, proxy.port),
  })
  return {
    stack,
    url: worker.url,
    setDelay: (milliseconds) => void (proxy.delayMs = milliseconds),
    roundTrips: () => posts,
    async close() {
      await worker.stop()
      await proxy.close()
      await stack.close()
    },
  }
}

/**
 * The origins' Express server, its pool filled, with the latency between it and Postgres.
 *
 * @param databaseUrl of a superuser: this design has no row-level security
 */
export async function startExpress(databaseUrl: string, stack: Stack): Promise<Side> {
  const url = new URL(databaseUrl)
  const proxy = await startLatencyProxy({ host: url.hostname, port: Number(url.port || 5432) })
  const server = fork(fileURLToPath(new URL('server.ts', import.meta.url)))
  const { issuer, clientId } = stack.cognito
  server.send({ databaseUrl: onPort(databaseUrl, proxy.port), issuer, clientIds: [clientId] } satisfies ServerOptions)
  const port = await nextMessage<number>(server)
  return {
    url: `http://127.0.0.1:${port}`,
    setDelay: (milliseconds) => void (proxy.delayMs = milliseconds),
    roundTrips: () => proxy.roundTrips,
    async close() {
      server.disconnect()
      await once(server, 'exit')
      await proxy.close()
    },
  }
}
