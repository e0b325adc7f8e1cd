import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import * as z from 'zod'
import { EMBEDDING_DIMENSIONS } from '../../src/embeddings/vector.ts'

const embeddingRequest = z.object({ input: z.array(z.string()), model: z.string() })

/**
 * An OpenAI-compatible provider for tests: an axis for each text, the same for the same text.
 *
 * - `POST /embedder/ok/embeddings` answers; `…/held/…` once every text was released; `…/401/…` with that status;
 *   `…/picky/…` with a 400 where any text says "refuse", and with half an answer where one says "crash".
 * - `GET /embedder/count?text=` → how often the text came; `GET /embedder/arrival?text=` answers when it has come.
 * - `GET /embedder/release?text=` lets a held text go.
 */
export function createProvider(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const counts = new Map<string, number>()
  const arrivals = createGates()
  const releases = createGates()

  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://provider')
    const text = searchParams.get('text') ?? ''
    const mode = pathname.split('/')[2] ?? ''
    if (mode === 'count') return void response.end(String(counts.get(text) ?? 0))
    if (mode === 'arrival') {
      await arrivals.passed(text)
      return void response.end()
    }
    if (mode === 'release') {
      releases.open(text)
      return void response.end()
    }
    const { input, model } = embeddingRequest.parse(await json(request))
    for (const text of input) {
      counts.set(text, (counts.get(text) ?? 0) + 1)
      arrivals.open(text)
    }
    if (mode === 'held') await Promise.all(input.map((text) => releases.passed(text)))
    const says = (word: string) => mode === 'picky' && input.some((text) => text.includes(word))
    if (says('crash')) return void response.end('{')
    const status = says('refuse') ? 400 : Number(mode) || 200
    const data = input.map((text, index) => ({ index, embedding: axisOf(text) }))
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status === 200 ? { data, model } : { error: { code: 'invalid_api_key' } }))
  }
}

/** Doors by name, closed until somebody opens them. */
function createGates() {
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const gate = (name: string) => {
    const known = gates.get(name) ?? Promise.withResolvers<void>()
    gates.set(name, known)
    return known
  }
  return { open: (name: string) => gate(name).resolve(), passed: (name: string) => gate(name).promise }
}

function axisOf(text: string): number[] {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) >>> 0
  const axis = hash % EMBEDDING_DIMENSIONS
  return Array.from({ length: EMBEDDING_DIMENSIONS }, (_, i) => (i === axis ? 1 : 0))
}
