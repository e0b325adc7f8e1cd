import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { nextMessage } from '../child.ts'

type Bindings = Record<`EMBEDDING_${string}`, string>

/** A provider that the Worker embeds with. */
export interface Provider extends AsyncDisposable {
  bindings: Bindings
}

/** The models that `--model` chooses from. */
export const MODELS = ['use-lite'] as const
export type Model = (typeof MODELS)[number]
export const isModel = (name: string): name is Model => (MODELS as readonly string[]).includes(name)

/** The embedder of the `EMBEDDING_…` variables, or the lexical one. */
export const chosenProvider = (): Provider => ({
  bindings: Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name.startsWith('EMBEDDING_')),
  ) as Bindings,
  async [Symbol.asyncDispose]() {},
})

/** A real model, in a process of its own: see provider.ts. */
export async function startModel(model: Model): Promise<Provider> {
  const child = fork(fileURLToPath(new URL('provider.ts', import.meta.url)))
  const { port } = await nextMessage<{ port: number }>(child)
  return {
    bindings: openAiAt(port, model),
    async [Symbol.asyncDispose]() {
      child.kill()
    },
  }
}

/** A provider that is down. */
export async function startDeadProvider(): Promise<Provider> {
  const server = createServer((_, response) => {
    // Keeps the Worker from trying again.
    response.writeHead(503, { 'x-should-retry': 'false' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    bindings: openAiAt(typeof address === 'object' ? (address?.port ?? 0) : 0, 'down'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const openAiAt = (port: number, model: string): Bindings => ({
  EMBEDDING_PROVIDER: 'openai',
  EMBEDDING_BASE_URL: `http://127.0.0.1:${port}/v1`,
  EMBEDDING_API_KEY: 'local',
  EMBEDDING_MODEL: model,
  EMBEDDING_TIMEOUT_MS: '60000',
})
