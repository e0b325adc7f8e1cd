import { signInLocally } from '../dev/cognito.ts'
import { startStack } from '../dev/stack.ts'
import { type Bundle, bundleParley, bundleWorker } from './bundle.ts'
import { openBenchDatabase } from './database.ts'
import { inTemporaryDirectory } from './files.ts'
import { ask, type Cost, costOf, type Target } from './hostile/cost.ts'
import { HOSTILE_HEADS, hostileBodies, ORDINARY } from './hostile/inputs.ts'
import type { RunSize } from './part.ts'
import { milliseconds, ratio } from './stats.ts'
import { startWorker } from './workerd.ts'

const SIZES = {
  /** Each route and field is tried once; where it looks worst, often enough for a median. */
  full: { warmUp: 60, everyPlace: true, times: 5 },
  // Each kind of trouble in one place: another one in turn, so that most are tried.
  smoke: { warmUp: 1, everyPlace: false, times: 1 },
}
type Load = (typeof SIZES)[RunSize]

/**
 * CPU of workerd for the worst that fits into a request, beside a bare Worker that reads the same bytes with
 * `request.json()` and does nothing with them. For each kind of trouble: the route and field where it costs most, and
 * the largest answer anywhere. Long headers and addresses stand beside an ordinary request.
 */
export function measureHostile(size: RunSize, serverUrl: string | undefined): Promise<void> {
  return inTemporaryDirectory((directory) => measure(SIZES[size], serverUrl, directory))
}

async function measure(load: Load, serverUrl: string | undefined, directory: string): Promise<void> {
  await using cleanup = new AsyncDisposableStack()
  const database = cleanup.use(await openBenchDatabase(serverUrl))
  const stack = await startStack({ database: database.local, dataDir: directory })
  cleanup.defer(() => stack.close())
  const { accessToken } = await signInLocally(stack.cognito, 'bench@example.com')
  const start = async ({ script }: Bundle, bindings: Record<string, string>) => {
    const worker = await startWorker(script, bindings)
    cleanup.defer(() => worker.stop())
    return worker
  }
  const worker = await start(await bundleParley(), stack.bindings)
  const headers = { authorization: `Bearer ${accessToken}`, origin: worker.url }
  const parley: Target = { worker, headers, conversation: '' }
  const bare: Target = {
    ...parley,
    worker: await start(await bundleWorker(directory, 'bench/hostile/bare-worker.ts'), {}),
  }
  parley.conversation = await openConversation(parley)
  for (let i = 0; i < load.warmUp; i++) await ask(parley, ORDINARY)

  await measureBodies(parley, bare, load)
  await measureHeads(parley, load)
}

async function openConversation(parley: Target): Promise<string> {
  const post = { name: '', method: 'POST', headers: { 'content-type': 'application/json' } }
  await ask(parley, { ...post, path: '/v1/session', headers: {} })
  const { status, text } = await ask(parley, { ...post, path: '/v1/conversations', body: '{}' })
  if (status !== 201) throw new Error(`POST /v1/conversations answered ${status}: ${text}`)
  return (JSON.parse(text) as { id: string }).id
}

async function measureBodies(parley: Target, bare: Target, { everyPlace, times }: Load): Promise<void> {
  console.log('A body of 1 MiB, by the route and field where it costs most:')
  console.log('  CPU         × reading it  status  largest answer')
  const all: { times: number; name: string; taken: boolean }[] = []
  let turn = 0
  for (const inputs of hostileBodies()) {
    const looks: Cost[] = []
    const tried = everyPlace ? inputs : inputs.slice(turn++ % inputs.length).slice(0, 1)
    for (const input of tried) looks.push(await costOf(parley, input, inputs.length === 1 ? times : 1))
    const costliest = looks.toSorted((a, b) => b.cpuMs - a.cpuMs)[0]
    if (!costliest) continue
    const { input, status, cpuMs } = looks.length === 1 ? costliest : await costOf(parley, costliest.input, times)
    const reading = (await costOf(bare, input, times)).cpuMs
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

async function measureHeads(parley: Target, { times }: Load): Promise<void> {
  console.log('60 KiB in the address or in headers, and queries of full length:')
  console.log('  CPU         × ordinary    status  answer')
  const ordinary = await costOf(parley, ORDINARY, 3 * times)
  if (ordinary.status !== 200) throw new Error(`${ORDINARY.name} answered ${ordinary.status}`)
  for (const head of [ORDINARY, ...HOSTILE_HEADS]) {
    const { cpuMs, status, bytes } = await costOf(parley, head, times)
    row([milliseconds(cpuMs), ratio(cpuMs, ordinary.cpuMs), String(status), `${bytes} B`, head.name])
  }
}

function row([cpu = '', times = '', status = '', bytes = '', name = '']: string[]): void {
  console.log(`  ${cpu.padStart(9)}  ${times.padStart(8)}      ${status}   ${bytes.padStart(9)}  ${name}`)
}
