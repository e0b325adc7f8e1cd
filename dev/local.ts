import { join } from 'node:path'
import type { ClientSettings } from './client-env.ts'
import { type LocalDatabase, openPglite, openServer } from './database.ts'
import { describeMigration } from './migrate.ts'
import { freePort } from './ports.ts'
import { findRunning, forgetRunning, recordRunning } from './running.ts'
import { readSettings, type SettingSources } from './settings.ts'
import { type Stack, startStack } from './stack.ts'
import { type RunningWorker, startWorker } from './worker.ts'

/** The whole of Parley on this machine. */
export interface LocalParley {
  database: LocalDatabase
  stack: Stack
  worker: RunningWorker
  /** Whether the Worker trusts another issuer than `stack.cognito`. */
  ownIssuer: boolean
  /** What a client of this stack has to know. */
  client: ClientSettings
  close(): Promise<void>
}

export interface LocalOptions {
  dataDir: string
  /** 0 takes any free one. */
  ports: { worker: number; neon: number; cognito: number }
  /** A real server in place of PGlite. */
  databaseUrl?: string | undefined
  /** Where the Worker's own settings come from; by default it has none, so that it is the same on each machine. */
  settings?: SettingSources
  /** Bindings for whom the settings say nothing else. */
  defaults?: Readonly<Record<string, string>>
  /** Told of each part once it runs. */
  onStarted?: (part: string, what: string) => void
  onLog?: (line: string) => void
}

/** Starts database, Neon endpoint, Cognito and Worker, in this order; what has started is stopped when a later one fails. */
export async function startLocal(options: LocalOptions): Promise<LocalParley> {
  const { dataDir, databaseUrl, onStarted = () => {}, onLog } = options
  const running = await findRunning(dataDir)
  if (running) throw new Error(`Parley runs on this data already: ${running.url} (process ${running.pid}).`)
  const { bindings: own, ownIssuer, notes } = await readSettings(options.settings ?? {})
  const ports = {
    worker: await freePort(options.ports.worker, 'PORT'),
    neon: await freePort(options.ports.neon, 'NEON_PORT'),
    cognito: await freePort(options.ports.cognito, 'COGNITO_PORT'),
  }

  for (const note of notes) onStarted('settings', note)

  const undo: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of undo.splice(0).toReversed()) await step()
  }
  try {
    const database = databaseUrl ? await openServer(databaseUrl) : await openPglite(join(dataDir, 'postgres'))
    undo.push(() => database.close())
    onStarted('database', `${database.label}, ${describeMigration(database.applied)}`)

    const stack = await startStack({ database, dataDir, neonPort: ports.neon, cognitoPort: ports.cognito })
    undo.push(() => stack.close())
    onStarted('neon', `postgres://parley_app@127.0.0.1:${ports.neon}/${database.name}, over HTTP as Neon speaks it`)
    const whose = ownIssuer ? '; the Worker trusts the issuer of COGNITO_ISSUER instead' : ''
    onStarted('cognito', `${stack.cognito.issuer}, app client ${stack.cognito.clientId}${whose}`)

    const bindings = {
      ...stack.bindings,
      ...options.defaults,
      ...(ownIssuer && { DEVELOPMENT_COOKIES: 'off' }),
      ...own,
    }
    const worker = await startWorker({ port: ports.worker, bindings, dataDir, ...(onLog && { onLog }) })
    undo.push(() => worker.close())
    onStarted('worker', worker.url)

    const { port, poolId, clientId } = stack.cognito
    undo.push(() => forgetRunning(dataDir))
    await recordRunning(dataDir, {
      pid: process.pid,
      url: worker.url,
      embedded: databaseUrl === undefined || databaseUrl === '',
      neonPort: ports.neon,
      databaseName: database.name,
      databasePasswords: database.passwords,
      cognito: { port, poolId, clientId },
    })
    const client = {
      apiUrl: worker.url,
      issuer: bindings.COGNITO_ISSUER,
      clientId: bindings.COGNITO_CLIENT_IDS.split(',')[0]?.trim() ?? '',
    }
    return { database, stack, worker, ownIssuer, client, close }
  } catch (error) {
    await close()
    throw error
  }
}
