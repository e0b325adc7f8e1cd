import { join } from 'node:path'
import { signInLocally } from '../../dev/cognito.ts'
import { freePort } from '../../dev/ports.ts'
import { startStack } from '../../dev/stack.ts'
import { startWorker } from '../../dev/worker.ts'
import { openBenchDatabase } from '../database.ts'
import { inTemporaryDirectory } from '../files.ts'
import { chosenProvider, type Model, type Provider, startDeadProvider, startModel } from './embedding.ts'
import type { Account } from './store.ts'

/** Parley with two Workers on one database. */
export interface RetrievalBed {
  /** A new user of the Worker whose provider answers. */
  newAccount: () => Promise<Account>
  /** Of the other Worker, whose provider is always down. */
  downUrl: string
  /** What the database is. */
  label: string
}

/**
 * Runs `work` with a stack of its own.
 *
 * @param serverUrl of a Postgres; undefined embeds one
 * @param model what texts are embedded with; undefined leaves it to the `EMBEDDING_…` variables
 */
export async function withRetrievalBed(
  { serverUrl, model }: { serverUrl: string | undefined; model: Model | undefined },
  work: (bed: RetrievalBed) => Promise<void>,
): Promise<void> {
  await inTemporaryDirectory(async (dataDir) => {
    await using cleanup = new AsyncDisposableStack()
    const database = cleanup.use(await openBenchDatabase(serverUrl))
    const stack = await startStack({ database: database.local, dataDir })
    cleanup.defer(() => stack.close())
    const startWith = async (name: string, provider: Provider): Promise<string> => {
      const { bindings } = cleanup.use(provider)
      const worker = await startWorker({
        port: await freePort(0, ''),
        bindings: { ...stack.bindings, ...bindings, RATE_LIMIT: 'off', QUOTAS: 'off' },
        dataDir: join(dataDir, name),
        cron: false,
      })
      cleanup.defer(() => worker.close())
      return worker.url
    }
    const url = await startWith('worker', model === undefined ? chosenProvider() : await startModel(model))
    const downUrl = await startWith('down', await startDeadProvider())
    let users = 0
    await work({
      async newAccount() {
        users += 1
        const { accessToken: token } = await signInLocally(stack.cognito, `bench-${users}@example.com`)
        return { url, token }
      },
      downUrl,
      label: database.local.label,
    })
  })
}
