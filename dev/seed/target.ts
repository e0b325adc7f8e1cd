import { join } from 'node:path'
import { Client } from 'pg'
import type { LocalCognito } from '../cognito.ts'
import { startCognito } from '../cognito.ts'
import { connectionOptions, isLoopback } from '../connect.ts'
import { connected, type LocalDatabase, openPglite, openServer, serverLabel } from '../database.ts'
import { startNeonEndpoint } from '../neon/server.ts'
import { findRunning, type RunningStack } from '../running.ts'
import { connectionString } from '../stack.ts'
import { seeingAllUsers } from '../unforced.ts'

/** A development database, reached as the Worker reaches it, and the Cognito whose users it knows. */
export interface SeedTarget {
  label: string
  databaseUrl: string
  systemDatabaseUrl: string
  cognito: LocalCognito & { issuer: string }
  close(): Promise<void>
}

export interface SeedOptions {
  dataDir: string
  /** A server in place of the local data. */
  databaseUrl: string | undefined
  /** Take a database that doesn't look like one for development. */
  force: boolean
}

/** Opens what is to be filled: a running stack's database, the local data, or a server. Rejects where that isn't one. */
export async function openSeedTarget({ dataDir, databaseUrl, force }: SeedOptions): Promise<SeedTarget> {
  const running = await findRunning(dataDir)
  if (running && !databaseUrl) return runningTarget(running)
  if (databaseUrl && !force) {
    const objection = await findObjection(databaseUrl)
    if (objection) throw new Error(refusal(objection))
  }
  const undo: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of undo.splice(0).toReversed()) await step()
  }
  try {
    const database = databaseUrl ? await openServer(databaseUrl) : await openPglite(join(dataDir, 'postgres'))
    undo.push(() => database.close())
    const neon = await startNeonEndpoint({ upstream: database.upstream })
    undo.push(() => neon.close())
    // Two processes on the same users would overwrite each other's.
    const cognito = running
      ? { ...running.cognito, issuer: issuerOf(running.cognito) }
      : await startCognito({ dataDir: join(dataDir, 'cognito') })
    if ('close' in cognito) undo.push(() => cognito.close())
    return { label: database.label, ...urls(database, neon.port), cognito, close }
  } catch (error) {
    await close()
    throw error
  }
}

function runningTarget(running: RunningStack): SeedTarget {
  if (!running.embedded) {
    throw new Error(
      `Parley runs at ${running.url} on a server's database. Give the same DATABASE_URL, so that one can see whose it is.`,
    )
  }
  const database = { name: running.databaseName, passwords: running.databasePasswords ?? {} }
  return {
    label: `the database of ${running.url}`,
    ...urls(database, running.neonPort),
    cognito: { ...running.cognito, issuer: issuerOf(running.cognito) },
    close: () => Promise.resolve(),
  }
}

const issuerOf = ({ port, poolId }: LocalCognito) => `http://127.0.0.1:${port}/${poolId}`

const urls = (database: Pick<LocalDatabase, 'name' | 'passwords'>, port: number) => ({
  databaseUrl: connectionString('parley_app', database, port),
  systemDatabaseUrl: connectionString('parley_system', database, port),
})

const refusal = (objection: string) => `${objection}
A development database is the local one, or one on this machine whose users are all at example.com.
npm run db:seed -- --force fills it all the same.`

/** @returns why the database of `url` isn't one for development, or null */
async function findObjection(url: string): Promise<string | null> {
  const label = serverLabel(new Client(connectionOptions(url)))
  if (!isLoopback(url)) return `Not seeded: ${label} is not on this machine.`
  const strangers = await connected(url, countStrangers)
  if (strangers === 0) return null
  return `Not seeded: ${label} has users (${strangers}) who are not at example.com.`
}

/** Users, deleted ones too, with an address that somebody may read. */
async function countStrangers(owner: Client): Promise<number> {
  const { rows: tables } = await owner.query<{ exists: boolean }>(
    `select to_regclass('public.users') is not null as exists`,
  )
  if (!tables[0]?.exists) return 0
  return seeingAllUsers(owner, async () => {
    const { rows } = await owner.query<{ count: number }>(
      `select count(*)::int as count from public.users where email not ilike '%@example.com'`,
    )
    return rows[0]?.count ?? 0
  })
}
