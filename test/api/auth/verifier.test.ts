import { describe, expect, it } from 'vitest'
import { createVerifier } from '../../../src/auth/verifier.ts'
import { fail, ok } from '../../../src/result.ts'
import {
  atIssue,
  clientId,
  createKey,
  fixedKeys,
  goodClaims,
  goodHeader,
  goodToken,
  issuedAt,
  issuer,
  sign,
  sub,
} from './issuer.ts'

const key = await createKey('current')
const options = { issuer, clientIds: ['another-client', clientId], keys: fixedKeys(key), now: atIssue }
const verify = createVerifier(options)

describe('a good token', () => {
  it('says who the user is', async () => {
    expect(await verify(await goodToken(key))).toEqual(
      ok({
        userId: sub,
        clientId,
        scopes: ['aws.cognito.signin.user.admin', 'openid'],
        groups: ['editors'],
        signInId: goodClaims.origin_jti,
        signedInAt: goodClaims.auth_time,
        expiresAt: issuedAt + 3600,
      }),
    )
  })

  it('may have no scope, no groups, no iat and no auth_time', async () => {
    const { scope: _scope, 'cognito:groups': _groups, iat: _iat, auth_time: _time, ...claims } = goodClaims
    const [identity] = await verify(await sign(key, goodHeader(key), claims))
    expect(identity).toMatchObject({ userId: sub, scopes: [], groups: [] })
  })

  it('may hold claims that we do not know, nested ones and escaped names too', async () => {
    const payload = JSON.stringify({ ...goodClaims, 'custom:a:b': { list: [{ x: ':' }, '"\\":'] } })
    expect(
      await verify(await sign(key, goodHeader(key), payload.replace('"iss"', String.raw`"i\u0073s"`))),
    ).toMatchObject(ok({ userId: sub }))
  })

  it('may escape slashes, as Cognito has done', async () => {
    const payload = JSON.stringify(goodClaims).replaceAll('/', String.raw`\/`)
    expect((await verify(await sign(key, goodHeader(key), payload)))[1]).toBeNull()
  })

  it.each([
    ['typ', { typ: 'JWT' }],
    ['x5t', { x5t: 'abc' }],
  ])('may have the harmless header %s', async (_name, extra) => {
    expect((await verify(await sign(key, { ...goodHeader(key), ...extra }, goodClaims)))[1]).toBeNull()
  })

  it('names the user in lower case', async () => {
    const [identity] = await verify(await goodToken(key, { sub: sub.toUpperCase() }))
    expect(identity?.userId).toBe(sub)
  })

  it('gives an identity that no request can change for another', async () => {
    const [identity] = await verify(await goodToken(key))
    expect(Object.isFrozen(identity)).toBe(true)
    expect(Object.isFrozen(identity?.groups)).toBe(true)
  })
})

describe('the sign-in', () => {
  it('is the same after a refresh', async () => {
    const [first] = await verify(await goodToken(key))
    const [second] = await verify(await goodToken(key, { iat: issuedAt + 30, exp: issuedAt + 7000, jti: 'other' }))
    expect(second?.signInId).toBe(first?.signInId)
  })

  it('is told from auth_time and user where Cognito names no origin', async () => {
    const claims = { origin_jti: undefined }
    const [first] = await verify(await goodToken(key, claims))
    const [refreshed] = await verify(await goodToken(key, { ...claims, iat: issuedAt + 30, jti: 'other' }))
    const [later] = await verify(await goodToken(key, { ...claims, auth_time: issuedAt + 30 }))
    const [other] = await verify(await goodToken(key, { ...claims, sub: sub.replace('4', '5') }))
    expect(refreshed?.signInId).toBe(first?.signInId)
    expect(new Set([first?.signInId, later?.signInId, other?.signInId]).size).toBe(3)
  })
})

/** What becomes of a token at this moment, in seconds. */
async function at(seconds: number, claims: object): Promise<string> {
  const verify = createVerifier({ ...options, now: () => seconds * 1000 })
  const [, failure] = await verify(await goodToken(key, claims))
  return failure?.reason ?? 'accepted'
}

describe('time', () => {
  it.each([
    ['the last moment', issuedAt + 3599.9, {}, 'accepted'],
    ['the moment of expiry', issuedAt + 3600, {}, 'expired'],
    ['a day later', issuedAt + 86_400, {}, 'expired'],
    ['an issuer 60 s ahead', issuedAt - 60, {}, 'accepted'],
    ['an issuer 61 s ahead', issuedAt - 61, {}, 'not_yet_valid'],
    ['nbf in 60 s', issuedAt, { nbf: issuedAt + 60 }, 'accepted'],
    ['nbf in 61 s', issuedAt, { nbf: issuedAt + 61 }, 'not_yet_valid'],
    ['nbf past, iat far ahead', issuedAt - 500, { nbf: issuedAt - 900 }, 'not_yet_valid'],
  ])('%s', async (_name, seconds, claims, expected) => {
    expect(await at(seconds, claims)).toBe(expected)
  })
})

describe('keys', () => {
  it.each(['unknown_kid', 'keys_unavailable'] as const)('passes on %s', async (failure) => {
    const verify = createVerifier({ ...options, keys: { find: async () => fail(failure) } })
    expect(await verify(await goodToken(key))).toEqual(fail({ reason: failure }))
  })
})
