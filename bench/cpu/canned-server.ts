import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer } from './recorder.ts'

/**
 * Runs in a process of its own, so that its work is not the load generator's: opens a port that answers everything
 * with the answer it was sent, and tells the port. Ends with its parent.
 */
process.on('message', ({ status, headers, body }: Answer) => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status, headers).end(body))
  })
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
})
process.on('disconnect', () => process.exit())
