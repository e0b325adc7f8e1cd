import { connect, type Socket } from 'node:net'

/** What a client sees that writes all of its request before it reads anything. */
export interface Seen {
  /** Of the last response; undefined where there was none. */
  status: number | undefined
  /** All that came. */
  text: string
  /** The code of what went wrong with the connection. */
  error: string | undefined
}

const CHUNK = Buffer.alloc(64 * 1024, 'a')

/** A POST over a socket of its own. */
export interface RawPost {
  headers: Record<string, string>
  /** Bytes to send. */
  size: number
  /** Bytes to announce, where not as many. */
  announced?: number
  /** Without a length. */
  chunked?: boolean
  /** Sends all but the end. */
  stalls?: boolean
}

/** Sends the request to its end, then reads the answer: unlike `fetch` and curl, which look for one while they write. */
export function post(
  url: string,
  path: string,
  { headers, size, announced = size, chunked, stalls }: RawPost,
): Promise<Seen> {
  const length = chunked ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(announced) }
  return exchange(url, `POST ${path}`, { ...headers, ...length }, async (socket) => {
    for (let left = size; left > 0; left -= CHUNK.length) {
      const chunk = CHUNK.subarray(0, Math.min(left, CHUNK.length))
      await write(socket, chunked ? Buffer.concat([hexOf(chunk), chunk, Buffer.from('\r\n')]) : chunk)
    }
    if (chunked && !stalls) await write(socket, Buffer.from('0\r\n\r\n'))
  })
}

/** Sends a request whose headers may be empty. */
export const get = (url: string, path: string, headers: Record<string, string>): Promise<Seen> =>
  exchange(url, `GET ${path}`, headers, () => Promise.resolve())

function exchange(
  url: string,
  target: string,
  headers: Record<string, string>,
  send: (socket: Socket) => Promise<void>,
): Promise<Seen> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    let text = ''
    const end = (error?: string) => {
      const status = text.match(/^HTTP\/1\.1 (?!1)\d{3}/gm)?.at(-1)
      resolve({ status: status ? Number(status.slice(-3)) : undefined, text, error })
      socket.destroy()
    }
    socket.pause()
    socket.on('error', (error) => end('code' in error ? String(error.code) : error.name))
    socket.on('close', () => end())
    socket.on('data', (data) => {
      text += data.toString()
    })
    const lines = [`${target} HTTP/1.1`, 'Host: parley.test', 'Connection: close']
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    void send(socket).then(
      () => socket.resume(),
      () => undefined,
    )
  })
}

const write = (socket: Socket, data: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(data, (error) => (error ? reject(error) : resolve()))
  })

const hexOf = ({ length }: Uint8Array) => Buffer.from(`${length.toString(16)}\r\n`)
