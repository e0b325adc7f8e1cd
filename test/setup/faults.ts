import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Stack } from '../../dev/stack.ts'
import { createProvider } from './provider.ts'

export interface FaultServer {
  url: string
  close(): Promise<void>
}

interface Peers {
  neonPort: Stack['neonPort']
  cognito: Pick<Stack['cognito'], 'port'>
  /** Told of every request that is meant for the database. */
  count: (request: { connectionString: string }) => void
}

/** Stands in everything that a database may say: none of it may reach a client or the log. */
const SECRET = 'do-not-leak'

/**
 * A server that fails on demand, between the Worker and the real ones.
 *
 * - `POST /sql`: Neon's endpoint. The connection string's `faults=cut,pass` says what happens to the first request of
 *   its `application_name`, to the second, …; the last holds for all that follow. Before the statements run: `hang`, `cut`,
 *   `control-plane`, `unreachable`, `no-code` or a SQLSTATE. Afterwards: `stall` (no answer ever), `lose` (the connection
 *   breaks), `truncate` (half an answer). `twice` sends the request on two times at once.
 * - `POST /`: Cognito's API, down; its keys are there (`GET /<pool>/.well-known/jwks.json`).
 * - `/embedder/…`: see {@link createProvider}.
 */
export async function startFaults({ neonPort, cognito, count }: Peers): Promise<FaultServer> {
  const seen = new Map<string, number>()
  const provider = createProvider()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://faults')
    if (pathname === '/sql') return query(request, response)
    if (pathname.startsWith('/embedder/')) return provider(request, response)
    if (request.method === 'POST') return reply(response, 503, { __type: 'ServiceUnavailableException' })
    const keys = await fetch(`http://127.0.0.1:${cognito.port}${pathname}`)
    reply(response, keys.status, await keys.json())
  }

  async function query(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const connectionString = String(request.headers['neon-connection-string'])
    count({ connectionString })
    const url = new URL(connectionString)
    const name = url.searchParams.get('application_name') ?? ''
    const faults = (url.searchParams.get('faults') ?? 'pass').split(',')
    const turn = seen.get(name) ?? 0
    seen.set(name, turn + 1)
    url.search = ''
    const run = () => forward(neonPort, request, body, url.href)
    await breakDown(faults[turn] ?? faults.at(-1) ?? 'pass', response, run)
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function breakDown(fault: string, response: ServerResponse, run: () => Promise<Answer>): Promise<void> {
  switch (fault) {
    case 'hang':
      return
    case 'cut':
      return void response.destroy()
    case 'control-plane':
      return reply(response, 500, { message: 'Control plane request failed' })
    case 'unreachable':
      return reply(response, 500, { message: `Couldn't connect to compute node ${SECRET}` })
    case 'no-code':
      return reply(response, 400, { message: `connection closed ${SECRET}`, code: '' })
    case 'pass':
    case 'stall':
    case 'lose':
    case 'truncate':
    case 'twice':
      break
    default:
      return reply(response, 400, databaseError(fault))
  }
  // From here on the statements have run.
  const [answer, other] = await Promise.all(fault === 'twice' ? [run(), run()] : [run()])
  const { status, headers, text } = other ?? answer
  if (fault === 'stall') return
  if (fault === 'lose') return void response.destroy()
  response.writeHead(status, headers)
  response.end(fault === 'truncate' ? text.slice(0, text.length / 2) : text)
}

interface Answer {
  status: number
  headers: Record<string, string>
  text: string
}

async function forward(port: number, { headers }: IncomingMessage, body: Buffer, target: string): Promise<Answer> {
  const modes = Object.entries(headers).filter(([name]) => name.startsWith('neon-'))
  const answer = await fetch(`http://127.0.0.1:${port}/sql`, {
    method: 'POST',
    headers: {
      ...Object.fromEntries(modes.map(([name, value]) => [name, String(value)])),
      'neon-connection-string': target,
    },
    body: new Uint8Array(body),
  })
  return { status: answer.status, headers: { 'content-type': 'application/json' }, text: await answer.text() }
}

/** As Postgres reports an error, with all that it likes to repeat of statements and rows. */
const databaseError = (code: string) => ({
  message: `relation "${SECRET}" at postgres://owner:${SECRET}@db/main`,
  code,
  severity: 'ERROR',
  detail: `Failing row contains (${SECRET}).`,
  hint: `Perhaps you meant "${SECRET}".`,
  where: `SQL statement "insert into ${SECRET} values ($1)"`,
  position: '15',
  routine: 'parserOpenTable',
})

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
