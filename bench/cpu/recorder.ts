import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An HTTP answer, to the byte. */
export interface Answer {
  status: number
  /** Names and values in turn, as Node has them. */
  headers: string[]
  body: Buffer
}

/** Stands in front of the Neon endpoint and remembers what it answered. */
export interface Recorder {
  port: number
  lastAnswer: Answer | undefined
  close(): Promise<void>
}

/** @param targetPort of the endpoint, on loopback */
export async function startRecorder(targetPort: number): Promise<Recorder> {
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, outgoing) => {
    void forward(incoming).then(
      ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
      () => outgoing.destroy(),
    )
  })
  const recorder: Recorder = {
    port: 0,
    lastAnswer: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        agent.destroy()
      }),
  }

  async function forward(incoming: IncomingMessage): Promise<Answer> {
    const { method, url: path, headers } = incoming
    const answer = Promise.withResolvers<IncomingMessage>()
    const sent = request({ host: '127.0.0.1', port: targetPort, agent, method, path, headers }, answer.resolve)
    sent.on('error', answer.reject).end(await readAll(incoming))
    const response = await answer.promise
    const { statusCode = 502, rawHeaders } = response
    return (recorder.lastAnswer = { status: statusCode, headers: rawHeaders, body: await readAll(response) })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  recorder.port = (server.address() as AddressInfo).port
  return recorder
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
