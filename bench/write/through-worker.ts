import { connectionString, type Stack } from '../../dev/stack.ts'
import { backgroundDone } from '../background.ts'
import { bundleParley } from '../bundle.ts'
import { type Operation, perform } from '../origins/operations.ts'
import { startWorker } from '../workerd.ts'
import type { Target } from './operations.ts'
import type { Side } from './sides.ts'

type Request = Pick<Operation, 'name' | 'method' | 'body' | 'status'> & { path: (target: Target) => string }

/** What a client asks: a write and a read. */
export const REQUESTS: readonly Request[] = [
  {
    name: 'POST 1 message',
    method: 'POST',
    path: ({ conversationId }) => `/v1/conversations/${conversationId}/messages`,
    body: JSON.stringify({ role: 'user', content: 'What did we say about the apple trees in the garden?' }),
    status: 201,
  },
  { name: 'GET 20 conversations', method: 'GET', path: () => '/v1/conversations', status: 200 },
]
const SIGN_IN = { name: 'sign in', method: 'POST', path: '/v1/session', status: 200, compare: false } as const

/** Parley's bundle on workerd before each side. */
export interface Served extends AsyncDisposable {
  /** Milliseconds that a client waits for the answer. Returns when nothing of the request is under way any more. */
  ask(side: number, request: number, n: number): Promise<number>
}

/** Starts a Worker for each side, all behind the same Neon endpoint, and signs in to each. */
export async function serve(sides: readonly Side[], stack: Stack, token: string): Promise<Served> {
  await using starting = new AsyncDisposableStack()
  const { script } = await bundleParley()
  const urls: string[] = []
  for (const { database } of sides) {
    const worker = await startWorker(script, {
      ...stack.bindings,
      DATABASE_URL: connectionString('parley_app', database.local, stack.neonPort),
      DATABASE_URL_SYSTEM: connectionString('parley_system', database.local, stack.neonPort),
    })
    starting.defer(() => worker.stop())
    await perform(worker.url, SIGN_IN, token)
    urls.push(worker.url)
  }
  const started = starting.move()
  return {
    async ask(index, request, n) {
      const [side, asked] = [sides[index], REQUESTS[request]]
      const target = side?.targets[n % side.targets.length]
      if (!side || !asked || !target) throw new Error('There is nothing to ask')
      const operation = { ...asked, path: asked.path(target), compare: false }
      const { milliseconds } = await perform(urls[index] ?? '', operation, token)
      await backgroundDone(side.superuser)
      return milliseconds
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}
