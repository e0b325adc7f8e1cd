import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Client } from 'pg'
import type { Upstream } from './session.ts'

const CANCEL_REQUEST = 80_877_102
const SSL_REQUEST = 80_877_103

/** Sends a CancelRequest for what `client` runs, over a connection of its own as the protocol wants it. */
export async function cancelQuery(upstream: Upstream, client: Client): Promise<void> {
  if (!hasBackendKey(client)) return
  const plain = connect(upstream.port, upstream.host)
  const closed = Promise.withResolvers<void>()
  plain.on('error', () => {}).on('close', () => closed.resolve())
  const message = words(16, CANCEL_REQUEST, client.processID, client.secretKey)
  void secured(plain, upstream).then(
    (socket) => socket.resume().end(message),
    () => plain.destroy(),
  )
  await closed.promise
}

/** The socket once it is connected, with TLS where the upstream has it: the key in the message stops any statement of the session. */
async function secured(socket: Socket, { host, ssl }: Upstream): Promise<Socket> {
  await once(socket, 'connect')
  if (!ssl) return socket
  socket.write(words(8, SSL_REQUEST))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  if (answer.toString() !== 'S') throw new Error('The server has no TLS')
  const secure = connectTls({ socket, host, ...(isIP(host) ? {} : { servername: host }), ...(ssl === true ? {} : ssl) })
  secure.on('error', () => socket.destroy())
  await once(secure, 'secureConnect')
  return secure
}

function words(...values: number[]): Buffer {
  const message = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) message.writeInt32BE(value, i * 4)
  return message
}

const hasBackendKey = (client: Client): client is Client & { processID: number; secretKey: number } =>
  'processID' in client && typeof client.processID === 'number' && 'secretKey' in client
