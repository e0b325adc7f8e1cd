import { beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { Deps } from '../../src/deps.ts'
import { descriptionOf } from '../../src/http/openapi.ts'
import { createApi, type TestUser } from './harness.ts'
import { expectProblem, expectRefused, openConversation } from './helpers.ts'
import {
  newPlace,
  nowhere,
  pathOf,
  type Place,
  PROTECTED_ROUTES,
  type ProtectedRoute,
  stateOf,
} from './protected-routes.ts'
import { expired, tampered } from './tokens.ts'

const api = createApi()
let ada: TestUser
let eve: TestUser
let stranger: TestUser

beforeAll(async () => {
  ada = await api.newUser()
  eve = await api.newUser()
  stranger = await api.newUser({ register: false })
})

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
const JSON_TYPE = { 'Content-Type': 'application/json' }

const typeOf = ({ body, raw }: ProtectedRoute): Record<string, string> =>
  raw ? { 'Content-Type': raw.type } : body ? JSON_TYPE : {}
const bodyOf = ({ body, raw }: ProtectedRoute, place: Place) => raw?.text ?? (body && JSON.stringify(body(place)))

/** Calls the route as it should be called, save for what `change` changes. */
function call(route: ProtectedRoute, place: Place, change: { headers?: Record<string, string>; body?: string } = {}) {
  const body = change.body ?? bodyOf(route, place)
  const headers = { ...typeOf(route), ...bearer(ada.accessToken), ...change.headers }
  return api.call(route.method, pathOf(route, place), { headers, ...(body === undefined ? {} : { body }) })
}

/** Runs `work` and counts the requests to the database meanwhile. */
async function countPosts<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = await api.posts()
  const result = await work()
  return [result, (await api.posts()) - before]
}

it('The table of protected routes names every one', () => {
  const routes = createApp({} as Deps).routes.flatMap(({ method, path, handler }) => {
    const described = descriptionOf(handler)
    return described?.kind === 'operation' && !described.open ? [`${method} ${path}`] : []
  })
  expect(routes.length).toBeGreaterThan(0)
  expect(PROTECTED_ROUTES.map(({ method, pattern }) => `${method} ${pattern}`).sort()).toEqual(routes.sort())
})

describe.each(PROTECTED_ROUTES)('$method $pattern', (route) => {
  it('makes one request to the database, and says what it spent', async () => {
    const user = route.ends === 'account' ? await api.newUser() : ada
    const place = await newPlace(user)
    const { accessToken } = route.ends === 'sign-in' ? await user.elsewhere() : user
    const headers = { 'X-Request-Id': 'mine-1', ...bearer(accessToken) }
    const [response, posts] = await countPosts(() => call(route, place, { headers }))
    expect({ status: response.status, posts }).toEqual({ status: route.status, posts: 1 })
    expect(response.headers.get('X-Request-Id')).toBe('mine-1')
    expect(response.headers.get('Server-Timing')).toMatch(/^auth;dur=\d+, db;dur=\d+, embed;dur=\d+$/)
  })

  it('asks for a token', async () => {
    const [response, posts] = await countPosts(() => {
      const body = bodyOf(route, nowhere())
      return api.call(route.method, pathOf(route, nowhere()), { headers: typeOf(route), ...(body && { body }) })
    })
    await expectProblem(response, 401, 'unauthenticated')
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
    expect(response.headers.get('Server-Timing')).toMatch(/^auth;dur=\d+, db;dur=\d+, embed;dur=\d+$/)
    expect(posts).toBe(0)
  })

  it.each([
    ['garbage', async () => 'garbage'],
    ['an ID token', async () => ada.idToken],
    ['an expired token', () => expired(ada.accessToken)],
    ['a token with another signature', async () => tampered(ada.accessToken)],
  ])('refuses %s', async (_, token) => {
    const headers = bearer(await token())
    const [response, posts] = await countPosts(() => call(route, nowhere(), { headers }))
    await expectProblem(response, 401, 'unauthenticated')
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"')
    expect(posts).toBe(0)
  })

  it.skipIf(route.open)('tells who is not registered what to call', async () => {
    const response = await call(route, nowhere(), { headers: bearer(stranger.accessToken) })
    const { detail } = await expectProblem(response, 403, 'not_registered')
    expect(detail).toContain('POST /v1/session')
  })
})

describe.each(PROTECTED_ROUTES.filter(({ names }) => names))('$method $pattern', (route) => {
  it("answers to somebody else's id as to a missing one, and leaves it alone", async () => {
    const place = await newPlace(ada)
    const before = await stateOf(ada, place)
    const headers = { ...bearer(eve.accessToken), 'X-Request-Id': 'same' }
    const foreign = await call(route, place, { headers })
    const missing = await call(route, nowhere(), { headers })
    const bytes = await missing.clone().text()
    await expectProblem(missing, 404, 'not_found')
    expect([foreign.status, await foreign.text()]).toEqual([404, bytes])
    expect(await stateOf(ada, place)).toEqual(before)
  })

  it('refuses an id that is none', async () => {
    for (const name of route.names ?? []) {
      const isChosen = name === 'conversationId' || name === 'messageId'
      const bad = isChosen ? ['a b', 'x'.repeat(129)] : ['1', `${crypto.randomUUID()}0`]
      for (const id of [...bad, '%', '\0', "';--"]) {
        const [response, posts] = await countPosts(() => call(route, { ...nowhere(), [name]: id }))
        const { errors } = await expectProblem(response, 400, 'invalid_request')
        const message = expect.stringMatching(
          id === '\0' ? /^must not contain NUL/ : isChosen ? /^must be 1 to 128/ : /^must be a UUID$/,
        )
        expect(errors).toEqual([{ path: name, message }])
        expect(posts).toBe(0)
      }
    }
  })
})

describe.each(PROTECTED_ROUTES.filter(({ pattern }) => pattern.includes(':messageId')))('$method $pattern', (route) => {
  it('does not find a message in another conversation of its owner', async () => {
    const [here, there] = await Promise.all([newPlace(ada), newPlace(ada)])
    await expectProblem(await call(route, { ...here, messageId: there.messageId }), 404, 'not_found')
    expect(await stateOf(ada, there)).toMatchObject({ conversation: { messageCount: 1 } })
  })
})

describe.each(PROTECTED_ROUTES.filter(({ body }) => body))('$method $pattern', (route) => {
  const field = route.field ?? ''
  /** The right body with raw JSON text in place of the field. */
  const spoilt = (raw: string) =>
    JSON.stringify({ ...route.body?.(nowhere()), [field]: '@' }).replace(`"${field}":"@"`, `"${field}":${raw}`)

  it.each([
    ['nothing', ''],
    ['half an object', '{"a":'],
    ['NaN', spoilt('NaN')],
    ['text behind the object', '{} {}'],
  ])('refuses malformed JSON: %s', async (_, body) => {
    const [response, posts] = await countPosts(() => call(route, nowhere(), { body }))
    await expectRefused(response, '(root)')
    expect(posts).toBe(0)
  })

  it.each(['[]', 'null', '"text"', '7'])('refuses a body that is no object: %s', async (body) => {
    await expectRefused(await call(route, nowhere(), { body }), '(root)')
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'refuses the content type "%s"',
    async (type) => {
      const [response, posts] = await countPosts(() => call(route, nowhere(), { headers: { 'Content-Type': type } }))
      await expectProblem(response, 415, 'unsupported_media_type')
      expect(posts).toBe(0)
    },
  )

  it('takes JSON by its other names', async () => {
    const headers = { 'Content-Type': 'Application/JSON; charset=utf-8' }
    expect((await call(route, await newPlace(ada), { headers })).status).toBe(route.status)
  })

  it.each(['surprise', 'userId', 'user_id', '__proto__', 'constructor'])(
    'names the unknown field %s',
    async (unknown) => {
      const body = JSON.stringify(route.body?.(nowhere())).replace(/\}$/, `,"${unknown}":{}}`)
      const [response, posts] = await countPosts(() => call(route, nowhere(), { body }))
      await expectRefused(response, unknown)
      expect(posts).toBe(0)
    },
  )

  it.each([
    ['a NUL byte', String.raw`"a\u0000b"`],
    ['a lone surrogate', String.raw`"a\ud800b"`],
    ['a number beyond a double', '1e999'],
    ['a number far below zero', '-1e999'],
  ])('names the field that holds %s', async (_, raw) => {
    const [response, posts] = await countPosts(() => call(route, nowhere(), { body: spoilt(raw) }))
    await expectRefused(response, field)
    expect(posts).toBe(0)
  })

  it('refuses a body of a MiB too much', async () => {
    const length = ((route.mebibytes ?? 1) + 1) * 2 ** 20
    const [response, posts] = await countPosts(() =>
      call(route, nowhere(), { body: spoilt(JSON.stringify('x'.repeat(length))) }),
    )
    await expectProblem(response, 413, 'payload_too_large')
    expect(posts).toBe(0)
  })
})

describe('Every answer', () => {
  it('has a request id of its own where the sent one is not well-formed', async () => {
    for (const sent of ['', 'two words', 'x'.repeat(129), 'a/b', '<script>']) {
      const response = await api.call('GET', '/healthz', { headers: { 'X-Request-Id': sent } })
      expect(response.headers.get('X-Request-Id')).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    }
  })

  it('is a problem where there is no such route', async () => {
    await expectProblem(await api.call('GET', '/v1/nothing'), 404, 'not_found')
    await expectProblem(await api.call('GET', '/v1'), 404, 'not_found')
  })

  it('leads to the reference where a browser opens the bare address', async () => {
    const { status, headers } = await api.call('GET', '/')
    expect([status, headers.get('Location')]).toEqual([302, '/docs'])
  })

  it('names the methods that its path takes, where it takes another', async () => {
    for (const [method, path, allow] of [
      ['POST', '/v1/me', 'GET, HEAD, PATCH, DELETE'],
      ['PUT', '/v1/conversations', 'GET, HEAD, POST'],
      ['GET', '/v1/search', 'POST'],
      ['POST', '/healthz', 'GET, HEAD'],
    ] as const) {
      const response = await api.call(method, path, { headers: bearer(ada.accessToken) })
      await expectProblem(response, 405, 'method_not_allowed')
      expect([path, response.headers.get('Allow')]).toEqual([path, allow])
    }
  })

  it('is the same where the path ends in a slash', async () => {
    const { id } = await openConversation(ada, { title: 'Slash' })
    for (const path of ['/v1/conversations', `/v1/conversations/${id}`, '/healthz', '/docs']) {
      const [plain, slashed] = await Promise.all([ada.get(path), ada.get(`${path}/`)])
      expect([path, slashed.status, await slashed.text()]).toEqual([path, 200, await plain.text()])
    }
  })

  it('of /healthz takes no request to the database, of /readyz one', async () => {
    const [healthy, none] = await countPosts(() => api.call('GET', '/healthz'))
    expect([healthy.status, await healthy.json(), none]).toEqual([200, { status: 'ok' }, 0])
    const [ready, one] = await countPosts(() => api.call('GET', '/readyz'))
    expect([ready.status, one]).toEqual([200, 1])
    expect(await ready.json()).toEqual({ status: 'ready', database: { latencyMs: expect.any(Number) } })
  })

  it('is 401 to every shape of header that is no bearer token', async () => {
    const token = ada.accessToken
    for (const header of [
      `Basic ${token}`,
      'Bearer',
      'Bearer ',
      token,
      `Bearer ${token} ${token}`,
      `Bearer ${token},`,
    ]) {
      const response = await api.call('GET', '/v1/me', { headers: { Authorization: header } })
      await expectProblem(response, 401, 'unauthenticated')
    }
  })
})
