import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { signInLocally } from '../dev/cognito.ts'
import { openPglite } from '../dev/database.ts'
import { startStack } from '../dev/stack.ts'
import { type Bundle, bundleWorker } from './bundle.ts'
import { inTemporaryDirectory } from './files.ts'
import { type Answer, startHttpHop } from './http-hop.ts'
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
  if (process.platform !== 'linux') throw new Error('cpu reads /proc and needs Linux')
  await inTemporaryDirectory(async (directory) => {
    const bundles = {
      full: await bundleWorker(directory),
      bare: await bundleWorker(directory, 'bench/cpu/bare-worker.ts'),
      hello: await bundleWorker(directory, 'bench/cpu/hello-worker.ts'),
    }
    const database = await openPglite()
    const stack = await startStack({ database, dataDir: directory })
    const { accessToken, sub } = await signInLocally(stack.cognito, 'bench@example.com')
    const superuser = new Client({ ...database.upstream, user: 'postgres', database: database.name })
    await superuser.connect()
    await seedTenant(superuser, { userId: sub, conversations: ROWS, messages: 10, vectors: 0 })
    await superuser.end()

    const request = { path: '/v1/conversations', headers: { authorization: `Bearer ${accessToken}` } }
    const bareUrl = stack.bindings.DATABASE_URL.replace('parley_app', 'postgres')
    const canned = fork(fileURLToPath(new URL('cpu/canned-server.ts', import.meta.url)), { serialization: 'advanced' })
    const replay = (bundle: Bundle, bindings: { DATABASE_URL: string } & Record<string, string>) =>
      replayed(bundle, bindings, request, async (answer) => {
        canned.send(answer)
        return Number((await once(canned, 'message'))[0])
      })
    const full = await replay(bundles.full, stack.bindings)
    const bare = await replay(bundles.bare, { DATABASE_URL: bareUrl, USER_ID: sub })
    const hello = { ...request, worker: await startWorker(bundles.hello.script, {}), expected: 'hello' }
    const subjects = { full, bare, hello }
    try {
      report(await measureInTurns(subjects))
    } finally {
      for (const { worker } of Object.values(subjects)) await worker.stop()
      canned.disconnect()
      await stack.close()
      await database.close()
    }
  })
}

/** Runs the Worker once against the real stack, then starts it anew against a recording of what the database said. */
async function replayed(
  { script }: Bundle,
  bindings: { DATABASE_URL: string } & Record<string, string>,
  request: Pick<Subject, 'path' | 'headers'>,
  openPort: (answer: Answer) => Promise<number>,
): Promise<Subject> {
  const databaseUrl = new URL(bindings.DATABASE_URL)
  const hop = await startHttpHop(Number(databaseUrl.port))
  const on = (port: number) => {
    databaseUrl.port = String(port)
    return startWorker(script, { ...bindings, DATABASE_URL: databaseUrl.href })
  }
  const recorder = await on(hop.port)
  const response = await fetch(recorder.url + request.path, { headers: request.headers })
  const expected = await response.text()
  await recorder.stop()
  await hop.close()
  const rows = response.ok ? (JSON.parse(expected) as { data: unknown[] }).data.length : 0
  if (rows !== ROWS || !hop.lastAnswer) throw new Error(`${response.status} with ${rows} rows: ${expected}`)
  return { ...request, worker: await on(await openPort(hop.lastAnswer)), expected }
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
