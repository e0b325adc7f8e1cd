import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

/**
 * What happens to a request: `lose` and `truncate` after it was carried out (no answer, half an answer), `cut` before; or an answer in
 * place of Parley's.
 */
export type Fault = 'lose' | 'truncate' | 'cut' | { status: number; headers?: Record<string, string>; body?: string }

/** A request as the proxy has seen it. */
export interface Seen {
  method: string
  path: string
  key: string | undefined
  body: string
}

export interface Proxy {
  url: string
  /** All requests since the last `fail`, in order. */
  seen: Seen[]
  /** The next requests fail like this, one after the other; those after them pass. */
  fail(...faults: Fault[]): void
  close(): Promise<void>
}

/** What is about one connection, or about how the body travels on it. */
const OF_THE_CONNECTION = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
])

/** A bad connection to Parley, over real sockets. */
export async function startProxy(target: string): Promise<Proxy> {
  const seen: Seen[] = []
  let faults: Fault[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const { method = 'GET', url = '/', headers } = request
    seen.push({ method, path: url, key: headers['idempotency-key'] as string | undefined, body: body.toString() })
    const fault = faults.shift()
    if (fault === 'cut') return void response.destroy()
    if (typeof fault === 'object') return void response.writeHead(fault.status, fault.headers).end(fault.body)
    const sent = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      OF_THE_CONNECTION.has(name) ? [] : [[name, String(value)]],
    )
    const init = { method, headers: sent }
    const real = await fetch(target + url, { ...init, ...(body.length > 0 && { body: new Uint8Array(body) }) })
    const text = Buffer.from(await real.arrayBuffer())
    if (fault === 'lose') return void response.destroy()
    const cookies = { 'set-cookie': real.headers.getSetCookie() }
    const answered = [...real.headers].filter(([name]) => !OF_THE_CONNECTION.has(name))
    response.writeHead(real.status, { ...Object.fromEntries(answered), ...cookies, 'content-length': text.length })
    if (fault !== 'truncate') return void response.end(text)
    response.write(text.subarray(0, text.length / 2), () => response.destroy())
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    seen,
    fail(...next) {
      seen.length = 0
      faults = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
