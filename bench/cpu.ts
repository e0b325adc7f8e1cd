import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { signInLocally } from '../dev/cognito.ts'
import { connected } from '../dev/database.ts'
import { startStack } from '../dev/stack.ts'
import { type Bundle, bundleParley, bundleWorker } from './bundle.ts'
import { nextMessage } from './child.ts'
import { type Answer, startRecorder } from './cpu/recorder.ts'
import { openBenchDatabase } from './database.ts'
import { inTemporaryDirectory, onPort } from './files.ts'
import type { RunSize } from './part.ts'
import { seedTenant } from './seed.ts'
import { median, milliseconds, ratio } from './stats.ts'
import { type RunningWorker, startWorker } from './workerd.ts'

const ROWS = 20
const CONCURRENCY = 4
const SIZES = {
  full: { rounds: 9, requests: 1500 },
  smoke: { rounds: 1, requests: 20 },
}

/** A Worker under load: where to ask it what, and what it must answer each time. */
interface Subject {
  worker: RunningWorker
  path: string
  headers: Record<string, string>
  expected: string
}

/**
 * CPU of workerd for one request of `GET /v1/conversations` with 20 rows, beside a bare Worker that reads the same rows
 * with one raw `neon()` query, and a Hono hello. The database's answers are recorded from the real stack and replayed,
 * so that nothing but the Worker varies. Round by round in turns, so that a busy machine disturbs all of them alike.
 */
export function measureCpu(size: RunSize, serverUrl: string | undefined): Promise<void> {
  return inTemporaryDirectory((directory) => compare(SIZES[size], serverUrl, directory))
}

async function compare(load: Load, serverUrl: string | undefined, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = cleanup.use(await openBenchDatabase(serverUrl))
  const stack = await startStack({ database: database.local, dataDir: directory })
  cleanup.defer(() => stack.close())
  const { accessToken, sub } = await signInLocally(stack.cognito, 'bench@example.com')
  const tenant = { userId: sub, conversations: ROWS, messages: 10, vectors: 0 }
  await connected(database.url, (superuser) => seedTenant(superuser, tenant))

  const canned = fork(fileURLToPath(new URL('cpu/canned-server.ts', import.meta.url)), { serialization: 'advanced' })
  cleanup.defer(() => canned.disconnect())
  const openPort = async (answer: Answer) => {
    canned.send(answer)
    return nextMessage<number>(canned)
  }
  const request = { path: '/v1/conversations', headers: { authorization: `Bearer ${accessToken}` } }
  const bareBindings = { DATABASE_URL: onPort(database.url, stack.neonPort), USER_ID: sub }
  const start = async ({ script }: Bundle, bindings: Bindings): Promise<Subject> => {
    const { expected, answer } = await record(script, bindings, request)
    const databaseUrl = onPort(bindings.DATABASE_URL, await openPort(answer))
    const worker = await startWorker(script, { ...bindings, DATABASE_URL: databaseUrl })
    cleanup.defer(() => worker.stop())
    return { ...request, worker, expected }
  }
  const full = await start(await bundleParley(), stack.bindings)
  const bare = await start(await bundleWorker(directory, 'bench/cpu/bare-worker.ts'), bareBindings)
  const hello = await startWorker((await bundleWorker(directory, 'bench/cpu/hello-worker.ts')).script, {})
  cleanup.defer(() => hello.stop())
  const subjects = { full, bare, hello: { ...request, worker: hello, expected: 'hello' } }
  report(await measureInTurns(subjects, load), load)
}

type Load = (typeof SIZES)[RunSize]

type Bindings = { DATABASE_URL: string } & Record<string, string>

/** Runs the Worker once against the real stack. @returns what it answered, and what the database had answered it */
async function record(script: string, bindings: Bindings, { path, headers }: Pick<Subject, 'path' | 'headers'>) {
  const recorder = await startRecorder(Number(new URL(bindings.DATABASE_URL).port))
  const worker = await startWorker(script, { ...bindings, DATABASE_URL: onPort(bindings.DATABASE_URL, recorder.port) })
  const response = await fetch(worker.url + path, { headers })
  const expected = await response.text()
  await worker.stop()
  await recorder.close()
  const rows = response.ok ? (JSON.parse(expected) as { data: unknown[] }).data.length : 0
  if (rows !== ROWS || !recorder.lastAnswer) throw new Error(`${path} answered ${response.status}: ${expected}`)
  return { expected, answer: recorder.lastAnswer }
}

type Names = 'full' | 'bare' | 'hello'

async function measureInTurns(
  subjects: Record<Names, Subject>,
  { rounds: count, requests }: Load,
): Promise<Record<Names, number>> {
  const rounds: Record<Names, number[]> = { full: [], bare: [], hello: [] }
  const names = ['full', 'bare', 'hello'] as const
  for (const name of names) await ask(subjects[name], requests)
  for (let round = 0; round < count; round++) {
    for (const name of names) {
      const before = await subjects[name].worker.cpuMs()
      await ask(subjects[name], requests)
      rounds[name].push(((await subjects[name].worker.cpuMs()) - before) / requests)
    }
  }
  return { full: median(rounds.full), bare: median(rounds.bare), hello: median(rounds.hello) }
}

async function ask({ worker, path, headers, expected }: Subject, requests: number): Promise<void> {
  let left = requests
  const client = async () => {
    while (left-- > 0) {
      const response = await fetch(worker.url + path, { headers })
      const body = await response.text()
      if (response.status !== 200 || body !== expected) throw new Error(`${path} answered ${response.status}: ${body}`)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, client))
}

function report({ full, bare, hello }: Record<Names, number>, { rounds, requests }: Load): void {
  console.log(`CPU of workerd per request, ${ROWS} rows, median of ${rounds} rounds of ${requests}:`)
  console.log(`  Parley's list route   ${milliseconds(full, 3)}   ${ratio(full, bare)}  (at most 2×, aim 1.3×)`)
  console.log(`  bare neon() query     ${milliseconds(bare, 3)}   1×`)
  console.log(`  Hono hello            ${milliseconds(hello, 3)}   ${ratio(hello, bare)}`)
}
