import type { AddressInfo } from 'node:net'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import { createOriginsApp } from './app.ts'

/** What the parent process sends. */
export interface ServerOptions {
  databaseUrl: string
  issuer: string
  clientIds: string[]
}

const POOL_SIZE = 10

async function serve({ databaseUrl: connectionString, ...options }: ServerOptions): Promise<void> {
  const pool = new Pool({ connectionString, max: POOL_SIZE, idleTimeoutMillis: 0, options: '-c timezone=UTC' })
  const clients = await Promise.all(Array.from({ length: POOL_SIZE }, () => pool.connect()))
  for (const client of clients) client.release()
  const server = createOriginsApp(drizzle(pool), options).listen(0, '127.0.0.1', () => {
    process.send?.((server.address() as AddressInfo).port)
  })
}

// In a process of its own, as a server is: opens its pool, listens, and tells its parent the port.
process.on('message', (options: ServerOptions) => void serve(options))
process.on('disconnect', () => process.exit())
