// @module-tag slow
import type { Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { freePorts, run } from '../dev/process.ts'
import { resolving } from './neon.ts'
import { type Arrival, type Certificate, errorResponse, listen, makeCertificate } from './wire.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

const HOST = 'db.parley.test'
const PASSWORD = 'do-not-print-me-7f3a'

/** Two servers that know nobody: with a certificate of the host, and without TLS. */
let certificate: Certificate
let secure: Server
let plain: Server
const arrivals: Arrival[] = []
const knowNobody = (arrival: Arrival) => {
  arrivals.push(arrival)
  arrival.stream.end(errorResponse('28P01', 'password authentication failed for user "owner"'))
}
const portOf = (server: Server) => (server.address() as { port: number }).port

beforeAll(async () => {
  certificate = makeCertificate(HOST)
  secure = await listen(certificate, knowNobody)
  plain = await listen(null, knowNobody)
})
afterAll(() => {
  secure.close()
  plain.close()
  certificate.remove()
})

/** `npm run db:migrate`, which fails. @returns its one line, and how the server was reached */
async function failingWith(url: string, environment: Record<string, string> = {}) {
  arrivals.length = 0
  const own = { DATABASE_URL: url, NODE_OPTIONS: resolving(HOST), ...environment }
  const { code, stdout, stderr } = await run('npm run --silent db:migrate', own)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).not.toContain(PASSWORD)
  expect(stderr).not.toContain('postgres://owner')
  return { line: stderr.trim(), reached: arrivals.map(({ secureFor }) => secureFor) }
}
const urlOf = (host: string, port: number, more = '') => `postgres://owner:${PASSWORD}@${host}:${port}/parley${more}`
const trusting = () => ({ NODE_EXTRA_CA_CERTS: certificate.file })

describe('npm run db:migrate says in one line, without the password,', () => {
  it('that the password is wrong', async () => {
    const { line } = await failingWith(urlOf(HOST, portOf(secure)), trusting())
    expect(line).toBe(
      `Cannot connect to ${HOST}:${portOf(secure)} as owner: password authentication failed for user "owner" (SQLSTATE 28P01).`,
    )
  })

  it('that there is no such host', async () => {
    const { line } = await failingWith(urlOf('db.parley.invalid', 5432))
    expect(line).toMatch(
      /^Cannot connect to db\.parley\.invalid:5432 as owner: no such host \((ENOTFOUND|EAI_AGAIN)\)\.$/,
    )
  })

  it('that nothing listens', async () => {
    const [port = 0] = await freePorts(1)
    const { line } = await failingWith(urlOf('localhost', port))
    expect(line).toBe(`Cannot connect to localhost:${port} as owner: nothing listens there (ECONNREFUSED).`)
  })

  it('that the server has no TLS, and what to do where that is meant', async () => {
    const { line, reached } = await failingWith(urlOf(HOST, portOf(plain)))
    expect(line).toMatch(/: the server has no TLS\. If the network in between is trusted, add \?sslmode=disable/)
    expect(reached).toEqual([])
  })

  it('that nobody vouches for the certificate, before it has said who it is', async () => {
    const { line, reached } = await failingWith(urlOf(HOST, portOf(secure)))
    expect(line).toMatch(
      /: its certificate cannot be trusted: self-signed certificate \(DEPTH_ZERO_SELF_SIGNED_CERT\)\./,
    )
    expect(reached).toEqual([])
  })

  it('that the certificate is another host’s', async () => {
    const { line, reached } = await failingWith(urlOf('other.parley.test', portOf(secure)), {
      ...trusting(),
      NODE_OPTIONS: resolving('other.parley.test'),
    })
    expect(line).toMatch(/: its certificate cannot be trusted: .*altnames.*\(ERR_TLS_CERT_ALTNAME_INVALID\)/)
    expect(reached).toEqual([])
  })

  it('that the URL cannot be read', async () => {
    const { line } = await failingWith(`postgres://owner:${PASSWORD}/with-a-slash@${HOST}/parley`)
    expect(line).toMatch(/^The database URL cannot be read: .* percent-encoded/)
  })
})

describe('npm run db:migrate connects', () => {
  it.each(['', '?sslmode=require', '?sslmode=require&channel_binding=require', '?sslmode=verify-full'])(
    'with TLS, and the name of the host, to any host but this machine: %s',
    async (more) => {
      expect((await failingWith(urlOf(HOST, portOf(secure), more), trusting())).reached).toEqual([HOST])
    },
  )

  it('without TLS where the URL says so', async () => {
    expect((await failingWith(urlOf(HOST, portOf(plain), '?sslmode=disable'))).reached).toEqual([null])
  })

  it.each(['localhost', '127.0.0.1'])('without TLS to %s', async (host) => {
    expect((await failingWith(urlOf(host, portOf(plain)))).reached).toEqual([null])
  })
})
