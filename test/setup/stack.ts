import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openPglite, openScratch } from '../../dev/database.ts'
import { startStack } from '../../dev/stack.ts'
import type {} from '../provided.ts'

/** One stack for all tests of a run: on the embedded Postgres, or on a database of its own at `DATABASE_URL`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = process.env.DATABASE_URL
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'))
  const database = server ? await openScratch(server) : await openPglite()
  const counter = await startPostCounter()
  const stack = await startStack({ database, dataDir, onPost: counter.count })
  const { port, clientId, poolId } = stack.cognito
  project.provide('bindings', stack.bindings)
  project.provide('cognito', { port, clientId, poolId })
  project.provide('postCounter', counter.url)
  return async () => {
    await Promise.all([stack.close(), counter.close()])
    await database.close()
    await rm(dataDir, { recursive: true })
  }
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
