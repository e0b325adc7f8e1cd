import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { signInLocally } from '../dev/cognito.ts'
import { startStack } from '../dev/stack.ts'
import { extractPredecessor } from '../dev/upgrade/check.ts'
import { readReleases } from '../dev/upgrade/releases.ts'
import { linkPackages } from '../dev/upgrade/tree.ts'
import { backgroundDone } from './background.ts'
import { bundleParley, bundleWorker } from './bundle.ts'
import { openBenchDatabase } from './database.ts'
import { inTemporaryDirectory, ROOT } from './files.ts'
import { type Operation, perform } from './origins/operations.ts'
import type { RunSize } from './part.ts'
import { median, ratio } from './stats.ts'
import { startWorker } from './workerd.ts'

const RUNS: Record<RunSize, { warmUp: number; runs: number }> = {
  full: { warmUp: 30, runs: 300 },
  smoke: { warmUp: 1, runs: 3 },
}

/** A UIMessage that the release takes, too. */
const MESSAGE = {
  role: 'assistant',
  parts: [
    { type: 'step-start' },
    { type: 'reasoning', text: 'The user asks for the weather. '.repeat(10), state: 'done' },
    {
      type: 'tool-weather',
      toolCallId: 'call_1',
      state: 'output-available',
      input: { city: 'Trondheim' },
      output: { celsius: -3 },
    },
    { type: 'step-start' },
    { type: 'text', text: 'It is freezing, and it will be until Thursday. '.repeat(20), state: 'done' },
    { type: 'source-url', sourceId: 's1', url: 'https://weather.example/trondheim', title: 'Weather' },
  ],
  metadata: { model: 'example-1' },
}

/** What a chat asks most, of this commit's Worker and of the deployed release's, in turns on one database with this commit's schema. */
export function measureRelease(size: RunSize, serverUrl: string): Promise<void> {
  return inTemporaryDirectory((directory) => compare(RUNS[size], serverUrl, directory))
}

async function compare({ warmUp, runs }: { warmUp: number; runs: number }, serverUrl: string, directory: string) {
  await using cleanup = new AsyncDisposableStack()
  const releases = readReleases(await readFile(join(ROOT, 'docs/releases.md'), 'utf8'))
  const [release, tree] = await extractPredecessor(releases, { repository: ROOT, checkout: ROOT }, directory)
  await linkPackages(tree, ROOT)
  const scripts = [
    (await bundleParley()).script,
    (await bundleWorker(join(directory, 'bundle'), undefined, tree)).script,
  ]

  const database = cleanup.use(await openBenchDatabase(serverUrl))
  const data = join(directory, 'data')
  await mkdir(data)
  const stack = await startStack({ database: database.local, dataDir: data })
  cleanup.defer(() => stack.close())
  const superuser = await database.connect({ connectionString: database.url })
  const { accessToken } = await signInLocally(stack.cognito, 'bench@example.com')
  const urls: string[] = []
  for (const script of scripts) {
    const worker = await startWorker(script, stack.bindings)
    cleanup.defer(() => worker.stop())
    urls.push(worker.url)
  }
  const ask = (side: number, operation: Omit<Operation, 'name' | 'compare'>) =>
    perform(urls[side] ?? '', { ...operation, name: '', compare: false }, accessToken)
  await ask(0, { method: 'POST', path: '/v1/session', status: 201 })
  const opened = await ask(0, { method: 'POST', path: '/v1/conversations', body: '{}', status: 201 })
  const path = `/v1/conversations/${(opened.answer as { id: string }).id}/messages`
  const append = { method: 'POST', path, body: JSON.stringify(MESSAGE), status: 201 } as const
  for (let n = 0; n < 20; n++) await ask(0, append)
  const page = { method: 'GET', path, status: 200 } as const
  const newest = { ...page, path: `${path}?order=desc` }
  const stored = Array.from({ length: 19 }, (_, n) => ({ ...MESSAGE, id: `m${n}` }))
  const save = (status: number, ...more: object[]) => ({
    ...({ method: 'PUT', path: '/v1/conversations/chat/messages', status } as const),
    body: JSON.stringify({ messages: [...stored, ...more] }),
  })
  await ask(0, save(201))
  type Asked = Parameters<typeof ask>[1]
  const operations: Record<string, [ours: (n: number) => Asked, theirs: Asked]> = {
    'append a UIMessage': [() => append, append],
    'a page of 20': [() => page, page],
    'the newest 20': [() => newest, newest],
    'save a chat of 20, one new (append)': [(n) => save(200, { ...MESSAGE, id: `new${n}` }), append],
    'save it again (a page of 20)': [() => save(200), page],
  }

  console.log(`Medians in milliseconds, ${runs} times in turns: this commit, release ${release.version}, their ratio`)
  for (const [name, [ours, theirs]] of Object.entries(operations)) {
    const samples: [number[], number[]] = [[], []]
    for (let n = 0; n < warmUp + runs; n++) {
      for (const side of n % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const { milliseconds } = await ask(side, side === 0 ? ours(n) : theirs)
        await backgroundDone(superuser)
        if (n >= warmUp) samples[side].push(milliseconds)
      }
    }
    const [mine, other] = [median(samples[0]), median(samples[1])]
    console.log([name.padEnd(36), mine.toFixed(2), other.toFixed(2), ratio(mine, other)].join('  '))
  }
}
