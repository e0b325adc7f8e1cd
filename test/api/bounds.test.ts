import { beforeAll, describe, expect, it } from 'vitest'
import { findUnstorable } from '../../src/http/storable.ts'
import { type Call, createApi, type TestUser } from './harness.ts'
import { type Conversation, expectProblem, expectRefused, openConversation, read, say } from './helpers.ts'

const MIB = 1024 * 1024
const LIST = '/v1/conversations'
const api = createApi()
let ada: TestUser
let messages: string

beforeAll(async () => {
  ada = await api.newUser()
  messages = `${LIST}/${(await openConversation(ada)).id}/messages`
})

const JSON_TYPE = { 'Content-Type': 'application/json' }

function call(method: string, path: string, { headers = {}, ...rest }: Call = {}) {
  return api.call(method, path, { headers: { Authorization: `Bearer ${ada.accessToken}`, ...headers }, ...rest })
}

/** Sends the text as JSON. */
const post = (path: string, body: BodyInit, headers = {}) =>
  call('POST', path, { body, headers: { ...JSON_TYPE, ...headers } })

/** As many items as fit into a mebibyte. */
const filled = (open: string, item: (i: number) => string, close: string) => {
  const items: string[] = []
  for (let size = open.length + close.length, i = 0; ; i++) {
    size += item(i).length + 1
    if (size > MIB) return open + items.join() + close
    items.push(item(i))
  }
}

/** The problem, which is short whatever was sent, and of which the database has heard nothing. */
async function refusal(send: () => Promise<Response>) {
  const before = await api.posts()
  const response = await send()
  expect((await response.clone().arrayBuffer()).byteLength).toBeLessThan(4096)
  expect(await api.posts()).toBe(before)
  return expectProblem(response, 400, 'invalid_request')
}

/** An empty object of so many bytes. */
const padded = (bytes: number) => `${' '.repeat(bytes - 2)}{}`
const unknown = (count: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 0])))

describe('A body', () => {
  it('may have 1 MiB and not a byte more, however it is sent', async () => {
    const streamed = (bytes: number) => new Blob([padded(bytes)]).stream()
    expect((await post(LIST, padded(MIB))).status).toBe(201)
    expect((await post(LIST, streamed(MIB))).status).toBe(201)
    await expectProblem(await post(LIST, padded(MIB + 1)), 413, 'payload_too_large')
    await expectProblem(await post(LIST, streamed(MIB + 1)), 413, 'payload_too_large')
    await expectProblem(await post(LIST, '{}', { 'Content-Length': String(MIB + 1) }), 413, 'payload_too_large')
  })

  it('is not unpacked', async () => {
    const gzip = new Blob(['{}']).stream().pipeThrough(new CompressionStream('gzip'))
    const packed = await new Response(gzip).arrayBuffer()
    const answer = await post(LIST, packed, { 'Content-Encoding': 'gzip' })
    const { detail } = await expectProblem(answer, 415, 'unsupported_media_type')
    expect(detail).toContain('Content-Encoding')
    expect((await post(LIST, '{}', { 'Content-Encoding': 'identity' })).status).toBe(201)
    await expectRefused(await post(LIST, packed), '(root)')
  })

  it('is UTF-8, with or without a byte order mark', async () => {
    expect((await post(LIST, '\uFEFF{}')).status).toBe(201)
    const utf16 = new Uint8Array(Uint16Array.from('\uFEFF{"title":"x"}', (unit) => unit.charCodeAt(0)).buffer)
    for (const type of ['application/json', 'application/json; charset=utf-16le']) {
      await expectRefused(await post(LIST, utf16, { 'Content-Type': type }), '(root)')
    }
  })

  it('says in 20 errors what is wrong with it, and how many there are besides', async () => {
    const twenty = await refusal(() => post(LIST, unknown(20)))
    expect(twenty.errors).toHaveLength(20)
    expect(twenty.detail).not.toMatch(/\d/)
    const many = await refusal(() => post(LIST, unknown(40_000)))
    expect(many.errors).toHaveLength(20)
    expect(many.errors?.[7]).toEqual({ path: 'k7', message: 'is not a known field' })
    expect(many.detail).toContain('39980 more')
    const bad = Array.from({ length: 100 }, () => ({ role: 'root', content: 5 }))
    const { errors, detail } = await refusal(() => ada.post(messages, { messages: bad }))
    expect(errors?.slice(0, 3).map(({ path }) => path)).toEqual([
      'messages.0.role',
      'messages.0.content',
      'messages.1.role',
    ])
    expect(detail).toContain('180 more')
  })

  it('has its own long names cut short', async () => {
    for (const name of ['x'.repeat(1_000_000), '😀'.repeat(200_000), 'a.'.repeat(400_000), '"'.repeat(400_000)]) {
      for (const value of [0, '\0']) {
        const { errors } = await refusal(() => ada.post(LIST, { [name]: value }))
        expect(errors).toHaveLength(1)
        expect(errors?.[0]?.path).toMatch(/^(x+|\p{Emoji}+\uFFFD?|[a.]+|"+)…$/u)
        expect(errors?.[0]?.path.length).toBeLessThan(140)
      }
    }
  })
})

const values = (count: number) => Array.from({ length: count }, () => null)

/** What a mebibyte can hold, and the path that is named. */
const CROWDS: [what: string, route: () => string, body: () => string, path: string][] = [
  ['unknown fields', () => LIST, () => filled('{', (i) => `"k${i}":0`, '}'), '(root)'],
  ['fields that are numbers', () => LIST, () => filled('{', (i) => `"${i}":0`, '}'), '(root)'],
  ['elements in place of an object', () => LIST, () => filled('[', () => '0', ']'), '(root)'],
  ['tags', () => LIST, () => filled('{"tags":[', () => '"a"', ']}'), 'tags'],
  ['metadata', () => LIST, () => filled('{"metadata":{', (i) => `"k${i}":0`, '}}'), 'metadata'],
  ['metadata, deeper', () => LIST, () => filled('{"metadata":{"a":[', () => '[]', ']}}'), 'metadata.a'],
  ['messages', () => messages, () => filled('{"messages":[', () => '{}', ']}'), 'messages'],
  ['numbers', () => '/v1/vectors', () => filled('{"embedding":[', () => '0', ']}'), 'embedding'],
  [
    'words in place of numbers',
    () => '/v1/vectors/search',
    () => filled('{"embedding":[', () => '"a"', ']}'),
    'embedding',
  ],
  ['sources', () => '/v1/search', () => filled('{"query":"x","sources":[', () => '0', ']}'), 'sources'],
]

it.each([
  ['a sign-in', '/v1/session', {}],
  ['another request', '/v1/conversations', {}],
  ['one with a key', '/v1/conversations', { 'Idempotency-Key': 'mine' }],
])('A body that breaks off is a 400: %s', async (_, path, headers) => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"x":'))
      controller.error(new Error('gone'))
    },
  })
  const user = await api.newUser()
  const sent = { 'Content-Type': 'application/json', Authorization: `Bearer ${user.accessToken}`, ...headers }
  const { errors } = await expectProblem(await api.call('POST', path, { body, headers: sent }), 400, 'invalid_request')
  expect(errors).toEqual([{ path: '(root)', message: 'breaks off' }])
})

describe('A crowd', () => {
  it.each(CROWDS)('of %s is one error', async (_, route, body, path) => {
    const { errors } = await refusal(() => post(route(), body()))
    expect(errors?.map((error) => error.path)).toEqual([path])
  })

  it.each([
    ['messages', () => messages, (count: number) => ({ messages: Array.from({ length: count }, () => ({})) }), 101],
    ['tags', () => LIST, (count: number) => ({ tags: Array.from({ length: count }, () => 7) }), 33],
    [
      'sources',
      () => '/v1/search',
      (count: number) => ({ query: 'x', sources: Array.from({ length: count }, () => 7) }),
      9,
    ],
    ['metadata', () => LIST, (count: number) => ({ metadata: { a: Array.from({ length: count }, () => 7) } }), 8_190],
  ])('of %s is counted before it is looked at', async (path, route, body, one) => {
    const { errors } = await refusal(() => ada.post(route(), body(one)))
    expect(errors?.map((error) => error.path)).toEqual([path])
  })

  it('of 50,000 values is the most of a body', () => {
    expect(findUnstorable(values(50_000))).toBeNull()
    expect(findUnstorable({ a: { b: values(50_001) } })).toMatchObject({ path: 'a.b' })
    expect(findUnstorable({ a: values(30_000), b: values(30_000) })).toMatchObject({ path: 'b' })
  })

  it('of values is not read on once it is too large', () => {
    let reads = 0
    const counted = new Proxy<object[]>([], {
      get: (_, key) => (key === 'length' ? 1_000_000 : (reads++, {})),
    })
    expect(findUnstorable([counted])).toMatchObject({ path: '0' })
    expect(reads).toBe(0)
  })
})

describe('What is long and right', () => {
  it('is taken', async () => {
    const content = 'e\u0301\u0316'.repeat(2_000)
    const hundred = Array.from({ length: 100 }, () => ({ role: 'user', content: 'x'.repeat(10_000) }))
    expect(await read<object>(ada.post(messages, { messages: hundred }), 201)).toHaveProperty('data.length', 100)
    const [message] = await say(ada, messages.split('/')[3] ?? '', content, '\uFDFA'.repeat(8_000))
    expect(message?.content).toBe(content)
    const metadata = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`key ${i}`, [i]]))
    const conversation = await openConversation(ada, { metadata, title: `${' '.repeat(900_000)}x` })
    expect(conversation).toMatchObject({ metadata, title: 'x' } satisfies Partial<Conversation>)
  })
})

describe('The address', () => {
  it('may have 8 KiB, path and query together', async () => {
    const fits = `${LIST}?cursor=`.padEnd(8192, 'A')
    await expectRefused(await call('GET', fits), 'cursor')
    await expectProblem(await call('GET', `${fits}A`), 414, 'uri_too_long')
    await expectProblem(await call('GET', `${LIST}?${'&'.repeat(60_000)}`), 414, 'uri_too_long')
    await expectProblem(await call('GET', '/'.repeat(8192)), 404, 'not_found')
    await expectProblem(await call('GET', '/'.repeat(8193)), 414, 'uri_too_long')
  })

  it.each([
    ['limit=1&limit=2', 'limit'],
    ['limit=1&limit=1', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=0x10', 'limit'],
    ['limit=%2010', 'limit'],
    ['limit=10.0', 'limit'],
    ['limit=', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    [`limit=${'1'.repeat(400)}`, 'limit'],
    ['limit=%00', 'limit'],
    ['limit=%', 'limit'],
    ['limit[]=1', 'limit[]'],
    ['Limit=1', 'Limit'],
    ['cursor=%00', 'cursor'],
    ['cursor=%ff', 'cursor'],
    ['cursor=a&cursor=b', 'cursor'],
    ['constructor=1', 'constructor'],
    ['%=1', '%'],
    ['user_id=1', 'user_id'],
  ])('is refused where its query is %s', async (query, path) => {
    const { errors } = await read<{ errors: { path: string }[] }>(call('GET', `${LIST}?${query}`), 400)
    expect(errors.map((error) => error.path)).toEqual([path])
  })

  it('of garbage finds nothing', async () => {
    for (const id of ['%', '%zz', '%ff', '%00', '%2e%2e', '%2F', 'a%2Fb', '__proto__', '%ud800']) {
      for (const path of [`${LIST}/${id}`, `/v1/${id}`]) {
        // A URL with `%2e%2e` has lost it before it is sent: what remains is the root.
        const expected = path === '/v1/%2e%2e' ? [302] : [400, 404]
        expect(expected).toContain((await call('GET', path)).status)
      }
    }
    expect((await call('GET', `${LIST}?__proto__=1`)).status).toBeLessThan(500)
  })
})

describe('A header', () => {
  it.each([
    ['Cookie', 16_384],
    ['If-Match', 1024],
    ['If-None-Match', 1024],
    ['Idempotency-Key', 1024],
    ['Origin', 1024],
  ])('%s may have %i characters', async (name, most) => {
    const send = (length: number) => call('GET', '/v1/me', { headers: { [name]: '"'.repeat(length) } })
    expect((await send(most)).status).toBe(200)
    const { detail } = await expectProblem(await send(most + 1), 431, 'headers_too_large')
    expect(detail).toContain(name)
  })

  it('that is long and not read does no harm', async () => {
    for (const name of ['User-Agent', 'X-Request-Id', 'Referer', 'Accept', 'Content-Type']) {
      expect((await call('GET', '/v1/me', { headers: { [name]: 'a'.repeat(50_000) } })).status).toBe(200)
    }
  })

  it('of authorization is just as wrong when it is long', async () => {
    for (const token of ['a'.repeat(50_000), '.'.repeat(50_000), `a${' '.repeat(50_000)}!`]) {
      const headers = { Authorization: `Bearer ${token}` }
      await expectProblem(await api.call('GET', '/v1/me', { headers }), 401, 'unauthenticated')
    }
  })

  it.each([
    'application/',
    `application/${'a.'.repeat(20_000)}`,
    'application/json/json',
    'multipart/form-data; boundary=x',
    'text/json',
    ';',
  ])('of the content type is refused: %.32s', async (type) => {
    await expectProblem(await post(LIST, '{}', { 'Content-Type': type }), 415, 'unsupported_media_type')
  })
})

describe('Another method than a route has', () => {
  it('is not read out of a header or a field', async () => {
    const { id } = await openConversation(ada)
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      expect((await call('GET', `${LIST}/${id}`, { headers: { [name]: 'DELETE' } })).status).toBe(200)
    }
    await expectRefused(await call('GET', `${LIST}?_method=DELETE`), '_method')
    expect((await call('GET', `${LIST}/${id}`)).status).toBe(200)
  })

  it('needs a token as well', async () => {
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PROPFIND']) {
      expect((await api.call(method, '/v1/me')).status).toBe(401)
    }
    const head = await call('HEAD', '/v1/me')
    expect([head.status, await head.text()]).toEqual([200, ''])
    for (const method of ['OPTIONS', 'PUT', 'PROPFIND']) {
      await expectProblem(await call(method, '/v1/me'), 405, 'method_not_allowed')
    }
  })
})
