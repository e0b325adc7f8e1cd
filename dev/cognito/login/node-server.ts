import type { IncomingMessage, ServerResponse } from 'node:http'

/** More than any form of these pages has. */
const MAX_BODY = 65_536

/** Answers a request of Node's server by a handler of `Request` and `Response`. */
export async function answer(
  handler: (request: Request) => Response | Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming)
  if (body === null) return refuse(outgoing, 413, 'This is too long.')
  const { method = 'GET', headers, url = '/' } = incoming
  const isRead = method === 'GET' || method === 'HEAD'
  const request = new Request(`http://${headers.host}${url}`, {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
    ...(isRead ? {} : { body }),
  })
  const response = await handler(request)
  outgoing.statusCode = response.status
  outgoing.setHeaders(response.headers)
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}

/** A refusal without a page. */
export function refuse(outgoing: ServerResponse, status: number, why: string): void {
  // Unread bytes of a body would be read as the next request.
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${why}\n`)
}

async function readBody(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer> | null> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > MAX_BODY) return null
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
