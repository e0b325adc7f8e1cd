import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bundleParley } from '../../../bench/bundle.ts'
import { type RunningWorker, startWorker } from '../../../bench/workerd.ts'
import { type RunningCognito, signInLocally, startCognito } from '../../../dev/cognito.ts'
import { get, post } from './raw-client.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const MIB = 1024 * 1024
const NOWHERE = 'postgres://parley_app:password@127.0.0.1:1/postgres'

let directory: string
let cognito: RunningCognito
let worker: RunningWorker
let token: string

// workerd itself, as its HTTP server is what this is about. Nothing here gets as far as the database.
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-sockets-'))
  cognito = await startCognito({ dataDir: directory })
  token = (await signInLocally(cognito, 'ada@example.com')).accessToken
  worker = await startWorker((await bundleParley()).script, {
    DATABASE_URL: NOWHERE,
    DATABASE_URL_SYSTEM: NOWHERE,
    COGNITO_ISSUER: cognito.issuer,
    COGNITO_CLIENT_IDS: cognito.clientId,
  })
})
afterAll(async () => {
  await worker?.stop()
  await cognito?.close()
  await rm(directory, { recursive: true })
})

const json = { 'Content-Type': 'application/json' }
const cookie = () => ({ Cookie: `__Host-parley-access=${token}` })
const bearer = () => ({ Authorization: `Bearer ${token}` })

describe('A body that is refused is received to its end, so that the client reads the answer:', () => {
  it.each([
    ['an import of JSON', '/v1/import', () => ({ ...bearer(), ...json }), 12, 413],
    [
      'an import with a long line',
      '/v1/import',
      () => ({ ...bearer(), 'Content-Type': 'application/x-ndjson' }),
      12,
      413,
    ],
    [
      'an import that is longer than any',
      '/v1/import',
      () => ({ ...bearer(), 'Content-Type': 'application/jsonl' }),
      70,
      413,
    ],
    ['another route', '/v1/conversations', () => ({ ...bearer(), ...json }), 12, 413],
    ['a sign-in', '/v1/session', () => json, 12, 413],
    ['no token', '/v1/import', () => json, 12, 401],
    ['a bad token', '/v1/import', () => ({ ...json, Authorization: 'Bearer x' }), 12, 401],
    ['no route', '/nowhere', () => json, 12, 404],
    ['another method', '/healthz', () => json, 12, 405],
    ['another media type', '/v1/import', () => ({ ...bearer(), 'Content-Type': 'text/plain' }), 12, 415],
    ['a long address', `/${'x'.repeat(9000)}`, () => json, 12, 414],
  ])('%s', async (_, path, headers, mebibytes, status) => {
    for (const chunked of [false, true]) {
      const seen = await post(worker.url, path, { headers: headers(), size: mebibytes * MIB, chunked })
      expect({ ...seen, text: seen.text.slice(0, 12) }).toEqual({
        status,
        error: undefined,
        text: `HTTP/1.1 ${status}`,
      })
      expect(seen.text).toContain('"requestId"')
    }
  })

  it('is not kept in memory', async () => {
    await post(worker.url, '/nowhere', { headers: json, size: MIB })
    const { now } = await worker.memory()
    await post(worker.url, '/nowhere', { headers: json, size: 90 * MIB })
    expect((await worker.memory()).peak - now).toBeLessThan(30 * MIB)
  })
})

describe('A body that does not come to its end', () => {
  it('is not read before it is known who asks', async () => {
    const seen = await post(worker.url, '/v1/conversations', { headers: json, size: 5, chunked: true, stalls: true })
    expect(seen.status).toBe(401)
  })
})

describe('A client that waits for the answer before it sends the body', () => {
  it('gets it at once where it says so', async () => {
    const headers = { ...json, Expect: '100-continue' }
    const started = Date.now()
    const seen = await post(worker.url, '/v1/import', { headers, size: 0, announced: 12 * MIB })
    expect(seen.status).toBe(401)
    expect(seen.text).not.toContain('100 Continue')
    expect(Date.now() - started).toBeLessThan(900)
  })

  it('gets it soon where it does not', async () => {
    const seen = await post(worker.url, '/v1/import', { headers: json, size: 0, announced: 12 * MIB })
    expect(seen.status).toBe(401)
  })

  it('gets it at once where more is announced than would be received', async () => {
    const started = Date.now()
    const seen = await post(worker.url, '/nowhere', { headers: json, size: 0, announced: 200 * MIB })
    expect(seen.status).toBe(404)
    expect(Date.now() - started).toBeLessThan(900)
  })
})

describe('An Authorization header', () => {
  it.each(['Bearer', 'Bearer x', 'Basic eA==', '-'])('wins over cookies: %s', async (value) => {
    expect((await get(worker.url, '/v1/me', { ...cookie(), Authorization: value })).status).toBe(401)
  })

  // The day that this fails, decision 016 has one exception less.
  it('that is empty reaches no Worker: workerd takes it for none', async () => {
    const bare = await startWorker(
      `export default { fetch: ({ headers }) => Response.json([headers.has('authorization'), ...headers.keys()]) }`,
      {},
    )
    try {
      const seen = await get(bare.url, '/', { Authorization: '', 'X-Other': '' })
      expect(seen.text).toContain('[false,"connection","host","x-other"]')
    } finally {
      await bare.stop()
    }
    // So the cookie counts. The database, where this ends, is not there.
    expect((await get(worker.url, '/v1/me', { ...cookie(), Authorization: '' })).status).toBe(503)
  })

  it('that is empty takes nothing away from the rules for cookies', async () => {
    const headers = { ...cookie(), ...json, Authorization: '' }
    const seen = await post(worker.url, '/v1/conversations', { headers, size: 2 })
    expect(seen.status).toBe(403)
    expect(seen.text).toContain('"origin_not_allowed"')
  })
})
