import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type LocalDatabase, openScratch } from '../../dev/database.ts'
import { startNeonEndpoint } from '../../dev/neon/server.ts'
import { startStack } from '../../dev/stack.ts'
import type {} from '../provided.ts'
import { openMigrated } from './copies.ts'
import { startFaults } from './faults.ts'

/** One stack for all tests of a run: on the embedded Postgres, or on databases of its own at `DATABASE_URL`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = process.env.DATABASE_URL
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'))
  const openDatabase = () => (server ? openScratch(server) : openMigrated(project.getProvidedContext().templates))
  const database = await openDatabase()
  const apart = await openDatabase()
  const queue = await openDatabase()
  const counter = await startPostCounter()
  const stack = await startStack({ database, dataDir, onPost: counter.count })
  const endpoints = await Promise.all(
    [apart, queue].map(({ upstream }) => startNeonEndpoint({ upstream, onPost: counter.count })),
  )
  const faults = await startFaults({ ...stack, count: counter.count })

  const at = ({ name }: LocalDatabase, port = 0) => {
    const to = (connectionString: string) => {
      const url = new URL(connectionString)
      url.port = String(port)
      url.pathname = `/${name}`
      return url.href
    }
    return {
      DATABASE_URL: to(stack.bindings.DATABASE_URL),
      DATABASE_URL_SYSTEM: to(stack.bindings.DATABASE_URL_SYSTEM),
    }
  }
  const { port, clientId, poolId } = stack.cognito
  project.provide('bindings', stack.bindings)
  project.provide('apart', at(apart, endpoints[0]?.port))
  project.provide('queue', at(queue, endpoints[1]?.port))
  project.provide('cognito', { port, clientId, poolId })
  project.provide('postCounter', counter.url)
  project.provide('faults', faults.url)
  project.provide('superuser', asSuperuser(stack.bindings.DATABASE_URL, server))
  project.provide('embedded', !server)
  return async () => {
    await faults.close()
    await Promise.all([stack.close(), ...endpoints.map((endpoint) => endpoint.close()), counter.close()])
    await Promise.all([database, apart, queue].map((each) => each.close()))
    await rm(dataDir, { recursive: true })
  }
}

/** The same database as the role that owns the cluster: no right is missing there, and no row hidden. */
function asSuperuser(connectionString: string, server: string | undefined): string {
  const url = new URL(connectionString)
  const { username, password } = new URL(server ?? 'postgres://postgres@embedded')
  Object.assign(url, { username, password })
  return url.href
}

/** Counts what reaches the database, by the `application_name` that a test put into its connection string. */
async function startPostCounter() {
  const counts = new Map<string, number>()
  const server = createServer((request, response) => {
    response.end(String(counts.get(request.url?.slice(1) ?? '') ?? 0))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    count: ({ connectionString }: { connectionString: string }) => {
      const name = new URL(connectionString).searchParams.get('application_name') ?? ''
      counts.set(name, (counts.get(name) ?? 0) + 1)
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
