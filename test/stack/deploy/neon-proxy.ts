import { once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  type Arrival,
  type Certificate,
  errorResponse,
  listen,
  message,
  READY,
  renamer,
  splitMessages,
  textOf,
  typeOf,
} from './wire.ts'

const CANCEL_REQUEST = 80_877_102

export interface NeonProxyOptions {
  upstream: { host: string; port: number }
  /** The name that clients have to ask for, with a certificate of it. */
  host: string
  certificate: Certificate
  /** Names as the client knows them, and others of the same length that the server has for them. */
  names: ReadonlyMap<string, string>
  /** A query of one text: why the transaction may not be committed, or null. */
  objection: string
}

export interface NeonProxy {
  port: number
  close(): Promise<void>
}

/**
 * Stands in front of a Postgres and refuses what Neon refuses: connections without TLS, and at commit what its control plane
 * objects to. On Neon that is a hook in the server (`pgxn/neon/neon_ddl_handler.c`); here the proxy asks, in the same session,
 * before it passes the commit on.
 */
export async function startNeonProxy(options: NeonProxyOptions): Promise<NeonProxy> {
  const open = new Set<Duplex>()
  const server = await listen(options.certificate, (arrival) => {
    open.add(arrival.stream)
    serve(arrival, options)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port')
  return {
    port: address.port,
    close: async () => {
      for (const stream of open) stream.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function serve({ stream, startup, secureFor }: Arrival, options: NeonProxyOptions): void {
  const { host, upstream } = options
  if (secureFor === null) {
    stream.end(errorResponse('08P01', 'connection is insecure (try using `sslmode=require`)'))
  } else if (secureFor !== host) {
    stream.end(errorResponse('08P01', 'Endpoint ID is not specified.'))
  } else if (startup.readInt32BE(4) === CANCEL_REQUEST) {
    connect(upstream.port, upstream.host)
      .on('close', () => stream.destroy())
      .end(startup)
  } else {
    relay(stream, startup, options)
  }
}

const COMMIT = /^\s*(commit|end)\b/i
const ROLE_DDL = /\b(create|alter)\s+(role|user)\b/i
const IDLE = 'I'
const IN_TRANSACTION = 'T'
/** Of messages that are passed on at once: a password, the data of a COPY, the end. */
const PASSED_ON = new Set(['p', 'd', 'c', 'f', 'X'])
/** What an answer follows: a simple query, or the end of a group of messages of an extended one. */
const ENDS_A_GROUP = new Set(['Q', 'S'])

function relay(client: Duplex, startup: Buffer, { upstream, names, objection }: NeonProxyOptions): void {
  const server = connect({ ...upstream, noDelay: true })
  const out = renamer([...names])
  const back = renamer([...names].map(([own, others]) => [others, own]))
  let status = IDLE
  let isHashed = false
  let keep: Buffer[] | null = null
  let ready = Promise.withResolvers<void>()

  const onServer = (reply: Buffer) => {
    if (keep) keep.push(reply)
    else client.write(back(reply))
    if (typeOf(reply) !== 'Z') return
    status = String.fromCharCode(reply[5] ?? 0)
    ready.resolve()
  }
  const send = async (group: Buffer) => {
    ready = Promise.withResolvers()
    server.write(group)
    await ready.promise
  }
  /** The server's answer, which the client does not see. */
  const ask = async (group: Buffer) => {
    const answer: Buffer[] = []
    keep = answer
    await send(group)
    keep = null
    return answer
  }
  const findObjection = async () => {
    if (isHashed) return 'Neon only supports being given plaintext passwords'
    const row = (await ask(message('Q', objection))).find((reply) => typeOf(reply) === 'D')
    return row && row.readInt32BE(7) >= 0 ? row.subarray(11).toString() : null
  }
  const refuse = async (reason: string) => {
    await ask(message('Q', 'rollback'))
    const text = `Received HTTP code 400 from control plane: {"error":${JSON.stringify(reason)}}`
    client.write(Buffer.concat([errorResponse('XX000', text), READY]))
  }

  const run = async (group: Buffer, texts: string[]) => {
    if (group.includes('SCRAM-SHA-256$')) isHashed = true
    if (status === IN_TRANSACTION && texts.some((text) => COMMIT.test(text))) {
      const reason = await findObjection()
      if (reason !== null) await refuse(reason)
      else await send(group)
    } else if (status === IDLE && texts.some((text) => ROLE_DDL.test(text))) {
      // A statement by itself is a transaction, too.
      await ask(message('Q', 'begin'))
      const answer = await ask(group)
      const reason = answer.some((reply) => typeOf(reply) === 'E') ? null : await findObjection()
      if (reason !== null) return refuse(reason)
      await ask(message('Q', 'commit'))
      client.write(Buffer.concat([...answer.slice(0, -1).map(back), READY]))
    } else {
      await send(group)
    }
    if (status === IDLE) isHashed = false
  }

  let turn = Promise.resolve()
  let group: Buffer[] = []
  const onClient = (sent: Buffer) => {
    const type = typeOf(sent)
    if (PASSED_ON.has(type)) return void server.write(sent)
    group.push(out(sent))
    if (!ENDS_A_GROUP.has(type)) return
    const whole = Buffer.concat(group)
    const texts = group.flatMap(textOf)
    group = []
    turn = turn.then(() => run(whole, texts))
  }

  server.on('data', splitMessages(onServer)).on('error', () => client.destroy())
  server.on('close', () => client.destroy()).write(out(startup))
  client.on('data', splitMessages(onClient)).on('close', () => server.destroy())
}
