import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { signInLocally } from '../../../dev/cognito.ts'
import { openScratch } from '../../../dev/database.ts'
import { freePort } from '../../../dev/ports.ts'
import { startStack } from '../../../dev/stack.ts'
import { startWorker } from '../../../dev/worker.ts'
import type {} from '../../provided.ts'
import { openMigrated } from '../../setup/copies.ts'

/** What readers of the guides have: `npm run dev`, limits and quotas included. */
export interface GuideStack {
  url: string
  newToken(email: string): Promise<string>
  /** A command of a shell that prints one. */
  tokenCommand(email: string): string
  close(): Promise<void>
}

/** @param settings beside those of `npm run dev` */
export async function startGuideStack(settings: Record<string, string>): Promise<GuideStack> {
  const { DATABASE_URL } = process.env
  const cleanup = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-guides-'))
  cleanup.defer(() => rm(dataDir, { recursive: true, force: true }))
  const database = await (DATABASE_URL ? openScratch(DATABASE_URL) : openMigrated(inject('templates')))
  cleanup.defer(() => database.close())
  const stack = await startStack({ database, dataDir })
  cleanup.defer(() => stack.close())
  const bindings = { ...stack.bindings, ...settings }
  const worker = await startWorker({ port: await freePort(0, 'PORT'), bindings, dataDir, cron: false })
  cleanup.defer(() => worker.close())
  const newToken = async (email: string) => (await signInLocally(stack.cognito, email)).accessToken
  const tokens = createServer((request, response) => {
    void newToken((request.url ?? '').slice(1)).then((token) => response.end(token))
  })
  await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve))
  cleanup.defer(() => void tokens.close())
  const { port } = tokens.address() as AddressInfo
  return {
    url: worker.url,
    newToken,
    tokenCommand: (email) => `curl -s http://127.0.0.1:${port}/${email}`,
    close: () => cleanup.disposeAsync(),
  }
}
