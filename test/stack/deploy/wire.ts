import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

const SSL_REQUEST = 80_877_103

export interface Certificate {
  /** Of the certificate, which is its own CA: for NODE_EXTRA_CA_CERTS. */
  file: string
  key: string
  cert: string
  remove(): void
}

/** A certificate for a host that no CA knows, in a temporary folder. */
export function makeCertificate(host: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'parley-certificate-'))
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=a rebuilt Neon', '-addext', `subjectAltName=DNS:${host}`]
  const made = spawnSync('openssl', [...request, ...subject, '-keyout', keyFile, '-out', file], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`)
  const remove = () => rmSync(folder, { recursive: true })
  return { file, key: readFileSync(keyFile, 'utf8'), cert: readFileSync(file, 'utf8'), remove }
}

/** What a Postgres server sees of a client that connects. */
export interface Arrival {
  stream: Duplex
  /** The first message, after TLS where the client asked for it. */
  startup: Buffer
  /** The name that the client asked for, or null where it speaks plain text. */
  secureFor: string | null
}

/** Listens on a free loopback port as a Postgres server does up to its first message. Without a certificate it has no TLS. */
export async function listen(certificate: Certificate | null, onArrival: (arrival: Arrival) => void): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    void arrive(socket, certificate).then(onArrival, () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function arrive(socket: Socket, certificate: Certificate | null): Promise<Arrival> {
  // The client waits for an answer to each of these, so that a chunk is a message.
  const first = await nextChunk(socket)
  if (first.readInt32BE(4) !== SSL_REQUEST) return { stream: socket, startup: first, secureFor: null }
  socket.write(certificate ? 'S' : 'N')
  if (!certificate) return { stream: socket, startup: await nextChunk(socket), secureFor: null }
  const stream = new TLSSocket(socket, { isServer: true, key: certificate.key, cert: certificate.cert })
  stream.on('error', () => {})
  const startup = await nextChunk(stream)
  return { stream, startup, secureFor: String((stream as TLSSocket & { servername?: unknown }).servername) }
}

async function nextChunk(stream: Duplex): Promise<Buffer> {
  const ended = once(stream, 'close').then(() => Promise.reject(new Error('closed')))
  const [chunk] = (await Promise.race([once(stream, 'data'), ended])) as [Buffer]
  return chunk
}

/** Cuts a stream into messages: a type, a length, and what it says. */
export function splitMessages(onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = 1 + rest.readInt32BE(1)
      const message = rest.subarray(0, end)
      rest = rest.subarray(end)
      onMessage(message)
    }
  }
}

export const typeOf = (message: Buffer): string => String.fromCharCode(message[0] ?? 0)

export function message(type: string, ...strings: string[]): Buffer {
  const body = Buffer.from(strings.map((text) => `${text}\0`).join(''))
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

export const errorResponse = (code: string, text: string): Buffer =>
  message('E', 'SERROR', 'VERROR', `C${code}`, `M${text}`, '')

/** That the server is ready, outside of a transaction. */
export const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])

/** The SQL of a Query or a Parse. */
export function textOf(sent: Buffer): string[] {
  const [first = '', second = ''] = sent.subarray(5).toString().split('\0')
  return { Q: [first], P: [second] }[typeOf(sent)] ?? []
}

/** Replaces names by others of the same length, so that a message stays as long as it says. */
export function renamer(names: readonly (readonly [string, string])[]): (bytes: Buffer) => Buffer {
  return (bytes) =>
    Buffer.from(
      names.reduce((text, [from, to]) => text.replaceAll(from, to), bytes.toString('latin1')),
      'latin1',
    )
}
