import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Posted } from './owner-filter.ts'

export interface Middleman {
  port: number
  close(): Promise<void>
}

/** Stands between the Worker and the Neon endpoint on `neonPort`, and passes each batch on as `alter` makes it. */
export async function startMiddleman(neonPort: number, alter: (batch: Posted[]) => Posted[]): Promise<Middleman> {
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { queries } = (await json(request)) as { queries: Posted[] }
    const headers = Object.entries(request.headers).filter(([name]) => name.startsWith('neon-')) as [string, string][]
    const answer = await fetch(`http://127.0.0.1:${neonPort}/sql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ queries: alter(queries) }),
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  }
  const server = createServer((request, response) => void pass(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
