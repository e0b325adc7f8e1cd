import { base64url, exportJWK, exportPKCS8, generateKeyPair, importPKCS8, type CryptoKey, type JWK } from 'jose'
import type { Fetch } from '../../../src/auth/fetch-json.ts'
import type { KeySource } from '../../../src/auth/jwks.ts'
import { fail, ok } from '../../../src/result.ts'

export const issuer = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI'
export const clientId = '7h2kq0example0client0id'
export const sub = '44f844b8-7011-70a3-4b1c-0a9d3c3f2e11'
/** The moment at which the suites' tokens are good, in seconds. */
export const issuedAt = 1_790_000_000
export const atIssue = () => issuedAt * 1000 + 500

export interface SigningKey {
  kid: string
  privateKey: CryptoKey
  publicKey: CryptoKey
  /** As the issuer publishes it. */
  jwk: JWK
}

export async function createKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  return { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } }
}

/** A key source of fixed keys that counts how often it is asked. */
export function fixedKeys(...keys: SigningKey[]): KeySource & { asked: () => number; remove: (kid: string) => void } {
  const held = new Map(keys.map(({ kid, publicKey }) => [kid, publicKey]))
  let count = 0
  return {
    find: async (kid) => {
      count += 1
      const key = held.get(kid)
      return key === undefined ? fail('unknown_kid') : ok(key)
    },
    asked: () => count,
    remove: (kid) => void held.delete(kid),
  }
}

export const goodClaims = {
  sub,
  iss: issuer,
  client_id: clientId,
  origin_jti: '0b6c1a6e-5c3f-4a43-8d4e-0f2b3f1f7a10',
  event_id: '6f7f9a5e-1b1d-4f43-9b63-2d1f0c5a9e77',
  token_use: 'access',
  scope: 'aws.cognito.signin.user.admin openid',
  auth_time: issuedAt,
  exp: issuedAt + 3600,
  iat: issuedAt,
  jti: 'f2c1d2e3-aaaa-4bbb-8ccc-1234567890ab',
  username: sub,
  'cognito:groups': ['editors'],
}

export const encode = (value: unknown): string =>
  base64url.encode(typeof value === 'string' ? value : JSON.stringify(value))

const algorithms = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  RS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  RS512: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
}

/** Signs what a header and a payload say, however wrong: both may be objects or raw JSON text. */
export async function sign(
  key: SigningKey,
  header: unknown,
  payload: unknown,
  algorithm: keyof typeof algorithms = 'RS256',
): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`
  const pem = await exportPKCS8(key.privateKey)
  const signer = await importPKCS8(pem, algorithm)
  const bytes = await crypto.subtle.sign(algorithms[algorithm], signer, new TextEncoder().encode(input))
  return `${input}.${base64url.encode(new Uint8Array(bytes))}`
}

export async function signHmac(secret: string, header: unknown, payload: unknown): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), hmac, false, ['sign'])
  const bytes = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(input))
  return `${input}.${base64url.encode(new Uint8Array(bytes))}`
}

export const goodHeader = (key: SigningKey) => ({ kid: key.kid, alg: 'RS256' })

export const goodToken = (key: SigningKey, claims: object = {}) =>
  sign(key, goodHeader(key), { ...goodClaims, ...claims })

/** An issuer in memory: what it publishes can be changed, and it can break in several ways. */
export function createIssuer(...keys: SigningKey[]) {
  let publish = keys.map(({ jwk }) => jwk)
  let answer: (init: RequestInit) => Promise<Response> = serve
  let calls = 0

  async function serve() {
    return Response.json({ keys: publish })
  }
  const fetch: Fetch = (_url, init) => {
    calls += 1
    return answer(init)
  }
  return {
    fetch,
    calls: () => calls,
    publish: (...keys: JWK[]) => {
      publish = keys
    },
    answer: (other: (init: RequestInit) => Promise<Response>) => {
      answer = other
    },
    recover: () => {
      answer = serve
    },
  }
}

/** A clock that stands still until it is moved. */
export function createClock(seconds = issuedAt) {
  let time = seconds * 1000
  return {
    now: () => time,
    advance: (seconds: number) => {
      time += seconds * 1000
    },
  }
}
