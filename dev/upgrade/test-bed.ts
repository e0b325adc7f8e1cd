import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { LocalDatabase } from '../database.ts'
import { freePort } from '../ports.ts'
import { startStack } from '../stack.ts'
import { startWorker } from '../worker.ts'
import type { Findings } from './findings.ts'
import { type LocalProvider, startProvider } from './provider.ts'

/** A database, Cognito and embedding provider that the Workers of several versions share. */
export interface TestBed {
  cognito: Awaited<ReturnType<typeof startStack>>['cognito']
  provider: LocalProvider
  /** Waits until background work has ended: PGlite has one session, and must not be used while a Worker uses it. */
  idle: () => Promise<void>
  /** @param directory the one with the version's `wrangler.toml` */
  startVersion(name: string, directory: string): Promise<{ url: string }>
  close(): Promise<void>
}

const IDLE_MS = 700

export async function openTestBed(database: LocalDatabase, dataDir: string, findings: Findings): Promise<TestBed> {
  let lastPost = Date.now()
  const onPost = () => {
    lastPost = Date.now()
  }
  const stack = await startStack({ database, dataDir, onPost })
  const provider = await startProvider()
  const undo = [() => stack.close(), () => provider.close()]
  const bindings = { ...stack.bindings, ...provider.bindings, RATE_LIMIT: 'off' }
  return {
    cognito: stack.cognito,
    provider,
    async idle() {
      while (Date.now() - lastPost < IDLE_MS) await delay(IDLE_MS - (Date.now() - lastPost) + 1)
    },
    async startVersion(name, directory) {
      const options = { directory, bindings, dataDir: join(dataDir, name), cron: false, onLog: findings.log }
      const worker = await startWorker({ port: await freePort(0, ''), ...options })
      undo.push(() => worker.close())
      return worker
    },
    async close() {
      for (const step of undo.splice(0).toReversed()) await step()
    },
  }
}
