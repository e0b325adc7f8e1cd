import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { ErrorCode } from '../../src/result.ts'
import { expectDiscreet, expectFailure, type Log, readLog } from './discretion.ts'
import { createApi, type Overrides, type TestUser } from './harness.ts'
import { type Conversation, type Page, read } from './helpers.ts'
import { nowhere, pathOf, PROTECTED_ROUTES } from './protected-routes.ts'

const LIST = '/v1/conversations'
const healthy = createApi()
let ada: TestUser
let log: Log

beforeAll(async () => {
  ada = await healthy.newUser()
})

beforeEach(() => {
  log = readLog()
})

afterEach(() => {
  expectDiscreet(log.text(), ada)
})

/** A Worker whose database does this to the first request, that to the second, …: see `test/setup/faults.ts`. */
function faulty(faults: string, overrides: Overrides = {}) {
  const url = new URL(inject('bindings').DATABASE_URL)
  url.port = new URL(inject('faults')).port
  url.searchParams.set('faults', faults)
  const api = createApi({ DATABASE_URL: url.href, ...overrides })
  return { ...api, ada: api.as(ada) }
}

/** A title that nobody else uses, and how many of Ada's conversations have it. */
const newTitle = () => `Title ${crypto.randomUUID()}`
const countOf = async (title: string) => {
  const { data } = await read<Page<Conversation>>(ada.get(`${LIST}?limit=100`))
  return data.filter((conversation) => conversation.title === title).length
}

describe('A database that cannot be reached', () => {
  const dead = createApi({ DATABASE_URL: 'postgres://parley_app:do-not-leak@127.0.0.1:1/postgres' })

  it('makes a read a 503, and a write one whose outcome is unknown', async () => {
    const started = Date.now()
    const response = await dead.as(ada).get(LIST)
    await expectFailure(response, 503, 'database_unavailable')
    expect(response.headers.get('Retry-After')).toBe('5')
    await expectFailure(await dead.as(ada).post(LIST, {}), 503, 'outcome_unknown')
    expect(Date.now() - started).toBeLessThan(5_000)
  })

  it('makes /readyz a 503, and leaves /healthz alone', async () => {
    await expectFailure(await dead.call('GET', '/readyz'), 503, 'database_unavailable')
    expect((await dead.call('GET', '/healthz')).status).toBe(200)
  })

  it('keeps the cron trigger from nothing but its work', async () => {
    await createApi({ DATABASE_URL_SYSTEM: 'postgres://parley_system:do-not-leak@127.0.0.1:1/postgres' }).sweep()
    const sweeps = ['embedding', 'idempotency_sweep', 'indexing', 'purge', 'retention', 'settling']
    const failed = sweeps.map((name) => `${name}_failed`)
    expect(new Set(log.lines().map(({ event }) => event))).toEqual(new Set(failed))
    expect(log.lines().every(({ level }) => level === 'error')).toBe(true)
  })
})

describe('A database that does not answer', () => {
  it('is a 504 after the time-out for a read, and an unknown outcome for a write', async () => {
    const slow = faulty('hang', { DATABASE_TIMEOUT_MS: '300' })
    const started = Date.now()
    await expectFailure(await slow.ada.get(LIST), 504, 'database_timeout')
    await expectFailure(await slow.ada.post(LIST, {}), 503, 'outcome_unknown')
    await expectFailure(await slow.call('GET', '/readyz'), 504, 'database_timeout')
    expect(Date.now() - started).toBeGreaterThanOrEqual(850)
    expect(Date.now() - started).toBeLessThan(4_000)
    expect(await slow.posts()).toBe(3)
  })

  it('gets no second chance when the first has used up the time', async () => {
    const slow = faulty('hang,pass', { DATABASE_TIMEOUT_MS: '300' })
    await expectFailure(await slow.ada.get(LIST), 504, 'database_timeout')
    expect(await slow.posts()).toBe(1)
  })
})

/** A preview, or the profile, is read before anything is written. */
const READS_FIRST = /\/(purge|import)$/

describe('The failures of the reference', () => {
  interface Reference {
    paths: Record<string, Record<string, { responses: Record<string, { 'x-problem-codes'?: ErrorCode[] }> }>>
  }
  let reference: Reference
  beforeAll(async () => {
    reference = await read<Reference>(healthy.call('GET', '/openapi.json'))
  })

  it.each(PROTECTED_ROUTES)('name outcome_unknown where $method $pattern writes, and only there', async (route) => {
    const { method, pattern, body, raw } = route
    const headers = { Authorization: `Bearer ${ada.accessToken}`, 'Content-Type': raw?.type ?? 'application/json' }
    const sent = raw?.text ?? (body && JSON.stringify(body(nowhere())))
    const unreachable = faulty('unreachable')
    const response = await unreachable.call(method, pathOf(route, nowhere()), { headers, ...(sent && { body: sent }) })
    const { code } = await response.json<{ code: ErrorCode }>()

    const path = pattern.replaceAll(/:(\w+)/g, '{$1}')
    const { responses } = reference.paths[path]?.[method.toLowerCase()] ?? {}
    const documented = responses?.[503]?.['x-problem-codes'] ?? []
    expect(documented).toContain(code)
    if (!READS_FIRST.test(path)) expect(documented.includes('outcome_unknown')).toBe(code === 'outcome_unknown')
  })
})

/** What happens to the first request; what a read and a write then come to; what became of the row. */
const FAULTS: [fault: string, read: number, write: number | ErrorCode, written: number][] = [
  // Certainly not run: both are tried again.
  ['control-plane', 200, 201, 1],
  ['40001', 200, 201, 1],
  ['53300', 200, 201, 1],
  ['57P03', 200, 201, 1],
  // Perhaps run: a read is tried again, a write is not.
  ['cut', 200, 'outcome_unknown', 0],
  ['lose', 200, 'outcome_unknown', 1],
  ['truncate', 200, 'outcome_unknown', 1],
  ['unreachable', 200, 'outcome_unknown', 0],
  ['no-code', 200, 'outcome_unknown', 0],
  ['08P01', 200, 'outcome_unknown', 0],
]

describe.each(FAULTS)('A request to the database that meets %s', (fault, readStatus, write, written) => {
  it('is repeated once when it reads', async () => {
    const api = faulty(`${fault},pass`)
    expect((await api.ada.get(LIST)).status).toBe(readStatus)
    expect(await api.posts()).toBe(2)
    const twice = faulty(`${fault},${fault},pass`)
    await expectFailure(await twice.ada.get(LIST), 503, 'database_unavailable')
    expect(await twice.posts()).toBe(2)
  })

  it(`is ${typeof write === 'number' ? 'repeated' : 'not repeated'} when it writes, and writes ${written}`, async () => {
    const title = newTitle()
    const api = faulty(`${fault},pass`)
    const response = await api.ada.post(LIST, { title })
    if (typeof write === 'number') expect(response.status).toBe(write)
    else await expectFailure(response, 503, write)
    expect(await api.posts()).toBe(typeof write === 'number' ? 2 : 1)
    expect(await countOf(title)).toBe(written)
  })
})

describe('An error of the database', () => {
  it.each([
    ['57014', 504, 'database_timeout'],
    ['42P01', 500, 'internal'],
    ['22P05', 500, 'internal'],
    ['42501', 500, 'internal'],
    ['3D000', 500, 'misconfigured'],
    ['28P01', 500, 'misconfigured'],
    ['XX000', 500, 'internal'],
  ] as [string, number, ErrorCode][])('%s is a %i, without a word of the inside', async (state, status, code) => {
    const api = faulty(state)
    await expectFailure(await api.ada.get(LIST), status, code)
    await expectFailure(await api.ada.post(LIST, {}), status, code)
    expect(await api.posts()).toBe(2)
    expect(log.lines()).toMatchObject([{ error: code }, { error: code }])
    expect(log.text()).toContain(state)
  })
})

/** A Worker whose connection string differs from the run's. */
const point = (change: (url: URL) => void) => {
  const url = new URL(inject('bindings').DATABASE_URL)
  change(url)
  return createApi({ DATABASE_URL: url.href })
}

describe('A connection string', () => {
  it('with a role that is not there is a misconfiguration', async () => {
    const api = point((url) => (url.username = 'nobody'))
    await expectFailure(await api.as(ada).get(LIST), 500, 'misconfigured')
    await expectFailure(await api.as(ada).post(LIST, {}), 500, 'misconfigured')
    await expectFailure(await api.call('GET', '/readyz'), 500, 'misconfigured')
  })

  // PGlite has one database, whatever it is called.
  it.skipIf(inject('embedded'))('with a database that is not there is a misconfiguration', async () => {
    const api = point((url) => (url.pathname = '/nothing'))
    await expectFailure(await api.as(ada).get(LIST), 500, 'misconfigured')
  })

  it('of the wrong role is an internal error, never a way around row-level security', async () => {
    const { username } = new URL(inject('bindings').DATABASE_URL_SYSTEM)
    const api = point((url) => (url.username = username))
    await expectFailure(await api.as(ada).get(LIST), 500, 'internal')
  })
})
