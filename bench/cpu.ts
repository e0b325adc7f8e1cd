import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { signInLocally } from '../dev/cognito.ts'
import { type LocalDatabase, openPglite } from '../dev/database.ts'
import { startStack } from '../dev/stack.ts'
import { bundleWorker } from './bundle.ts'
import { type Answer, startRecorder } from './cpu/recorder.ts'
import { inTemporaryDirectory, onPort } from './files.ts'
import { seedTenant } from './seed.ts'
import { median, milliseconds, ratio } from './stats.ts'
import { type RunningWorker, startWorker } from './workerd.ts'

const ROWS = 20
const ROUNDS = 9
const REQUESTS = 1500
const CONCURRENCY = 4

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
export async function measureCpu(): Promise<void> {
  if (process.platform === 'linux') return inTemporaryDirectory(compare)
  console.error('cpu reads /proc, which only Linux has.')
  process.exitCode = 1
}

async function compare(directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = await openPglite()
  cleanup.defer(() => database.close())
  const stack = await startStack({ database, dataDir: directory })
  cleanup.defer(() => stack.close())
  const { accessToken, sub } = await signInLocally(stack.cognito, 'bench@example.com')
  await seed(database, sub)

  const canned = fork(fileURLToPath(new URL('cpu/canned-server.ts', import.meta.url)), { serialization: 'advanced' })
  cleanup.defer(() => canned.disconnect())
  const openPort = async (answer: Answer) => {
    canned.send(answer)
    return Number((await once(canned, 'message'))[0])
  }
  const request = { path: '/v1/conversations', headers: { authorization: `Bearer ${accessToken}` } }
  const bareBindings = { DATABASE_URL: stack.bindings.DATABASE_URL.replace('parley_app', 'postgres'), USER_ID: sub }
  const start = async (entry: string | undefined, bindings: Bindings): Promise<Subject> => {
    const { script } = await bundleWorker(directory, entry)
    const { expected, answer } = await record(script, bindings, request)
    const databaseUrl = onPort(bindings.DATABASE_URL, await openPort(answer))
    const worker = await startWorker(script, { ...bindings, DATABASE_URL: databaseUrl })
    cleanup.defer(() => worker.stop())
    return { ...request, worker, expected }
  }
  const full = await start(undefined, stack.bindings)
  const bare = await start('bench/cpu/bare-worker.ts', bareBindings)
  const hello = await startWorker((await bundleWorker(directory, 'bench/cpu/hello-worker.ts')).script, {})
  cleanup.defer(() => hello.stop())
  report(await measureInTurns({ full, bare, hello: { ...request, worker: hello, expected: 'hello' } }))
}

type Bindings = { DATABASE_URL: string } & Record<string, string>

async function seed({ upstream, name }: LocalDatabase, userId: string): Promise<void> {
  const superuser = new Client({ ...upstream, user: 'postgres', database: name })
  await superuser.connect()
  await seedTenant(superuser, { userId, conversations: ROWS, messages: 10, vectors: 0 })
  await superuser.end()
}

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

async function measureInTurns(subjects: Record<Names, Subject>): Promise<Record<Names, number>> {
  const rounds: Record<Names, number[]> = { full: [], bare: [], hello: [] }
  const names = ['full', 'bare', 'hello'] as const
  for (const name of names) await load(subjects[name], REQUESTS)
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      const before = await subjects[name].worker.cpuMs()
      await load(subjects[name], REQUESTS)
      rounds[name].push(((await subjects[name].worker.cpuMs()) - before) / REQUESTS)
    }
  }
  return { full: median(rounds.full), bare: median(rounds.bare), hello: median(rounds.hello) }
}

async function load({ worker, path, headers, expected }: Subject, requests: number): Promise<void> {
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

function report({ full, bare, hello }: Record<Names, number>): void {
  console.log(`CPU of workerd per request, ${ROWS} rows, median of ${ROUNDS} rounds of ${REQUESTS}:`)
  console.log(`  Parley's list route   ${milliseconds(full, 3)}   ${ratio(full, bare)}  (at most 2×, aim 1.3×)`)
  console.log(`  bare neon() query     ${milliseconds(bare, 3)}   1×`)
  console.log(`  Hono hello            ${milliseconds(hello, 3)}   ${ratio(hello, bare)}`)
}
