// How many hostile tokens there are, and that none was accepted, is the title of a test here:
// npx vitest run --project api test/api/auth/hostile-tokens.test.ts --reporter=verbose
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { TokenFailureReason } from '../../../src/auth/token-failure.ts'
import { requireIdentity } from '../../../src/auth/user-routes.ts'
import { createCachedVerifier } from '../../../src/auth/verified-cache.ts'
import { createVerifier } from '../../../src/auth/verifier.ts'
import type { Deps } from '../../../src/deps.ts'
import type { IdentityEnv } from '../../../src/auth/user-env.ts'
import { fail } from '../../../src/result.ts'
import { createTrace } from '../../../src/trace.ts'
import { good, hostile, key } from './hostile-tokens.ts'
import { atIssue, clientId, fixedKeys, issuer } from './issuer.ts'

const keys = fixedKeys(key)
const options = { issuer, clientIds: [clientId], keys, now: atIssue }
const verify = createVerifier(options)
/** A reason that is missing here does not compile; one without a token fails. */
const REASONS: Record<Exclude<TokenFailureReason, 'keys_unavailable'>, true> = {
  bad_claims: true,
  bad_signature: true,
  expired: true,
  forbidden_header: true,
  malformed: true,
  missing_kid: true,
  not_yet_valid: true,
  too_long: true,
  unknown_kid: true,
  wrong_algorithm: true,
  wrong_client: true,
  wrong_issuer: true,
  wrong_token_use: true,
}

describe('hostile tokens', () => {
  it('start from one that is accepted', async () => {
    expect((await verify(good))[1]).toBeNull()
  })

  it.each(hostile)('refuses %s: %s', async (_name, reason, make) => {
    expect(await verify(await make())).toEqual(fail({ reason }))
  })

  it(`are ${hostile.length} tokens tried, 0 accepted, by the verifier alone and with its memory`, async () => {
    const cached = createCachedVerifier(options)
    expect((await cached(good))[1]).toBeNull()
    const tokens = new Set<string>()
    const accepted: string[] = []
    for (const [name, , make] of hostile) {
      const token = await make()
      tokens.add(token)
      for (const check of [verify, cached]) if ((await check(token))[1] === null) accepted.push(name)
    }
    expect(accepted).toEqual([])
    expect(tokens.size).toBe(hostile.length)
    expect(hostile.length).toBeGreaterThanOrEqual(80)
  })

  it('give every reason that there is', () => {
    expect([...new Set(hostile.map(([, reason]) => reason))].toSorted()).toEqual(Object.keys(REASONS))
  })

  it('are answered alike, to the byte', async () => {
    const deps = { verifyToken: verify, limiters: {}, access: {} } as unknown as Deps
    const app = new Hono<IdentityEnv>()
      .use((c, next) => {
        c.set('trace', createTrace('same'))
        return next()
      })
      .get('/', requireIdentity(deps), (c) => c.text('in'))
    const ask = async (token: string) => {
      const response = await app.request('/', { headers: { Authorization: `Bearer ${token}` } })
      return JSON.stringify([response.status, [...response.headers], await response.text()])
    }
    expect(await ask(good)).toContain('"in"')
    const answers = new Set<string>()
    for (const [, , make] of hostile) {
      const token = await make()
      // A header can hold nothing else as it is; spaces around a token belong to the header.
      if (/^[\x21-\x7e]*$/.test(token)) answers.add(await ask(token))
    }
    const [answer] = answers
    expect(answers.size).toBe(1)
    expect(answer).toMatch(/^\[401,/)
    expect(answer).toContain(JSON.stringify(['www-authenticate', 'Bearer error="invalid_token"']))
  })

  it('are not looked up, however many, unless the key is all that is wrong', async () => {
    const before = keys.asked()
    const needKey = new Set<TokenFailureReason>(['unknown_kid', 'bad_signature'])
    for (const [, reason, make] of hostile) if (!needKey.has(reason)) await verify(await make())
    expect(keys.asked()).toBe(before)
  })

  it.each(['null', '7', '{}', JSON.stringify([good])])('refuses what is no text: %s', async (json) => {
    expect(await verify(JSON.parse(json))).toEqual(fail({ reason: 'malformed' }))
  })

  it('refuses all when no client is allowed', async () => {
    const verify = createVerifier({ ...options, clientIds: [] })
    expect(await verify(good)).toEqual(fail({ reason: 'wrong_client' }))
  })
})
