import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import { EMBEDDING_DIMENSIONS } from '../../../src/embeddings/embedder.ts'

export interface ReceivedRequest {
  url: string
  headers: IncomingHttpHeaders
  body: z.infer<typeof requestBody>
}

const requestBody = z.strictObject({
  model: z.string(),
  input: z.array(z.string()),
  dimensions: z.number().optional(),
  encoding_format: z.enum(['base64', 'float']),
})

/** One answer of the provider: writes the response, or breaks it. */
export type Reply = (request: ReceivedRequest, response: ServerResponse) => void

export interface FakeProvider {
  baseUrl: string
  received: ReceivedRequest[]
  close(): Promise<void>
}

/** An OpenAI-compatible server on a free port. It gives the replies in turn, the last one for every further request. */
export async function startProvider(...replies: [Reply, ...Reply[]]): Promise<FakeProvider> {
  const received: ReceivedRequest[] = []
  const server = createServer((incoming, response) => {
    void (async () => {
      const body = requestBody.parse(await json(incoming))
      const request = { url: incoming.url ?? '', headers: incoming.headers, body }
      const reply = replies[received.length] ?? replies.at(-1)
      received.push(request)
      reply?.(request, response)
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    received,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** The unit vector along one axis, which says from its place which text it was made of. */
export function axis(place: number): number[] {
  return Array.from({ length: EMBEDDING_DIMENSIONS }, (_, i) => (i === place ? 1 : 0))
}

const asBase64 = (numbers: number[]) => Buffer.from(Float32Array.from(numbers).buffer).toString('base64')

/** Answers each text `t<n>` with the unit vector along axis n, in the encoding asked for. */
export const embeddings: Reply = ({ body }, response) => {
  const data = body.input.map((text, index) => ({ index, embedding: asBase64(axis(Number(text.slice(1)))) }))
  send(response, 200, { object: 'list', data, model: body.model, usage: { prompt_tokens: 1, total_tokens: 1 } })
}

/** Answers with these vectors, whatever was asked. */
export const vectors =
  (...list: unknown[]): Reply =>
  (_request, response) =>
    send(response, 200, { data: list.map((embedding, index) => ({ index, embedding })) })

/** Refuses as OpenAI does, with a message that repeats what it should not. */
export const refusal =
  (status: number, code: string, headers?: Record<string, string>): Reply =>
  ({ headers: sent, body }, response) =>
    send(
      response,
      status,
      { error: { message: `${sent.authorization} ${body.input.join()}`, type: 'x', code } },
      headers,
    )
