import { signInLocally } from '../dev/cognito.ts'
import { openPglite } from '../dev/database.ts'
import { startStack } from '../dev/stack.ts'
import { bundleWorker } from './bundle.ts'
import { inTemporaryDirectory } from './files.ts'
import { ask, type Cost, costOf, type Target } from './hostile/cost.ts'
import { HOSTILE_HEADS, hostileBodies, ORDINARY } from './hostile/inputs.ts'
import { milliseconds, ratio } from './stats.ts'
import { startWorker } from './workerd.ts'

/** Each route and field once; where it looks worst, often enough for a median. */
const TIMES = 5
const WARM_UP = 60

/**
 * CPU of workerd for the worst that fits into a request, beside a bare Worker that reads the same bytes with
 * `request.json()` and does nothing with them. For each kind of trouble: the route and field where it costs most, and
 * the largest answer anywhere. Long headers and addresses stand beside an ordinary request.
 */
export async function measureHostile(): Promise<void> {
  if (process.platform === 'linux') return inTemporaryDirectory(measure)
  console.error('hostile reads /proc, which only Linux has.')
  process.exitCode = 1
}

async function measure(directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = await openPglite()
  cleanup.defer(() => database.close())
  const stack = await startStack({ database, dataDir: directory })
  cleanup.defer(() => stack.close())
  const { accessToken } = await signInLocally(stack.cognito, 'bench@example.com')
  const start = async (entry: string | undefined, bindings: Record<string, string>) => {
    const worker = await startWorker((await bundleWorker(directory, entry)).script, bindings)
    cleanup.defer(() => worker.stop())
    return worker
  }
  const worker = await start(undefined, stack.bindings)
  const headers = { authorization: `Bearer ${accessToken}`, origin: worker.url }
  const parley: Target = { worker, headers, conversation: '' }
  const bare: Target = { ...parley, worker: await start('bench/hostile/bare-worker.ts', {}) }
  parley.conversation = await openConversation(parley)
  for (let i = 0; i < WARM_UP; i++) await ask(parley, ORDINARY)

  await measureBodies(parley, bare)
  await measureHeads(parley)
}

async function openConversation(parley: Target): Promise<string> {
  const post = { name: '', method: 'POST', headers: { 'content-type': 'application/json' } }
  await ask(parley, { ...post, path: '/v1/session', headers: {} })
  const { text } = await ask(parley, { ...post, path: '/v1/conversations', body: '{}' })
  return (JSON.parse(text) as { id: string }).id
}

async function measureBodies(parley: Target, bare: Target): Promise<void> {
  console.log('A body of 1 MiB, by the route and field where it costs most:')
  console.log('  CPU         × reading it  status  largest answer')
  const all: { times: number; name: string; taken: boolean }[] = []
  for (const inputs of hostileBodies()) {
    const looks: Cost[] = []
    for (const input of inputs) looks.push(await costOf(parley, input, inputs.length === 1 ? TIMES : 1))
    const costliest = looks.toSorted((a, b) => b.cpuMs - a.cpuMs)[0]
    if (!costliest) continue
    const { input, status, cpuMs } = looks.length === 1 ? costliest : await costOf(parley, costliest.input, TIMES)
    const reading = (await costOf(bare, input, TIMES)).cpuMs
    const largest = Math.max(...looks.map(({ bytes }) => bytes))
    const place = `${input.method} ${input.path} ${input.field ?? ''}`
    row([milliseconds(cpuMs), ratio(cpuMs, reading), String(status), `${largest} B`, `${input.name}: ${place}`])
    all.push({ times: cpuMs / reading, name: input.name, taken: status < 300 })
  }
  for (const taken of [false, true]) {
    const kinds = all.filter((kind) => kind.taken === taken).toSorted((a, b) => b.times - a.times)
    const [worst] = kinds
    console.log(
      `The worst of ${kinds.length} ${taken ? 'taken' : 'refused'}: ${worst?.times.toFixed(2)}×, ${worst?.name}.`,
    )
  }
}

async function measureHeads(parley: Target): Promise<void> {
  console.log('60 KiB in the address or in headers, and queries of full length:')
  console.log('  CPU         × ordinary    status  answer')
  const ordinary = await costOf(parley, ORDINARY, 3 * TIMES)
  for (const head of [ORDINARY, ...HOSTILE_HEADS]) {
    const { cpuMs, status, bytes } = await costOf(parley, head, TIMES)
    row([milliseconds(cpuMs), ratio(cpuMs, ordinary.cpuMs), String(status), `${bytes} B`, head.name])
  }
}

function row([cpu = '', times = '', status = '', bytes = '', name = '']: string[]): void {
  console.log(`  ${cpu.padStart(9)}  ${times.padStart(8)}      ${status}   ${bytes.padStart(9)}  ${name}`)
}
