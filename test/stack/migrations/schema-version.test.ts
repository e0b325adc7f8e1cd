// @module-tag slow
import { expect, it, vi } from 'vitest'
import { applyMigrations } from '../../../dev/migrate.ts'
import { readMigrations } from '../../../dev/migrations.ts'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { createApp } from '../../../src/app.ts'
import type { Deps } from '../../../src/deps.ts'
import { NEWEST_MIGRATION } from '../../../src/features/health/service.ts'
import type { LogFields } from '../../../src/log.ts'
import { leaveEmpty, openDatabase } from './open.ts'

vi.setConfig({ testTimeout: 60_000 })

const migrations = await readMigrations()

it('/readyz is 503 until the newest migration that the Worker knows is applied, and stays 200 on a newer schema', async () => {
  const database = await openDatabase(leaveEmpty)
  const endpoint = await startNeonEndpoint({ upstream: database.upstream })
  const readyz = readinessOver(connectionString('parley_app', database, endpoint.port))
  const apply = (known: typeof migrations) => database.asOwner((owner) => applyMigrations(owner, known))
  try {
    const newest = migrations.at(-1)?.tag
    const empty = await readyz()
    expect(empty).toMatchObject({ status: 503, code: 'schema_outdated', cause: { needed: newest, version: null } })

    await apply(migrations.slice(0, -1))
    const older = { needed: newest, version: migrations.at(-2)?.when }
    expect(await readyz()).toMatchObject({ status: 503, code: 'schema_outdated', cause: older })

    await apply(migrations)
    expect(await readyz()).toEqual({ status: 200 })

    const when = NEWEST_MIGRATION.when + 1
    await apply([...migrations, { tag: '9999_newer', when, statements: [], inTransaction: true, hash: 'newer' }])
    expect(await readyz()).toEqual({ status: 200 })
  } finally {
    await endpoint.close()
    await database.close()
  }
})

/** @returns the status of `/readyz`, and the problem's code with its cause in the log */
function readinessOver(url: string) {
  const log: LogFields[] = []
  const deps: Partial<Deps> = {
    database: { connectionString: url, timeoutMs: 20_000 },
    limiters: {},
    corsOrigins: [],
    corsPatterns: [],
    log: (_level, _event, fields) => log.push(fields),
    slowQueryMs: 60_000,
  }
  const app = createApp(deps as Deps)
  return async () => {
    const background: Promise<unknown>[] = []
    const waitUntil = (work: Promise<unknown>) => void background.push(work)
    const context = { waitUntil, passThroughOnException: () => {}, props: {} }
    const { status } = await app.fetch(new Request('https://parley.test/readyz'), {}, context)
    await Promise.all(background)
    const { error: code, cause } = log.pop() ?? {}
    return { status, code, cause }
  }
}

it('The Worker knows the newest migration, and the journal is in the order in which they were made', () => {
  const times = migrations.map(({ when }) => when)
  expect(NEWEST_MIGRATION).toMatchObject({ tag: migrations.at(-1)?.tag, when: times.at(-1) })
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})
