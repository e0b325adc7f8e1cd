import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { AddressInfo } from 'node:net'

/** An HTTP answer, to the byte. */
export interface Answer {
  status: number
  /** Names and values in turn, as Node has them. */
  headers: string[]
  body: Buffer
}

/** Stands in front of the Neon endpoint as the network does: adds latency, counts, and remembers what came back. */
export interface HttpHop {
  port: number
  /** Added to each POST: one round trip is one request and its answer. */
  delayMs: number
  posts: number
  lastAnswer: Answer | undefined
  close(): Promise<void>
}

/** @param targetPort of the endpoint, on loopback: it stands next to its database, with no delay between them */
export async function startHttpHop(targetPort: number): Promise<HttpHop> {
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, outgoing) => {
    void forward(incoming).then(
      ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
      () => outgoing.destroy(),
    )
  })
  server.keepAliveTimeout = 0
  const hop: HttpHop = {
    port: 0,
    delayMs: 0,
    posts: 0,
    lastAnswer: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        agent.destroy()
      }),
  }

  async function forward(incoming: IncomingMessage): Promise<Answer> {
    const body = await readAll(incoming)
    hop.posts += 1
    if (hop.delayMs > 0) await delay(hop.delayMs)
    const { method, url: path, headers } = incoming
    const answer = Promise.withResolvers<IncomingMessage>()
    const sent = request({ host: '127.0.0.1', port: targetPort, agent, method, path, headers }, answer.resolve)
    sent.on('error', answer.reject).end(body)
    const response = await answer.promise
    const { statusCode = 502, rawHeaders } = response
    return (hop.lastAnswer = { status: statusCode, headers: rawHeaders, body: await readAll(response) })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  hop.port = (server.address() as AddressInfo).port
  return hop
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
