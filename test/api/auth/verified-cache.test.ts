import { describe, expect, it } from 'vitest'
import { createVerifiedCache } from '../../../src/auth/verified-cache.ts'
import { createTokenCheck } from '../../../src/auth/verifier.ts'
import { fail } from '../../../src/result.ts'
import { clientId, createClock, createKey, fixedKeys, goodToken, issuedAt, issuer, sub } from './issuer.ts'

const [key, otherKey] = await Promise.all([createKey('current'), createKey('current')])

/** A cache around the real check, which counts how often it has to do its work. */
function setUp(limit?: number) {
  const clock = createClock()
  const keys = fixedKeys(key)
  const options = { issuer, clientIds: [clientId], keys, now: clock.now }
  const check = createTokenCheck(options)
  let checks = 0
  const counting = (token: string) => {
    checks += 1
    return check(token)
  }
  const cached = createVerifiedCache(counting, { ...options, ...(limit !== undefined && { limit }) })
  return { clock, keys, cached, checks: () => checks }
}

describe('a verified token', () => {
  it('is checked once, and gives the same identity', async () => {
    const { cached, checks } = setUp()
    const token = await goodToken(key)
    const [first] = await cached(token)
    const [second] = await cached(token)
    expect(first?.identity.userId).toBe(sub)
    expect(second?.identity).toBe(first?.identity)
    expect(checks()).toBe(1)
  })

  it('expires in the cache as outside of it', async () => {
    const { cached, clock } = setUp()
    const token = await goodToken(key)
    await cached(token)
    clock.advance(3599)
    expect((await cached(token))[1]).toBeNull()
    clock.advance(1)
    expect(await cached(token)).toEqual(fail({ reason: 'expired' }))
    expect(await cached(token)).toEqual(fail({ reason: 'expired' }))
  })

  it('is not yet valid when the clock was put back', async () => {
    const { cached, clock } = setUp()
    const token = await goodToken(key)
    await cached(token)
    clock.advance(-61)
    expect(await cached(token)).toEqual(fail({ reason: 'not_yet_valid' }))
  })

  it('is refused once its key is withdrawn', async () => {
    const { cached, keys } = setUp()
    const token = await goodToken(key)
    await cached(token)
    keys.remove('current')
    expect(await cached(token)).toEqual(fail({ reason: 'unknown_kid' }))
  })

  it('is checked again when its kid names another key', async () => {
    const keys = [key, otherKey]
    const source = { find: async (kid: string) => fixedKeys(keys[0] ?? key).find(kid) }
    const options = { issuer, clientIds: [clientId], keys: source, now: () => issuedAt * 1000 }
    const cached = createVerifiedCache(createTokenCheck(options), options)
    const token = await goodToken(key)
    expect((await cached(token))[1]).toBeNull()
    keys.shift()
    expect(await cached(token)).toEqual(fail({ reason: 'bad_signature' }))
  })
})

describe('the cache', () => {
  it('keeps no refused token', async () => {
    const { cached, checks } = setUp()
    const forged = await goodToken(otherKey)
    await cached(forged)
    expect(await cached(forged)).toEqual(fail({ reason: 'bad_signature' }))
    expect(checks()).toBe(2)
  })

  it('lets no text in that only looks like a verified one', async () => {
    const { cached } = setUp()
    const token = await goodToken(key)
    await cached(token)
    const [header, , signature] = token.split('.')
    const [, payload] = (await goodToken(otherKey, { sub: sub.replace('4', '5') })).split('.')
    expect(await cached(`${header}.${payload}.${signature}`)).toEqual(fail({ reason: 'bad_signature' }))
    expect((await cached(`${token} `))[1]).not.toBeNull()
  })

  it('forgets the token that was not used for longest', async () => {
    const { cached, checks } = setUp(3)
    const tokens = await Promise.all(['a', 'b', 'c', 'd'].map((jti) => goodToken(key, { jti })))
    const [a = '', b = '', c = '', d = ''] = tokens
    for (const token of [a, b, c, a, d]) await cached(token)
    expect(checks()).toBe(4)
    for (const token of [a, c, d]) await cached(token)
    expect(checks()).toBe(4)
    await cached(b)
    expect(checks()).toBe(5)
  })
})
