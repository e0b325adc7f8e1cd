import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { EMBEDDING_DIMENSIONS } from '../../src/embeddings/vector.ts'

/** What the provider has seen. */
export interface Seen {
  calls: number
  texts: number
  /** In which call the text came that says `lone`; 0 before it did. */
  loneAt: number
}

/** How long a provider takes, beside the time for its answer to be made and sent. */
const LATENCY_MS = 50

/** Text number n, `<n> …`, is embedded as the axis n, so that one can see whose vector it is. */
const axes = new Map<number, string>()

function axis(n: number): string {
  const place = n % EMBEDDING_DIMENSIONS
  let encoded = axes.get(place)
  if (encoded === undefined) {
    const vector = new Float32Array(EMBEDDING_DIMENSIONS)
    vector[place] = 1
    encoded = Buffer.from(vector.buffer).toString('base64')
    axes.set(place, encoded)
  }
  return encoded
}

let seen: Seen = { calls: 0, texts: 0, loneAt: 0 }

// A process of its own: it takes CPU, as a provider's would elsewhere.
const server = createServer((request, response) => {
  void (async () => {
    const { input } = (await json(request)) as { input: string[] }
    seen.calls += 1
    seen.texts += input.length
    if (seen.loneAt === 0 && input.some((text) => text.includes('lone'))) seen.loneAt = seen.calls
    await delay(LATENCY_MS)
    const data = input.map((text, index) => `{"index":${index},"embedding":"${axis(Number.parseInt(text))}"}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"data":[${data.join()}]}`)
  })().catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
})

process.on('disconnect', () => process.exit())
process.on('message', () => {
  process.send?.(seen)
  seen = { calls: 0, texts: 0, loneAt: 0 }
})
