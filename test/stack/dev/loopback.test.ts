import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { loopbackHost } from '../../../dev/worker.ts'
import { freePorts, occupy } from './process.ts'

const canListenOn = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })

describe('The Worker listens', () => {
  it('as localhost, where that is 127.0.0.1 and what else the machine can listen on', async () => {
    const [port = 0] = await freePorts(1)
    expect(await loopbackHost(port, ['127.0.0.1'])).toBe('localhost')
    const expected = (await canListenOn('::1', port)) ? 'localhost' : '127.0.0.1'
    expect(await loopbackHost(port, ['::1', '127.0.0.1'])).toBe(expected)
  })

  it.each([
    ['localhost is also an address of the network', ['127.0.0.1', '0.0.0.0']],
    ['localhost is also an address of another machine', ['192.0.2.1', '127.0.0.1']],
    ['localhost is IPv6 only', ['::1']],
    ['localhost is nothing', []],
  ])('on 127.0.0.1 only, where %s', async (_, addresses) => {
    const [port = 0] = await freePorts(1)
    expect(await loopbackHost(port, addresses)).toBe('127.0.0.1')
  })

  it('nowhere, where the port of one of its addresses is in use', async () => {
    const [port = 0] = await freePorts(1)
    const taken = await occupy(port)
    await expect(loopbackHost(port, ['127.0.0.1'])).rejects.toThrow(
      `Port ${port} is in use on 127.0.0.1, which is localhost too. Set PORT to another port.`,
    )
    await new Promise((resolve) => taken.close(resolve))
  })
})
