import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type LocalSignIn, refreshLocally } from '../../../dev/cognito.ts'
import { expired } from '../../api/tokens.ts'
import { type Parley, startParley } from '../sdk/parley.ts'
import { installClient, type Project } from './install.ts'
import { type Proxy, startProxy } from './proxy.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let project: Project
let parley: Parley
let proxy: Proxy
let lib: Awaited<ReturnType<Project['load']>>
let ada: LocalSignIn
beforeAll(async () => {
  ;[project, parley] = await Promise.all([installClient(), startParley()])
  proxy = await startProxy(parley.url)
  lib = await project.load()
})
afterAll(() => Promise.all([project?.close(), parley?.close(), proxy?.close()]))
beforeEach(async () => {
  ada = await parley.newSignIn()
  await connect().session.signIn()
  proxy.fail()
})

const connect = (options: { token?: string; attempts?: number; longestWait?: number } = {}) => {
  const { token = ada.accessToken, ...rest } = options
  return lib.createParley({ baseUrl: proxy.url, auth: lib.bearer(() => token), ...rest })
}

const paths = () => proxy.seen.map(({ method, path }) => `${method} ${path}`)
const problemOf = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable('It was answered.'),
    (error: unknown) => error,
  )

/** As an OpenID library keeps it. */
function openSession(refresh = async () => (await refreshLocally(parley.cognito, ada.refreshToken)).accessToken) {
  const session = { token: ada.accessToken, refreshes: 0 }
  const auth = lib.bearer(
    () => session.token,
    async () => {
      session.refreshes++
      session.token = await refresh()
    },
  )
  return { session, client: lib.createParley({ baseUrl: proxy.url, auth }) }
}

/** What a browser does with cookies, on a page of Parley's own origin. */
function openTab(jar: Map<string, string>) {
  const credentials: unknown[] = []
  const client = lib.createParley({
    baseUrl: proxy.url,
    auth: lib.cookie(),
    fetch: async (url, init) => {
      credentials.push(init.credentials)
      const headers = new Headers(init.headers)
      headers.set('Origin', new URL(parley.url).origin)
      if (jar.size > 0) headers.set('Cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
      const response = await fetch(url, { ...init, headers })
      keepCookies(jar, response)
      return response
    },
  })
  return { client, credentials }
}

/** Those that an answer sets, and not those that it takes back. */
function keepCookies(jar: Map<string, string>, response: Response): void {
  for (const cookie of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (/;\s*Max-Age=0(;|$)/i.test(cookie)) jar.delete(name)
    else jar.set(name, value)
  }
}

/** As Parley says it. */
const problem = (status: number, code: string, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({ code, status, title: code, detail: code, requestId: 'r-1' }),
})

describe('A token that expires in the middle', () => {
  it('is refreshed, and the request is sent once more', async () => {
    const { session, client } = openSession()
    await client.conversations.create({ id: 'before' })
    session.token = await expired(session.token)
    proxy.fail()
    await client.conversations.create({ id: 'after' })
    expect(session.refreshes).toBe(1)
    expect(paths()).toEqual(['POST /v1/conversations', 'POST /v1/conversations'])
    const listed = await client.conversations.list().toArray()
    expect(listed.map(({ id }) => id).toSorted()).toEqual(['after', 'before'])
  })

  it('is refreshed once for all that fail at the same time', async () => {
    const { session, client } = openSession()
    session.token = await expired(session.token)
    const calls = Array.from({ length: 8 }, (_, n) => client.conversations.create({ title: `No. ${n}` }))
    expect(await Promise.all(calls)).toHaveLength(8)
    expect(session.refreshes).toBe(1)
    expect(await client.conversations.list().toArray()).toHaveLength(8)
  })

  it('is a problem when the new one is refused as well, after one more attempt', async () => {
    const { session, client } = openSession(() => expired(ada.accessToken))
    session.token = await expired(session.token)
    proxy.fail()
    expect(await problemOf(client.me.get())).toMatchObject({ code: 'unauthenticated', status: 401 })
    expect(paths()).toEqual(['GET /v1/me', 'GET /v1/me'])
  })

  it('rejects with what the refresh rejects with', async () => {
    const { session, client } = openSession(() => Promise.reject(new Error('Nobody is signed in any more.')))
    session.token = await expired(session.token)
    await expect(client.me.get()).rejects.toThrow('Nobody is signed in any more.')
  })

  it('is not refreshed when the app has a newer one by the time of the answer', async () => {
    const tokens = [await expired(ada.accessToken), ada.accessToken, ada.accessToken]
    const refresh = vi.fn<() => void>()
    const auth = lib.bearer(() => tokens.shift(), refresh)
    expect(await lib.createParley({ baseUrl: proxy.url, auth }).me.get()).toMatchObject({ id: ada.sub })
    expect(refresh).not.toHaveBeenCalled()
  })

  it('is not refreshed when the sign-in was revoked', async () => {
    const { session, client } = openSession()
    await client.session.signOut()
    expect(await problemOf(client.me.get())).toMatchObject({ code: 'session_revoked' })
    expect(session.refreshes).toBe(0)
  })
})

describe('By cookie', () => {
  it('signs in, refreshes when the access cookie has run out, and signs out', async () => {
    const jar = new Map<string, string>()
    const { client, credentials } = openTab(jar)
    await client.session.signIn(ada)
    jar.delete('__Host-parley-access')
    proxy.fail()
    expect(await client.me.get()).toMatchObject({ id: ada.sub })
    expect(paths()).toEqual(['GET /v1/me', 'POST /v1/session/refresh', 'GET /v1/me'])
    await client.session.signOut()
    expect([...jar.keys()]).toEqual([])
    expect(await problemOf(client.me.get())).toMatchObject({ code: 'unauthenticated' })
    expect(new Set(credentials)).toEqual(new Set(['include']))
  })

  it('works in two tabs whose access cookie has run out', async () => {
    const jar = new Map<string, string>()
    const [first, second] = [openTab(jar), openTab(jar)]
    await first.client.session.signIn(ada)
    jar.delete('__Host-parley-access')
    proxy.fail()
    const calls = [first, second].flatMap(({ client }) => [client.me.get(), client.usage()])
    expect(await Promise.all(calls)).toHaveLength(4)
    expect(paths().filter((path) => path.endsWith('/refresh')).length).toBeLessThanOrEqual(2)
  })

  it('rejects with the problem that kept it from refreshing', async () => {
    const { client } = openTab(new Map())
    const down = { status: 400, body: JSON.stringify({ code: 'invalid_request', detail: 'No.' }) }
    proxy.fail({ status: 401, body: JSON.stringify({ code: 'unauthenticated', detail: 'No.' }) }, down)
    expect(await problemOf(client.me.get())).toMatchObject({ code: 'invalid_request' })
  })
})

describe('A write whose answer is lost', () => {
  it.each(['lose', 'truncate', 'cut'] as const)(
    '(%s) is sent again with the same key, and is there once',
    async (fault) => {
      const client = connect()
      proxy.fail(fault, fault)
      const { id } = await client.conversations.create({ title: 'Once' })
      const keys = proxy.seen.map(({ key }) => key)
      expect(keys).toHaveLength(3)
      expect(new Set(keys).size).toBe(1)
      const listed = await client.conversations.list().toArray()
      expect(listed.map((conversation) => conversation.id)).toEqual([id])
    },
  )

  it('is another write when it is called again', async () => {
    const client = connect()
    await client.conversations.create({ title: 'Twice' })
    await client.conversations.create({ title: 'Twice' })
    expect(new Set(proxy.seen.map(({ key }) => key)).size).toBe(2)
    expect(await client.conversations.list().toArray()).toHaveLength(2)
  })

  it('keeps a key that the app gives', async () => {
    const client = connect()
    const options = { idempotencyKey: 'order-1' }
    const first = await client.messages.append((await client.conversations.create()).id, { role: 'user', content: 'x' })
    const again = await client.conversations.create({ title: 'x' }, options)
    expect((await client.conversations.create({ title: 'x' }, options)).id).toBe(again.id)
    expect(first).toHaveLength(1)
  })

  it('is done when what it deletes is gone', async () => {
    const client = connect()
    const { id } = await client.conversations.create()
    proxy.fail('lose')
    await client.conversations.delete(id)
    expect(proxy.seen).toHaveLength(2)
    expect(await problemOf(client.conversations.delete(id))).toMatchObject({ code: 'not_found', status: 404 })
  })

  it('is not sent again under ifMatch, where the first attempt would refuse it', async () => {
    const client = connect()
    const conversation = await client.conversations.create({ title: 'A' })
    const ifMatch = client.etagOf(await client.conversations.get(conversation.id))
    proxy.fail('lose')
    await expect(client.conversations.update(conversation.id, { title: 'B' }, { ifMatch })).rejects.toThrow(TypeError)
    expect(proxy.seen).toHaveLength(1)
    const late = client.conversations.update(conversation.id, { title: 'C' }, { ifMatch })
    expect(await problemOf(late)).toMatchObject({ code: 'precondition_failed', status: 412 })
  })

  it('rejects with what fetch rejects with, when no attempt gets through', async () => {
    proxy.fail('cut', 'cut')
    await expect(connect({ attempts: 2 }).me.get()).rejects.toThrow(TypeError)
    expect(proxy.seen).toHaveLength(2)
  })
})

describe('An answer that asks to wait', () => {
  it.each([
    [503, 'database_unavailable'],
    [503, 'outcome_unknown'],
    [429, 'rate_limited'],
    [409, 'conflict'],
  ])('(%i %s) is waited for, then the same request is sent', async (status, code) => {
    const client = connect()
    proxy.fail(problem(status, code, { 'retry-after': '0' }), problem(status, code, { 'retry-after': '0' }))
    await client.conversations.create({ title: 'Later' })
    expect(new Set(proxy.seen.map(({ key, body }) => `${key} ${body}`)).size).toBe(1)
    expect(proxy.seen).toHaveLength(3)
  })

  it('is passed on when it asks for too long, or does not say for how long', async () => {
    const client = connect({ longestWait: 1000 })
    proxy.fail(problem(429, 'rate_limited', { 'retry-after': '60' }))
    expect(await problemOf(client.usage())).toMatchObject({ code: 'rate_limited', status: 429, retryAfter: 60_000 })
    proxy.fail(problem(409, 'conflict'))
    expect(await problemOf(client.usage())).toMatchObject({ code: 'conflict', retryAfter: undefined })
    expect(proxy.seen).toHaveLength(1)
  })

  it('is not waited for any more when the signal is aborted', async () => {
    const client = connect()
    const stop = new AbortController()
    proxy.fail(problem(429, 'rate_limited', { 'retry-after': '50' }))
    const call = client.usage({ signal: stop.signal })
    await vi.waitFor(() => expect(proxy.seen).toHaveLength(1))
    stop.abort(new Error('The page was closed.'))
    await expect(call).rejects.toThrow('The page was closed.')
  })
})

describe('A problem', () => {
  it('says what is wrong with which field, and names the request', async () => {
    const error = await problemOf(connect().conversations.create({ title: '', tags: [''] }))
    expect(error).toBeInstanceOf(lib.ParleyProblem)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'ParleyProblem', code: 'invalid_request', status: 400 })
    if (!(error instanceof lib.ParleyProblem)) throw error
    expect(error.errors.map(({ path }) => path)).toEqual(['title', 'tags.0'])
    expect(error.requestId).toMatch(/./)
    const [title, tag] = error.errors.map(({ message }) => message)
    expect(error.message).toBe(`${error.detail} title: ${title}. tags.0: ${tag}.`)
  })

  it('is an unexpected answer where it is none of Parley’s', async () => {
    proxy.fail({ status: 502, body: '<h1>Bad gateway</h1>' })
    expect(await problemOf(connect().me.get())).toMatchObject({ code: 'unexpected_answer', status: 502 })
  })

  it('is no other route, whatever an id has in it', async () => {
    const client = connect()
    expect(await problemOf(client.conversations.get('../me'))).toMatchObject({ code: 'invalid_request' })
    expect(paths()).toEqual(['GET /v1/conversations/..%2Fme'])
    for (const id of ['', '.', '..']) await expect(client.session.revoke(id)).rejects.toThrow('is no id')
  })
})
