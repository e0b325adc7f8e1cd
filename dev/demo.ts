import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signInLocally } from './cognito.ts'
import { runCommand } from './command.ts'
import { type Call, connectAs } from './demo/client.ts'
import { consult, fillShelf } from './demo/documents.ts'
import { ask, forget, storeVector } from './demo/find.ts'
import { badRequest, preconditions, stranger } from './demo/guard.ts'
import { fillLibrary, list, signIn, talk } from './demo/remember.ts'
import { say, step } from './demo/report.ts'
import { roundTrips } from './demo/round-trips.ts'
import { type LocalParley, startLocal } from './local.ts'

/** `npm run demo`: the whole tour against a stack of its own, which is gone afterwards. */
async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-demo-'))
  const log: string[] = []
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Error('Interrupted.')))
    }
  })
  step('A stack of its own')
  const starting = startLocal({
    dataDir,
    ports: { worker: 0, neon: 0, cognito: 0 },
    onStarted: (part, what) => say(`${part.padEnd(9)} ${what}`),
    onLog: (line) => log.push(line),
  })
  try {
    await Promise.race([starting.then((parley) => tour(parley, log)), interrupted])
  } finally {
    await starting.then(
      (parley) => parley.close(),
      () => {},
    )
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function tour({ stack, worker }: LocalParley, log: readonly string[]): Promise<void> {
  const calls: Call[] = []
  const connect = async (email: string) => {
    const { accessToken } = await signInLocally(stack.cognito, email)
    return connectAs(worker.url, accessToken, calls)
  }
  const [ada, grace] = [await connect('ada.lovelace@example.com'), await connect('grace.hopper@example.com')]

  await signIn(ada, grace)
  const garden = await talk(ada)
  const library = await fillLibrary(ada)
  await list(ada, library.size + 1)
  await ask(ada, library)
  await consult(ada, await fillShelf(ada))
  const embedding = await storeVector(ada)
  await stranger(grace, garden, embedding)
  await preconditions(ada, garden)
  await forget(ada, library)
  await badRequest(ada)
  await roundTrips(calls, log)
  console.log('\nAll as expected.')
}

await runCommand(main)
