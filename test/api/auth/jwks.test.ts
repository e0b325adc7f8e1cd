import { base64url, exportJWK, generateKeyPair, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { createJwks, type JwksOptions } from '../../../src/auth/jwks.ts'
import { fail } from '../../../src/result.ts'
import { createClock, createIssuer, createKey, issuer } from './issuer.ts'

const url = `${issuer}/.well-known/jwks.json`
const [first, second] = await Promise.all([createKey('first'), createKey('second')])
/** 1024 bits. */
const tinyKey = { ...first.jwk, n: base64url.encode(new Uint8Array(128).fill(0x81)) }
/** Another key under the kid of the first. */
const imposter = { ...second.jwk, kid: 'first' }
const hour = 3600

function setUp(options: Partial<JwksOptions> = {}) {
  const provider = createIssuer(first)
  const clock = createClock()
  const keys = createJwks({ url, timeoutMs: 1000, fetch: provider.fetch, now: clock.now, ...options })
  return { provider, clock, keys, find: keys.find }
}

const unknown = fail('unknown_kid')
const unavailable = fail('keys_unavailable')
const outage = () => Promise.reject(new TypeError('connection refused'))
const json = (body: unknown, init?: ResponseInit) => async () => Response.json(body, init)
const silence = () => new Promise<never>(() => undefined)

describe('keys', () => {
  it('are fetched once, and each is imported once', async () => {
    const { find, provider } = setUp()
    const [key] = await find('first')
    expect(key).toMatchObject({ type: 'public' })
    expect((await find('first'))[0]).toBe(key)
    expect(provider.calls()).toBe(1)
  })

  it('come from the url given, without following redirects', async () => {
    const seen: unknown[] = []
    const { find } = setUp({
      fetch: async (url, init) => {
        seen.push([url, init.redirect])
        return Response.json({ keys: [first.jwk] })
      },
    })
    await find('first')
    expect(seen).toEqual([[url, 'manual']])
  })

  it('are refreshed after an hour, and stay the same objects', async () => {
    const { find, provider, clock } = setUp()
    const [key] = await find('first')
    clock.advance(hour + 1)
    expect((await find('first'))[0]).toBe(key)
    expect(provider.calls()).toBe(2)
    await find('first')
    expect(provider.calls()).toBe(2)
  })

  it('are other objects when the issuer publishes another key under the same kid', async () => {
    const { find, provider, clock } = setUp()
    const [key] = await find('first')
    provider.publish(imposter)
    clock.advance(hour + 1)
    const [changed] = await find('first')
    expect(changed).not.toBeNull()
    expect(changed).not.toBe(key)
  })

  it('are gone at the next refresh once the issuer withdraws them', async () => {
    const { find, provider, clock } = setUp()
    await find('first')
    provider.publish(second.jwk)
    expect((await find('first'))[1]).toBeNull()
    clock.advance(hour + 1)
    expect(await find('first')).toEqual(unknown)
  })

  it('do not wait for a refresh where work can be deferred', async () => {
    const deferred: Promise<unknown>[] = []
    const { find, provider, clock } = setUp({ defer: (work) => void deferred.push(work) })
    await find('first')
    clock.advance(hour + 1)
    provider.publish(second.jwk)
    expect((await find('first'))[1]).toBeNull()
    await Promise.all(deferred)
    expect(await find('first')).toEqual(unknown)
  })
})

describe('rotation', () => {
  it('is picked up at once', async () => {
    const { find, provider } = setUp()
    await find('first')
    provider.publish(first.jwk, second.jwk)
    expect((await find('second'))[1]).toBeNull()
    expect(provider.calls()).toBe(2)
  })

  it('is picked up at once again after one that was', async () => {
    const { find, provider } = setUp()
    await find('first')
    provider.publish(second.jwk)
    await find('second')
    provider.publish(second.jwk, first.jwk)
    expect((await find('first'))[1]).toBeNull()
  })

  it('is picked up by every request that comes meanwhile, with one call', async () => {
    const { find, provider } = setUp()
    await find('first')
    provider.publish(second.jwk)
    const found = await Promise.all(Array.from({ length: 20 }, () => find('second')))
    expect(found.filter(([key]) => key !== null)).toHaveLength(20)
    expect(provider.calls()).toBe(2)
  })
})

describe('a flood of unknown kids', () => {
  it('asks the issuer once in 30 seconds', async () => {
    const { find, provider, clock } = setUp()
    await find('first')
    for (let round = 0; round < 50; round++) expect(await find(`forged-${round}`)).toEqual(unknown)
    expect(provider.calls()).toBe(2)
    clock.advance(29.9)
    await find('forged')
    expect(provider.calls()).toBe(2)
    clock.advance(0.1)
    await find('forged')
    expect(provider.calls()).toBe(3)
  })

  it('asks once when it is the first thing that comes', async () => {
    const { find, provider } = setUp()
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => find(`forged-${index}`)))
    expect(new Set(answers.map(([, failure]) => failure))).toEqual(new Set(['unknown_kid']))
    expect(provider.calls()).toBe(1)
  })

  it('does not keep known kids from their key', async () => {
    const { find, provider } = setUp()
    await find('first')
    provider.answer(silence)
    const flood = Promise.all(Array.from({ length: 20 }, (_, index) => find(`forged-${index}`)))
    expect((await find('first'))[1]).toBeNull()
    provider.recover()
    await flood
  })

  it('cannot reach inherited names', async () => {
    const { find } = setUp()
    for (const kid of ['__proto__', 'constructor', 'toString', '']) expect(await find(kid)).toEqual(unknown)
  })
})

describe('an issuer that is down', () => {
  it('is no verdict on a token while no key is known', async () => {
    const { find, provider } = setUp()
    provider.answer(outage)
    expect(await find('first')).toEqual(unavailable)
  })

  it('is asked again after a second, not sooner, while no key is known', async () => {
    const { find, provider, clock } = setUp()
    provider.answer(outage)
    for (let round = 0; round < 10; round++) await find('first')
    expect(provider.calls()).toBe(1)
    provider.recover()
    clock.advance(1)
    expect((await find('first'))[1]).toBeNull()
  })

  it('leaves the last good keys good for a day', async () => {
    const { find, provider, clock } = setUp()
    await find('first')
    provider.answer(outage)
    clock.advance(24 * hour - 1)
    expect((await find('first'))[1]).toBeNull()
    clock.advance(1)
    expect(await find('first')).toEqual(unavailable)
    clock.advance(1)
    provider.recover()
    expect((await find('first'))[1]).toBeNull()
  })

  it('is asked for a refresh every 30 seconds, not with each request', async () => {
    const { find, provider, clock } = setUp()
    await find('first')
    provider.answer(outage)
    clock.advance(2 * hour)
    for (let round = 0; round < 10; round++) await find('first')
    expect(provider.calls()).toBe(2)
    clock.advance(30)
    await find('first')
    expect(provider.calls()).toBe(3)
  })

  it('is no verdict on an unknown kid, which may be a new key', async () => {
    const { find, provider } = setUp()
    await find('first')
    provider.answer(outage)
    expect(await find('second')).toEqual(unavailable)
    expect(await find('second')).toEqual(unavailable)
    expect(provider.calls()).toBe(2)
  })

  it('is given up on after the time-out, even when it ignores that', async () => {
    const { find, provider } = setUp({ timeoutMs: 50 })
    provider.answer(silence)
    expect(await find('first')).toEqual(unavailable)
  })

  it('does not take down those who watch a call that never ends', async () => {
    const { find, provider } = setUp({ timeoutMs: 50 })
    provider.answer(silence)
    expect(await Promise.all([find('first'), find('first')])).toEqual([unavailable, unavailable])
  })
})

describe('an answer that is not to be trusted', () => {
  it.each<[string, () => Promise<Response>]>([
    ['no JSON', async () => new Response('<html>')],
    ['nothing', async () => new Response(null)],
    ['an array', json([imposter])],
    ['null', json(null)],
    ['keys that are no list', json({ keys: { first: imposter } })],
    ['no key at all', json({ keys: [] })],
    ['only useless keys', json({ keys: [null, 'x', {}, tinyKey] })],
    ['an error', json({ keys: [imposter] }, { status: 500 })],
    ['a redirect', json({ keys: [imposter] }, { status: 302, headers: { location: 'https://evil.example' } })],
    ['more than 64 KiB', json({ keys: [imposter], filler: 'x'.repeat(70_000) })],
    ['bytes without end', async () => new Response(endless())],
    ['half an answer', async () => new Response(broken())],
  ])('does not replace good keys: %s', async (_name, answer) => {
    const { find, provider, clock } = setUp()
    const [key] = await find('first')
    provider.answer(answer)
    clock.advance(2 * hour)
    expect((await find('first'))[0]).toBe(key)
    expect(provider.calls()).toBe(2)
  })

  it.each<[string, () => Promise<JWK> | JWK]>([
    ['for encryption', () => ({ ...first.jwk, use: 'enc' })],
    ['for RS512', () => ({ ...first.jwk, alg: 'RS512' })],
    ['for PS256', () => ({ ...first.jwk, alg: 'PS256' })],
    ['a symmetric secret', () => ({ kty: 'oct', k: 'c2VjcmV0', kid: 'first', alg: 'HS256' })],
    [
      'an elliptic one',
      async () => ({ ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'first' }),
    ],
    ['of 1024 bits', () => tinyKey],
    ['without modulus', () => ({ kty: 'RSA', kid: 'first', e: 'AQAB' })],
    ['with a broken modulus', () => ({ ...first.jwk, n: '***' })],
  ])('does not take a key %s', async (_name, make) => {
    const { find, provider } = setUp()
    provider.publish(await make(), second.jwk)
    expect(await find('first')).toEqual(unknown)
    expect((await find('second'))[1]).toBeNull()
  })

  it('takes the first of two keys with one kid', async () => {
    const { find, provider } = setUp()
    provider.publish(first.jwk, imposter)
    const [key] = await find('first')
    expect(key && (await exportJWK(key)).n).toBe(first.jwk.n)
  })

  it('takes keys that state no use and no algorithm', async () => {
    const { find, provider } = setUp()
    provider.publish({ kty: 'RSA', kid: 'first', n: first.jwk.n ?? '', e: first.jwk.e ?? '' })
    expect((await find('first'))[1]).toBeNull()
  })
})

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024).fill(32)) })
}

function broken(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"keys":['))
      controller.error(new Error('connection reset'))
    },
  })
}
