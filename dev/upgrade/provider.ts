import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import * as z from 'zod'
import { createLexicalEmbedder } from '../../src/embeddings/lexical.ts'

/** The provider refuses texts with this word. Their jobs fail, and stay in the list of embedding jobs. */
export const UNEMBEDDABLE = 'unembeddable'

export interface LocalProvider {
  bindings: Record<`EMBEDDING_${string}`, string>
  /** While it is down, texts wait for the cron trigger. */
  isDown: boolean
  close(): Promise<void>
}

const embeddingRequest = z.object({ input: z.array(z.string()) })

/** An embedding provider with OpenAI's protocol, which production uses, and the vectors of the lexical embedder. */
export async function startProvider(): Promise<LocalProvider> {
  const embedder = createLexicalEmbedder()
  const answer = async (texts: string[]): Promise<[status: number, body: object]> => {
    if (provider.isDown) return [503, { error: { code: 'down' } }]
    if (texts.some((text) => text.includes(UNEMBEDDABLE))) return [400, { error: { code: 'refused' } }]
    const [vectors, error] = await embedder.embed(texts)
    if (error) return [400, { error: { code: error.code } }]
    return [200, { data: vectors.map((vector, index) => ({ index, embedding: Array.from(vector) })) }]
  }
  const server = createServer((request, response) => {
    void (async () => {
      const [status, body] = await answer(embeddingRequest.parse(await json(request)).input)
      // Keeps the Worker from retrying at once.
      response.writeHead(status, { 'content-type': 'application/json', 'x-should-retry': 'false' })
      response.end(JSON.stringify(body))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const provider: LocalProvider = {
    bindings: {
      EMBEDDING_PROVIDER: 'openai',
      EMBEDDING_BASE_URL: `http://127.0.0.1:${port}/v1`,
      EMBEDDING_API_KEY: 'local',
      EMBEDDING_MODEL: 'text-embedding-3-small',
    },
    isDown: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return provider
}
