import { afterEach, describe, expect, it } from 'vitest'
import { createEmbedder } from '../../../src/embeddings/create-embedder.ts'
import { EMBEDDING_DIMENSIONS, embeddingRetry } from '../../../src/embeddings/embedder.ts'
import { createOpenAiEmbedder, type OpenAiConfig } from '../../../src/embeddings/openai.ts'
import {
  axis,
  embeddings,
  type FakeProvider,
  refusal,
  type Reply,
  send,
  startProvider,
  vectors,
} from './fake-provider.ts'

const KEY = 'sk-local-0123456789'
let provider: FakeProvider | undefined

afterEach(async () => {
  await provider?.close()
  provider = undefined
})

/** An embedder before a provider with these replies, and the waits that it asked for instead of waiting. */
async function setUp(replies: [Reply, ...Reply[]], settings: Partial<OpenAiConfig> = {}) {
  const started = await startProvider(...replies)
  provider = started
  const waits: number[] = []
  const embedder = createOpenAiEmbedder({
    baseUrl: started.baseUrl,
    apiKey: KEY,
    model: 'text-embedding-3-small',
    timeoutMs: 30_000,
    sleep: async (ms) => void waits.push(ms),
    ...settings,
  })
  return { embedder, waits, received: started.received, baseUrl: started.baseUrl }
}

const texts = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`)
/** Which axis each vector lies along. */
const axes = (list: readonly Float32Array[] | null) => list?.map((vector) => vector.indexOf(1))

const shuffled: Reply = (_, response) =>
  send(response, 200, { data: [2, 0, 1].map((index) => ({ index, embedding: axis(index + 10) })) })
const silence: Reply = () => undefined
const half: Reply = (_, response) => void response.writeHead(200).write('{"data":')

describe('a request', () => {
  it('carries model, texts, dimensions and key, and is answered in the order of the texts', async () => {
    const { embedder, received } = await setUp([embeddings])
    const [result, error] = await embedder.embed(['t7', 't3', 't5'])
    expect(error).toBeNull()
    expect(axes(result)).toEqual([7, 3, 5])
    expect(received).toMatchObject([
      {
        url: '/v1/embeddings',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: {
          model: 'text-embedding-3-small',
          input: ['t7', 't3', 't5'],
          dimensions: EMBEDDING_DIMENSIONS,
          encoding_format: 'base64',
        },
      },
    ])
  })

  it.each([
    ['/', '/v1/embeddings'],
    ['///', '/v1/embeddings'],
    ['/openai/', '/v1/openai/embeddings'],
    ['/?api-version=1', '/v1/embeddings?api-version=1'],
  ])('goes to the right path with a base URL that ends in %s', async (ending, url) => {
    const { baseUrl, received } = await setUp([embeddings])
    const config = { provider: 'openai', baseUrl: baseUrl + ending, apiKey: KEY, model: 'm', timeoutMs: 5_000 } as const
    const [result] = await createEmbedder(config).embed(['t1'])
    expect(axes(result)).toEqual([1])
    expect(received[0]?.url).toBe(url)
  })

  it('leaves dimensions out for a model that has none', async () => {
    const { embedder, received } = await setUp([embeddings], { dimensions: 'native' })
    await embedder.embed(['t1'])
    expect(received[0]?.body).not.toHaveProperty('dimensions')
  })

  it('is not made for no text, nor for an empty one', async () => {
    const { embedder, received } = await setUp([embeddings])
    expect(await embedder.embed([])).toEqual([[], null])
    expect((await embedder.embed(['t1', '']))[1]).toMatchObject({ code: 'invalid_request', errors: [{ path: '1' }] })
    expect(received).toHaveLength(0)
  })
})

describe('an answer', () => {
  it('is put into order by its index', async () => {
    const { embedder } = await setUp([shuffled])
    expect(axes((await embedder.embed(texts(3)))[0])).toEqual([10, 11, 12])
  })

  it('may hold plain numbers though base64 was asked for', async () => {
    const numbers = Array.from({ length: EMBEDDING_DIMENSIONS }, (_, i) => Math.sin(i) / 27.712)
    const { embedder } = await setUp([vectors(numbers)])
    const [result] = await embedder.embed(['t0'])
    expect(result?.[0]).toEqual(Float32Array.from(numbers))
  })

  const unusable: [name: string, reply: Reply][] = [
    ['a vector too few', vectors(axis(0))],
    ['a vector too many', vectors(axis(0), axis(1), axis(2))],
    ['another dimension', vectors(axis(0), axis(1).slice(0, 768))],
    ['a vector of zeros', vectors(axis(0), axis(1).fill(0))],
    ['null among the numbers, as JSON has NaN', vectors(axis(0), [Number.NaN, ...axis(0).slice(1)])],
    ['numbers beyond single precision', vectors(axis(0), axis(1).fill(1e300))],
    ['NaN in base64', vectors(axis(0), Buffer.from(new Float32Array(1536).fill(Number.NaN).buffer).toString('base64'))],
    ['base64 cut off', vectors(axis(0), Buffer.alloc(100).toString('base64'))],
    [
      'the same index twice',
      (_, response) => send(response, 200, { data: [0, 0].map((index) => ({ index, embedding: axis(0) })) }),
    ],
    [
      'an index out of range',
      (_, response) => send(response, 200, { data: [0, 2].map((index) => ({ index, embedding: axis(0) })) }),
    ],
    ['another shape', (_, response) => send(response, 200, { vectors: [] })],
  ]

  it.each(unusable)('with %s is refused and not asked for again', async (_name, reply) => {
    const { embedder, received } = await setUp([reply])
    const [result, error] = await embedder.embed(texts(2))
    expect(result).toBeNull()
    expect(error).toMatchObject({
      code: 'embedding_unavailable',
      context: { reason: 'invalid_response', retryable: false, attempts: 1 },
    })
    expect(received).toHaveLength(1)
  })
})

describe('many texts', () => {
  it('are split by count and come back in order', async () => {
    const { embedder, received } = await setUp([embeddings], { maxBatch: 100 })
    const [result] = await embedder.embed(texts(250))
    expect(received.map(({ body }) => body.input.length)).toEqual([100, 100, 50])
    expect(axes(result)).toEqual(texts(250).map((_, i) => i))
  })

  it('are split so that no request can exceed the limit of tokens', async () => {
    const { embedder, received } = await setUp([embeddings])
    const long = texts(90).map((text) => text.padEnd(8_000, ' '))
    expect(axes((await embedder.embed(long))[0])).toEqual(texts(90).map((_, i) => i))
    for (const { body } of received) expect(Buffer.byteLength(body.input.join(''))).toBeLessThanOrEqual(300_000)
    expect(received).toHaveLength(3)
  })

  it('are cut where the model could stop reading, between characters', async () => {
    const { embedder, received } = await setUp([embeddings])
    await embedder.embed([`t1${' '.repeat(1 << 20)}`, `t2${' 😀'.repeat(5_000)}`, 't3 \ud800'])
    const sent = received[0]?.body.input ?? []
    expect(sent.map((text) => Buffer.byteLength(text))).toEqual([8_191, 8_188, 6])
    expect(sent.every((text) => text.isWellFormed())).toBe(true)
  })

  it('fail together when one request fails', async () => {
    const { embedder } = await setUp([embeddings, refusal(400, 'bad')], { maxBatch: 1 })
    expect(await embedder.embed(texts(3))).toMatchObject([null, { context: { status: 400 } }])
  })
})

describe('a failure that may pass', () => {
  it.each([
    ['seconds', { 'retry-after': '2' }, 2_000],
    ['milliseconds', { 'retry-after-ms': '1300', 'retry-after': '2' }, 1_300],
  ])('is tried again after the wait that the provider names in %s', async (_unit, headers, wait) => {
    const { embedder, waits } = await setUp([refusal(429, 'rate_limit_exceeded', headers), embeddings])
    expect(axes((await embedder.embed(['t4']))[0])).toEqual([4])
    expect(waits).toEqual([wait])
  })

  it('is tried again at the date that the provider names', async () => {
    const date = new Date(Date.now() + 12_000).toUTCString()
    const { embedder, waits } = await setUp([refusal(503, 'overloaded', { 'retry-after': date }), embeddings])
    await embedder.embed(['t4'])
    expect(waits).toHaveLength(1)
    expect(waits[0]).toBeGreaterThan(9_000)
    expect(waits[0]).toBeLessThanOrEqual(12_000)
  })

  it('is tried again after a random wait whose bound doubles', async () => {
    const { embedder, waits, received } = await setUp([refusal(500, 'server_error')], { maxRetries: 5 })
    const [, error] = await embedder.embed(['t1'])
    expect(error?.context).toMatchObject({ status: 500, providerCode: 'server_error', attempts: 6, retryable: true })
    expect(received).toHaveLength(6)
    expect(waits).toHaveLength(5)
    for (const [i, wait] of waits.entries()) expect(wait).toBeLessThanOrEqual(250 * 2 ** i)
  })

  const passing: [name: string, reply: Reply][] = [
    ['408', refusal(408, 'timeout')],
    ['409', refusal(409, 'conflict')],
    ['a gateway page', (_, response) => send(response, 502, '<html>Bad gateway</html>')],
    ['a connection reset', (_, response) => void response.socket?.resetAndDestroy()],
    ['JSON cut off', (_, response) => send(response, 200, '{"data":[{"index":0,"embe')],
    [
      'a body cut off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '5000' })
        response.write('{"data":[', () => response.socket?.destroy())
      },
    ],
  ]

  it.each(passing)('%s is tried again', async (_name, reply) => {
    const { embedder, received } = await setUp([reply, embeddings])
    expect(axes((await embedder.embed(['t9']))[0])).toEqual([9])
    expect(received).toHaveLength(2)
  })

  it('is not waited for past the deadline, and says when to come back', async () => {
    const { embedder, waits } = await setUp([refusal(429, 'rate_limit_exceeded', { 'retry-after': '60' }), embeddings])
    const [, error] = await embedder.embed(['t1'])
    expect(waits).toEqual([])
    expect(error?.context).toMatchObject({ attempts: 1, retryable: true, retryAfterMs: 60_000 })
    expect(error && embeddingRetry(error)).toEqual({ retryable: true, retryAfterMs: 60_000 })
  })
})

describe('a failure that will not pass', () => {
  const final: [name: string, reply: Reply, context: Record<string, unknown>][] = [
    ['a wrong key', refusal(401, 'invalid_api_key'), { status: 401, providerCode: 'invalid_api_key' }],
    ['a wrong parameter', refusal(400, 'invalid_value'), { status: 400, providerCode: 'invalid_value' }],
    ['an unknown path', (_, response) => send(response, 404, 'not found'), { status: 404 }],
    ['a used-up quota', refusal(429, 'insufficient_quota'), { status: 429, providerCode: 'insufficient_quota' }],
    ['a "do not retry"', refusal(500, 'x', { 'x-should-retry': 'false' }), { status: 500 }],
    ['a redirect', (_, response) => send(response, 307, '', { location: 'http://127.0.0.1:1/' }), { status: 307 }],
  ]

  it.each(final)('%s is not tried again', async (_name, reply, context) => {
    const { embedder, received } = await setUp([reply, embeddings])
    const [, error] = await embedder.embed(['t1'])
    expect(error).toMatchObject({
      code: 'embedding_unavailable',
      context: { ...context, retryable: false, attempts: 1 },
    })
    expect(received).toHaveLength(1)
  })
})

describe('what a failure says', () => {
  const chatty: [name: string, reply: Reply][] = [
    ['a refusal that repeats both', refusal(401, 'invalid_api_key')],
    ['a code that is the key', refusal(401, KEY)],
    ['a code that is a sentence', refusal(400, 'secret text was refused')],
    ['a connection reset', (_, response) => void response.socket?.resetAndDestroy()],
  ]

  it.each(chatty)('holds neither key nor text: %s', async (_name, reply) => {
    const { embedder } = await setUp([reply], { maxRetries: 0 })
    const [, error] = await embedder.embed(['secret text'])
    expect(error?.code).toBe('embedding_unavailable')
    expect(JSON.stringify(error)).not.toContain(KEY)
    expect(JSON.stringify(error)).not.toContain('secret text')
  })

  it('holds neither when the configuration cannot be sent', async () => {
    const { embedder } = await setUp([embeddings], { apiKey: `${KEY}\n`, baseUrl: 'http://user:pass@127.0.0.1:1' })
    const [, error] = await embedder.embed(['secret text'])
    expect(JSON.stringify(error)).not.toMatch(/sk-local|pass|secret text/)
  })
})

describe('time', () => {
  it('runs out for a provider that does not answer', async () => {
    const { embedder, received } = await setUp([silence], { timeoutMs: 80 })
    const [, error] = await embedder.embed(['t1'])
    expect(error?.context).toMatchObject({ reason: 'timeout', retryable: true, attempts: 1 })
    expect(received).toHaveLength(1)
  })

  it('runs out for a provider that does not finish', async () => {
    const { embedder } = await setUp([half], { timeoutMs: 80 })
    expect((await embedder.embed(['t1']))[1]?.context).toMatchObject({ reason: 'timeout' })
  })

  it('ends when the caller aborts', async () => {
    const caller = new AbortController()
    const { embedder, received } = await setUp([() => caller.abort(), embeddings])
    const [, error] = await embedder.embed(['t1'], { signal: caller.signal })
    expect(error?.context).toMatchObject({ reason: 'aborted' })
    expect(received).toHaveLength(1)
  })

  it('ends while waiting for the next try when the caller aborts', async () => {
    const caller = new AbortController()
    const later: Reply = (request, response) => {
      refusal(429, 'rate_limit_exceeded', { 'retry-after': '20' })(request, response)
      response.on('close', () => setTimeout(() => caller.abort(), 20))
    }
    const started = await startProvider(later)
    provider = started
    const embedder = createOpenAiEmbedder({ baseUrl: started.baseUrl, apiKey: KEY, model: 'm', timeoutMs: 30_000 })
    const [, error] = await embedder.embed(['t1'], { signal: caller.signal })
    expect(error?.context).toMatchObject({ reason: 'aborted' })
    expect(started.received).toHaveLength(1)
  })
})
