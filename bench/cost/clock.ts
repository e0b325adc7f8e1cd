import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy for the Neon endpoint that measures each batch by the clock of the database. */
export interface DatabaseClock {
  port: number
  /** Milliseconds of requests' batches since the last call: of all together, and of the longest. */
  take(): { all: number; longest: number }
  close(): Promise<void>
}

/** Sent as the last statement: from the beginning of the transaction to here, by the database's own clock. */
const ELAPSED = 'select extract(epoch from clock_timestamp() - now()) * 1000'

interface Batch {
  queries?: { query: string; params: unknown[] }[]
}
interface Results {
  results: { rows: (readonly unknown[] | Record<string, unknown>)[] }[]
}

/** @param targetPort of the endpoint, on loopback */
export async function startDatabaseClock(targetPort: number): Promise<DatabaseClock> {
  const agent = new Agent({ keepAlive: true })
  let batches: number[] = []
  const server = createServer((incoming, outgoing) => {
    void relay(incoming).then(
      ({ status, body }) => outgoing.writeHead(status, { 'content-type': 'application/json' }).end(body),
      () => outgoing.destroy(),
    )
  })

  async function relay(incoming: IncomingMessage) {
    const sent = await readAll(incoming)
    const batch = JSON.parse(sent) as Batch
    // What is embedded after the answer is not the request's.
    const isTimed =
      batch.queries !== undefined && String(incoming.headers['neon-connection-string']).includes('parley_app')
    if (!isTimed) return forward(incoming, sent)
    const started = performance.now()
    const answer = await forward(
      incoming,
      JSON.stringify({ queries: [...(batch.queries ?? []), { query: ELAPSED, params: [] }] }),
    )
    if (answer.status !== 200) {
      // It has rolled back, and with it the last statement.
      batches.push(performance.now() - started)
      return answer
    }
    const { results, ...rest } = JSON.parse(answer.body) as Results
    batches.push(Number(Object.values(results.at(-1)?.rows[0] ?? {})[0]))
    return { status: answer.status, body: JSON.stringify({ ...rest, results: results.slice(0, -1) }) }
  }

  async function forward({ method, url: path, headers }: IncomingMessage, body: string) {
    const answer = Promise.withResolvers<IncomingMessage>()
    const { 'transfer-encoding': _encoding, ...kept } = headers
    const length = String(Buffer.byteLength(body))
    const options = {
      host: '127.0.0.1',
      port: targetPort,
      agent,
      method,
      path,
      headers: { ...kept, 'content-length': length },
    }
    request(options, answer.resolve).on('error', answer.reject).end(body)
    const response = await answer.promise
    return { status: response.statusCode ?? 502, body: await readAll(response) }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    take() {
      const all = batches.reduce((sum, ms) => sum + ms, 0)
      const longest = Math.max(0, ...batches)
      batches = []
      return { all, longest }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        agent.destroy()
      }),
  }
}

async function readAll(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
