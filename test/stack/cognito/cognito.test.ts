import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  callCognito,
  refreshLocally,
  signInLocally,
  startCognito,
  type LocalSignIn,
  type RunningCognito,
} from '../../../dev/cognito.ts'
import { createCognito } from '../../../src/auth/cognito.ts'
import { createJwks } from '../../../src/auth/jwks.ts'
import { createVerifier } from '../../../src/auth/verifier.ts'
import { fail } from '../../../src/result.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'parley-cognito-'))
let cognito: RunningCognito

beforeAll(async () => {
  cognito = await startCognito({ dataDir })
})

afterAll(async () => {
  await cognito.close()
  rmSync(dataDir, { recursive: true })
})

/** Verifies as the Worker does, with the keys that the local Cognito publishes. */
function verify(token: string, { issuer, clientId }: Pick<RunningCognito, 'issuer' | 'clientId'> = cognito) {
  const keys = createJwks({ url: `${issuer}/.well-known/jwks.json`, timeoutMs: 2000 })
  return createVerifier({ issuer, clientIds: [clientId], keys })(token)
}

const getUser = ({ accessToken, sub }: Pick<LocalSignIn, 'accessToken' | 'sub'>) =>
  createCognito({ issuer: cognito.issuer, timeoutMs: 2000 }).getUser(accessToken, { userId: sub })

let people = 0
const somebody = () => `somebody.number${(people += 1)}@example.com`

describe('a local sign-in', () => {
  it('gives an access token that the Worker accepts', async () => {
    const { accessToken, sub } = await signInLocally(cognito, somebody())
    const [identity, failure] = await verify(accessToken)
    expect(failure).toBeNull()
    expect(identity).toMatchObject({ userId: sub, clientId: cognito.clientId, groups: [] })
    expect(identity?.scopes).toContain('aws.cognito.signin.user.admin')
    expect(sub).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
  })

  it('is of the same user at its next use, whatever the case of the address', async () => {
    const email = somebody()
    const first = await signInLocally(cognito, email)
    const second = await signInLocally(cognito, ` ${email.toUpperCase()}`)
    expect(second.sub).toBe(first.sub)
  })

  it('may be asked for by several at once', async () => {
    const email = somebody()
    const signIns = await Promise.all(Array.from({ length: 8 }, () => signInLocally(cognito, email)))
    expect(new Set(signIns.map(({ sub }) => sub)).size).toBe(1)
    const identities = await Promise.all(signIns.map(({ accessToken }) => verify(accessToken)))
    expect(new Set(identities.map(([identity]) => identity?.signInId)).size).toBe(8)
  })

  it('gives groups as Cognito does', async () => {
    const { poolId, clientId } = cognito
    const email = somebody()
    await signInLocally(cognito, email)
    await callCognito(cognito, 'CreateGroup', { UserPoolId: poolId, GroupName: 'editors' })
    const member = { UserPoolId: poolId, GroupName: 'editors', Username: email }
    await callCognito(cognito, 'AdminAddUserToGroup', member)
    const { accessToken } = await signInLocally({ ...cognito, clientId }, email)
    expect((await verify(accessToken))[0]?.groups).toEqual(['editors'])
  })

  it('refuses what is no address', async () => {
    await expect(signInLocally(cognito, 'ada')).rejects.toThrow('"ada" is not an e-mail address')
  })
})

describe('a token', () => {
  it('names the same sign-in after a refresh', async () => {
    const first = await signInLocally(cognito, somebody())
    const refreshed = await refreshLocally(cognito, first.refreshToken)
    const [[before], [after]] = await Promise.all([verify(first.accessToken), verify(refreshed.accessToken)])
    expect(refreshed.accessToken).not.toBe(first.accessToken)
    expect(after?.signInId).toBe(before?.signInId)
    expect(decodeJwt(refreshed.accessToken)['auth_time']).toBe(decodeJwt(first.accessToken)['auth_time'])
  })

  it('is refused when it is the ID token', async () => {
    const { idToken } = await signInLocally(cognito, somebody())
    expect(await verify(idToken)).toEqual(fail({ reason: 'wrong_token_use' }))
  })

  it('is refused when it is the refresh token', async () => {
    const { refreshToken } = await signInLocally(cognito, somebody())
    expect((await verify(refreshToken))[1]).not.toBeNull()
  })

  it('is refused by another app', async () => {
    const { accessToken } = await signInLocally(cognito, somebody())
    expect(await verify(accessToken, { ...cognito, clientId: 'other' })).toEqual(fail({ reason: 'wrong_client' }))
  })
})

describe('GetUser', () => {
  it('gives the names that were asked for', async () => {
    const email = somebody()
    const names = { givenName: 'Grace', familyName: 'Hopper', name: 'Amazing Grace' }
    const signIn = await signInLocally(cognito, email, names)
    expect(await getUser(signIn)).toEqual([
      {
        sub: signIn.sub,
        email,
        emailVerified: true,
        firstName: 'Grace',
        lastName: 'Hopper',
        name: 'Amazing Grace',
        avatarUrl: null,
      },
      null,
    ])
  })

  it.each([
    ['ada.lovelace+test@example.com', 'Ada', 'Lovelace'],
    ['bo@acme.io', 'Bo', 'Acme'],
    ['42@42.io', 'Guest', 'Io'],
  ])('gives names for %s', async (email, firstName, lastName) => {
    const [profile] = await getUser(await signInLocally(cognito, email))
    expect(profile).toMatchObject({ firstName, lastName, name: `${firstName} ${lastName}` })
  })

  it('refuses a revoked sign-in, and only that one', async () => {
    const email = somebody()
    const [revoked, other] = [await signInLocally(cognito, email), await signInLocally(cognito, email)]
    await callCognito(cognito, 'RevokeToken', { ClientId: cognito.clientId, Token: revoked.refreshToken })
    expect((await getUser(revoked))[1]?.code).toBe('unauthenticated')
    expect((await getUser(other))[1]).toBeNull()
    await expect(refreshLocally(cognito, revoked.refreshToken)).rejects.toThrow('not authorized')
  })

  it.each(['garbage', 'a.b.c', ''])('refuses %j as a token', async (accessToken) => {
    expect((await getUser({ accessToken, sub: '' }))[1]?.code).toBe('unauthenticated')
  })

  it('refuses the token of another user', async () => {
    const [ada, bo] = [await signInLocally(cognito, somebody()), await signInLocally(cognito, somebody())]
    expect((await getUser({ accessToken: ada.accessToken, sub: bo.sub }))[1]?.code).toBe('unauthenticated')
  })

  it('refuses the token of a deleted user', async () => {
    const email = somebody()
    const signIn = await signInLocally(cognito, email)
    await callCognito(cognito, 'AdminDeleteUser', { UserPoolId: cognito.poolId, Username: email })
    expect((await getUser(signIn))[1]?.code).toBe('unauthenticated')
  })
})

describe('a second start', () => {
  it('finds pool, client and users again, and issues for its own port', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'parley-cognito-'))
    const first = await startCognito({ dataDir: directory })
    const before = await signInLocally(first, 'ada@example.com')
    await first.close()
    const second = await startCognito({ dataDir: directory })
    try {
      expect(second).toMatchObject({ poolId: first.poolId, clientId: first.clientId })
      expect(second.issuer).toBe(`http://127.0.0.1:${second.port}/${first.poolId}`)
      const after = await signInLocally(second, 'ada@example.com')
      expect(after.sub).toBe(before.sub)
      expect(decodeJwt(after.accessToken).iss).toBe(second.issuer)
      expect((await verify(after.accessToken, second))[1]).toBeNull()
      const refreshed = await refreshLocally(second, before.refreshToken)
      expect((await verify(refreshed.accessToken, second))[1]).toBeNull()
    } finally {
      await second.close()
      rmSync(directory, { recursive: true })
    }
  })

  it('says when its port is in use', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'parley-cognito-'))
    const start = startCognito({ dataDir: directory, port: cognito.port })
    await expect(start).rejects.toThrow(`Port ${cognito.port} for Cognito is in use`)
    rmSync(directory, { recursive: true })
  })

  it('leaves nobody without keys once it is closed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'parley-cognito-'))
    const other = await startCognito({ dataDir: directory })
    const { accessToken } = await signInLocally(other, 'ada@example.com')
    const keys = createJwks({ url: `${other.issuer}/.well-known/jwks.json`, timeoutMs: 2000 })
    const verify = createVerifier({ issuer: other.issuer, clientIds: [other.clientId], keys })
    expect((await verify(accessToken))[1]).toBeNull()
    await other.close()
    expect((await verify(accessToken))[1]).toBeNull()
    rmSync(directory, { recursive: true })
  })
})
