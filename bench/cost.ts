import { signInLocally } from '../dev/cognito.ts'
import { connected } from '../dev/database.ts'
import { startStack } from '../dev/stack.ts'
import { backgroundQuiet } from './background.ts'
import { bundleParley } from './bundle.ts'
import { type DatabaseClock, startDatabaseClock } from './cost/clock.ts'
import type { CostInput } from './cost/input.ts'
import { COST_INPUTS, PLAIN } from './cost/inputs.ts'
import { type CostSeed, seedCost } from './cost/seed.ts'
import { openBenchDatabase } from './database.ts'
import { inTemporaryDirectory, onPort } from './files.ts'
import type { RunSize } from './part.ts'
import { median, milliseconds, ratio } from './stats.ts'
import { startWorker } from './workerd.ts'

/** No request may cost the database more than so many plain lists (docs/decisions/035-request-cost.md). */
const MOST = 100

/** So many plain lists before each request. */
const PLAIN_BEFORE = 5

interface Load {
  seed: CostSeed
  warmUp: number
  times: number
  plainTimes: number
  /** Tiny sizes say nothing of the bound. */
  isHeld: boolean
}

const SIZES: Record<RunSize, Load> = {
  full: {
    seed: {
      conversations: 250,
      chain: 2_500,
      branches: 2_500,
      hostile: 100,
      large: 10_000,
      vectors: 3_000,
      documents: 200,
      others: 100,
    },
    warmUp: 1,
    times: 3,
    plainTimes: 50,
    isHeld: true,
  },
  smoke: {
    seed: { conversations: 5, chain: 20, branches: 20, hostile: 5, large: 20, vectors: 20, documents: 5, others: 2 },
    warmUp: 0,
    times: 1,
    plainTimes: 3,
    isHeld: false,
  },
}

/**
 * What the most expensive requests cost the database, against a plain list of the same user in the same run. Each goes through the
 * Worker; its time is the database's own, from the beginning of its transaction to its last statement.
 *
 * @throws Error when one costs more than the bound, also when measured again
 */
export function measureCost(size: RunSize, serverUrl: string | undefined): Promise<void> {
  return inTemporaryDirectory((directory) => measure(SIZES[size], serverUrl, directory))
}

interface Asker {
  url: string
  /** Of a superuser. */
  databaseUrl: string
  conversationId: string
  headers: Record<string, string>
  clock: DatabaseClock
}

interface Cost {
  input: CostInput
  status: number
  ms: number
  /** Of a plain list at the same time. */
  plainMs: number
}

async function measure(load: Load, serverUrl: string | undefined, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = cleanup.use(await openBenchDatabase(serverUrl))
  const stack = await startStack({ database: database.local, dataDir: directory })
  cleanup.defer(() => stack.close())
  const { sub, accessToken } = await signInLocally(stack.cognito, 'bench@example.com')
  await connected(database.url, (superuser) => seedCost(superuser, sub, load.seed))
  const clock = await startDatabaseClock(stack.neonPort)
  cleanup.defer(() => clock.close())
  const { script } = await bundleParley()
  const worker = await startWorker(script, {
    ...stack.bindings,
    DATABASE_URL: onPort(stack.bindings.DATABASE_URL, clock.port),
    DATABASE_TIMEOUT_MS: '10000',
    RATE_LIMIT: 'off',
  })
  cleanup.defer(() => worker.stop())
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
  const asker: Asker = { url: worker.url, databaseUrl: database.url, headers, clock, conversationId: 'cost' }
  await ask(asker, { name: 'register', method: 'POST', path: '/v1/session', body: '{}' })
  await ask(asker, { name: 'open', method: 'POST', path: '/v1/conversations', body: '{"id":"cost"}' })

  const plain = await costOf(asker, PLAIN, load.plainTimes, 5)
  if (plain.status !== 200) throw new Error(`${PLAIN.name} answered ${plain.status}`)
  console.log(`Medians of ${load.times}, by the database's clock; ${PLAIN.name}: ${milliseconds(plain.ms)}`)
  console.log('  status      database    × plain')
  const costs: Cost[] = []
  for (const input of COST_INPUTS) {
    const cost = await costOf(asker, input, load.times, load.warmUp)
    report(cost)
    costs.push(cost)
  }
  console.log('The worst, measured again')
  const tooMuch: string[] = []
  for (const first of costs.toSorted((a, b) => ratioOf(b) - ratioOf(a)).slice(0, 15)) {
    const again = await costOf(asker, first.input, 3 * load.times, 0)
    report(again)
    // Above it both times: a busy machine is no fault.
    if (Math.min(ratioOf(first), ratioOf(again)) > MOST) tooMuch.push(first.input.name)
  }
  if (load.isHeld && tooMuch.length > 0) throw new Error(`Too expensive: ${tooMuch.join('; ')}`)
}

let sent = 0

const ratioOf = ({ ms, plainMs }: Cost) => ms / plainMs

const report = ({ status, ms, plainMs, input }: Cost) =>
  console.log(`     ${status}  ${milliseconds(ms).padStart(12)}  ${ratio(ms, plainMs).padStart(9)}  ${input.name}`)

/** Plain lists go before each request, and nothing of the one before runs meanwhile: on a busy machine the list of an hour ago says nothing. */
async function costOf(asker: Asker, input: CostInput, times: number, warmUp: number): Promise<Cost> {
  const samples: number[] = []
  const plain: number[] = []
  let status = 0
  for (let i = 0; i < warmUp + times; i++) {
    await connected(asker.databaseUrl, backgroundQuiet)
    for (let n = 0; n < PLAIN_BEFORE; n++) plain.push((await ask(asker, PLAIN)).ms)
    const answer = await ask(asker, input)
    status = answer.status
    if (i >= warmUp) samples.push(answer.ms)
  }
  return { input, status, ms: median(samples), plainMs: median(plain) }
}

async function ask(
  { url, headers, clock, conversationId }: Asker,
  { method, path, body, headers: more, isChain }: CostInput,
) {
  clock.take()
  const response = await fetch(url + path.replace('{id}', conversationId), {
    method,
    headers: { ...headers, ...more },
    body: body?.replaceAll('{n}', String((sent += 1))) ?? null,
  })
  const text = await response.text()
  if (response.status >= 500) console.log(`  ${response.status}: ${text.slice(0, 200)}`)
  const { all, longest } = clock.take()
  return { status: response.status, ms: isChain ? longest : all }
}
