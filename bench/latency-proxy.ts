import { type AddressInfo, connect, createServer } from 'node:net'

/** Stands between a client and its server as the network does: adds latency and counts round trips, of any protocol. */
export interface LatencyProxy {
  port: number
  /** Added to each round trip. */
  delayMs: number
  /** How often a client has spoken after its server did, over all connections. */
  roundTrips: number
  close(): Promise<void>
}

export async function startLatencyProxy(target: { host: string; port: number }): Promise<LatencyProxy> {
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ ...target, noDelay: true })
    let answered = true
    client.on('data', (bytes) => {
      if (answered) proxy.roundTrips += 1
      answered = false
      // A round trip is paid for on the way there, in full, and the way back is free: the sum is the same. What is sent
      // in one burst is on its way at the same time and pays once; timers of one length keep its order.
      if (proxy.delayMs === 0) upstream.write(bytes)
      else setTimeout(() => upstream.write(bytes), proxy.delayMs)
    })
    upstream.on('data', (bytes) => {
      answered = true
      client.write(bytes)
    })
    client.on('close', () => upstream.destroy()).on('error', () => upstream.destroy())
    upstream.on('close', () => client.destroy()).on('error', () => client.destroy())
  })
  const proxy: LatencyProxy = {
    port: 0,
    delayMs: 0,
    roundTrips: 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy.port = (server.address() as AddressInfo).port
  return proxy
}
