import { base64url, exportSPKI, generateKeyPair, SignJWT } from 'jose'
import type { TokenFailureReason } from '../../../src/auth/token-failure.ts'
import {
  clientId,
  createKey,
  encode,
  goodClaims,
  goodHeader,
  goodToken,
  issuedAt,
  issuer,
  sign,
  signHmac,
  sub,
} from './issuer.ts'

const [key, foreignKey] = await Promise.all([createKey('current'), createKey('current')])
export { key }
const pem = await exportSPKI(key.publicKey)
const header = goodHeader(key)
/** What they are made of: accepted as it is. */
export const good = await goodToken(key)
const [head = '', body = '', signature = ''] = good.split('.')

const withHeader = (extra: object, claims: object = {}) =>
  sign(key, { ...header, ...extra }, { ...goodClaims, ...claims })
const withClaims = (claims: object) => sign(key, header, { ...goodClaims, ...claims })
const withRaw = (headerText: string, payloadText: string) => sign(key, headerText, payloadText)
const rawHeader = JSON.stringify(header)
const rawClaims = JSON.stringify(goodClaims)
const [headerStart, claimsStart] = [rawHeader.slice(0, -1), rawClaims.slice(0, -1)]

async function elliptic() {
  const { privateKey } = await generateKeyPair('ES256')
  return new SignJWT(goodClaims).setProtectedHeader({ ...header, alg: 'ES256' }).sign(privateKey)
}

export type Hostile = [name: string, reason: TokenFailureReason, make: () => string | Promise<string>]

/**
 * Tokens that an attacker might send, each with the reason for which it is refused inside. Signed by the right key
 * wherever it can be, so that the stated reason is all that keeps it out.
 */
export const hostile: readonly Hostile[] = [
  ['an empty text', 'malformed', () => ''],
  ['a word', 'malformed', () => 'token'],
  ['two dots', 'malformed', () => '..'],
  ['two parts', 'malformed', () => `${head}.${body}`],
  ['no signature', 'malformed', () => `${head}.${body}.`],
  ['no header', 'malformed', () => `.${body}.${signature}`],
  ['no payload', 'malformed', () => `${head}..${signature}`],
  ['four parts', 'malformed', () => `${good}.${signature}`],
  ['a trailing dot', 'malformed', () => `${good}.`],
  ['five parts, as of a JWE', 'malformed', () => `${head}.${body}.${signature}.${body}.${signature}`],
  ['a space before', 'malformed', () => ` ${good}`],
  ['a newline after', 'malformed', () => `${good}\n`],
  ['a NUL after', 'malformed', () => `${good}\0`],
  ['padding', 'malformed', () => `${good}==`],
  ['a signature in plain base64', 'malformed', () => `${head}.${body}.+/${signature.slice(2)}`],
  ['a signature with a stray bit at its end', 'malformed', () => good.slice(0, -1) + nextLetter(good.at(-1))],
  ['a letter too many', 'malformed', () => `${good}AAA`],
  ['a letter that is none', 'malformed', () => `${head}.${body}.${signature.slice(0, -1)}ſ`],
  ['the JSON serialization', 'malformed', () => JSON.stringify({ protected: head, payload: body, signature })],
  ['over 8 KiB', 'too_long', () => withClaims({ filler: 'x'.repeat(7000) })],
  ['a megabyte', 'too_long', () => 'a'.repeat(1 << 20)],
  ['a million dots', 'too_long', () => '.'.repeat(1 << 20)],

  ['a header that is no JSON', 'malformed', () => withRaw('{kid', rawClaims)],
  ['a header that is an array', 'malformed', () => withRaw(`[${rawHeader}]`, rawClaims)],
  ['a header that is a string', 'malformed', () => withRaw('"RS256"', rawClaims)],
  ['a header that is null', 'malformed', () => withRaw('null', rawClaims)],
  ['a header with something after it', 'malformed', () => withRaw(`${rawHeader}{}`, rawClaims)],
  ['a header with a byte order mark', 'malformed', () => withRaw(`\uFEFF${rawHeader}`, rawClaims)],
  ['alg twice', 'malformed', () => withRaw(`{"alg":"none",${rawHeader.slice(1)}`, rawClaims)],
  ['kid twice', 'malformed', () => withRaw(`${headerStart},"kid":"current"}`, rawClaims)],
  ['kid twice, once escaped', 'malformed', () => withRaw(`${headerStart},"\\u006bid":"current"}`, rawClaims)],
  ['__proto__ in the header', 'malformed', () => withRaw(`${headerStart},"__proto__":{"kid":"x"}}`, rawClaims)],
  ['constructor in the header', 'malformed', () => withRaw(`${headerStart},"constructor":{}}`, rawClaims)],

  ['alg none', 'wrong_algorithm', () => `${encode({ ...header, alg: 'none' })}.${body}.${signature}`],
  ['alg none, unsigned', 'malformed', () => `${encode({ ...header, alg: 'none' })}.${body}.`],
  ['alg None', 'wrong_algorithm', () => withHeader({ alg: 'None' })],
  ['alg NONE', 'wrong_algorithm', () => withHeader({ alg: 'NONE' })],
  ['alg nOnE', 'wrong_algorithm', () => withHeader({ alg: 'nOnE' })],
  ['alg rs256', 'wrong_algorithm', () => withHeader({ alg: 'rs256' })],
  ['alg with a space', 'wrong_algorithm', () => withHeader({ alg: 'RS256 ' })],
  ['alg in an array', 'wrong_algorithm', () => withHeader({ alg: ['RS256'] })],
  ['alg null', 'wrong_algorithm', () => withHeader({ alg: null })],
  ['no alg', 'wrong_algorithm', () => withHeader({ alg: undefined })],
  [
    'HS256 with the public key as secret',
    'wrong_algorithm',
    () => signHmac(pem, { ...header, alg: 'HS256' }, goodClaims),
  ],
  [
    'HS256 with the modulus as secret',
    'wrong_algorithm',
    () => signHmac(key.jwk.n ?? '', { ...header, alg: 'HS256' }, goodClaims),
  ],
  [
    'HS256 with an empty-looking secret',
    'wrong_algorithm',
    () => signHmac('\0', { ...header, alg: 'HS256' }, goodClaims),
  ],
  ['an HMAC that says RS256', 'bad_signature', () => signHmac(pem, header, goodClaims)],
  ['RS384', 'wrong_algorithm', () => sign(key, { ...header, alg: 'RS384' }, goodClaims, 'RS384')],
  ['RS512', 'wrong_algorithm', () => sign(key, { ...header, alg: 'RS512' }, goodClaims, 'RS512')],
  ['PS256', 'wrong_algorithm', () => sign(key, { ...header, alg: 'PS256' }, goodClaims, 'PS256')],
  ['RS512 that says RS256', 'bad_signature', () => sign(key, header, goodClaims, 'RS512')],
  ['PS256 that says RS256', 'bad_signature', () => sign(key, header, goodClaims, 'PS256')],
  ['ES256', 'wrong_algorithm', elliptic],

  ['no kid', 'missing_kid', () => withHeader({ kid: undefined })],
  ['an empty kid', 'missing_kid', () => withHeader({ kid: '' })],
  ['a null kid', 'missing_kid', () => withHeader({ kid: null })],
  ['a number as kid', 'missing_kid', () => withHeader({ kid: 1 })],
  ['an array as kid', 'missing_kid', () => withHeader({ kid: ['current'] })],
  ['an object as kid', 'missing_kid', () => withHeader({ kid: { toString: 'current' } })],
  ['an unknown kid', 'unknown_kid', () => withHeader({ kid: 'other' })],
  ['a kid in another case', 'unknown_kid', () => withHeader({ kid: 'Current' })],
  ['a kid that is a path', 'unknown_kid', () => withHeader({ kid: '../../dev/null' })],
  ['a kid that is an inherited name', 'unknown_kid', () => withHeader({ kid: 'toString' })],

  ['jku', 'forbidden_header', () => withHeader({ jku: 'https://evil.example/jwks.json' })],
  ['x5u', 'forbidden_header', () => withHeader({ x5u: 'https://evil.example/cert.pem' })],
  ['x5c', 'forbidden_header', () => withHeader({ x5c: ['MIIB'] })],
  ['jwk', 'forbidden_header', () => withHeader({ jwk: key.jwk })],
  ['its own jwk', 'forbidden_header', () => sign(foreignKey, { ...header, jwk: foreignKey.jwk }, goodClaims)],
  ['crit', 'forbidden_header', () => withHeader({ crit: ['exp'], exp: 1 })],
  ['an empty crit', 'forbidden_header', () => withHeader({ crit: [] })],
  ['b64 false', 'forbidden_header', () => withHeader({ b64: false, crit: ['b64'] })],
  ['b64 true', 'forbidden_header', () => withHeader({ b64: true })],
  ['zip', 'forbidden_header', () => withHeader({ zip: 'DEF' })],

  ['a payload that is no JSON', 'malformed', () => withRaw(rawHeader, 'sub=1')],
  ['a payload that is an array', 'malformed', () => withRaw(rawHeader, `[${rawClaims}]`)],
  ['a payload that is null', 'malformed', () => withRaw(rawHeader, 'null')],
  ['a payload that is a number', 'malformed', () => withRaw(rawHeader, '1')],
  ['a payload that is a token', 'malformed', () => withRaw(rawHeader, `"${good}"`)],
  ['sub twice', 'malformed', () => withRaw(rawHeader, `${claimsStart},"sub":"${sub.replace('4', '5')}"}`)],
  ['sub twice, once escaped', 'malformed', () => withRaw(rawHeader, `${claimsStart},"s\\u0075b":"${sub}"}`)],
  ['a name twice in a nested object', 'malformed', () => withRaw(rawHeader, `${claimsStart},"x":{"a":1,"a":2}}`)],
  ['a name twice in an array', 'malformed', () => withRaw(rawHeader, `${claimsStart},"x":[{"a":1,"a":2}]}`)],
  ['__proto__', 'malformed', () => withRaw(rawHeader, `${claimsStart},"__proto__":{"token_use":"access"}}`)],
  ['__proto__, escaped', 'malformed', () => withRaw(rawHeader, `${claimsStart},"\\u005f_proto__":{"a":1}}`)],
  ['__proto__, nested', 'malformed', () => withRaw(rawHeader, `${claimsStart},"x":[{"__proto__":{"a":1}}]}`)],
  ['constructor', 'malformed', () => withRaw(rawHeader, `${claimsStart},"constructor":{"prototype":{"a":1}}}`)],
  ['prototype', 'malformed', () => withRaw(rawHeader, `${claimsStart},"prototype":{}}`)],
  ['claims only in the prototype', 'malformed', () => withRaw(rawHeader, `{"__proto__":${rawClaims}}`)],
  [
    '3000 arrays in one another',
    'malformed',
    () => withRaw(rawHeader, `${claimsStart},"x":${'['.repeat(2500)}${']'.repeat(2500)}}`),
  ],
  ['text that is no UTF-8', 'malformed', () => invalidUtf8()],
  ['no claims', 'wrong_issuer', () => withRaw(rawHeader, '{}')],

  ['no issuer', 'wrong_issuer', () => withClaims({ iss: undefined })],
  ['another pool', 'wrong_issuer', () => withClaims({ iss: issuer.replace('AbCd', 'ZyXw') })],
  ['another region', 'wrong_issuer', () => withClaims({ iss: issuer.replaceAll('eu-central-1', 'us-east-1') })],
  [
    'another host',
    'wrong_issuer',
    () => withClaims({ iss: issuer.replace('amazonaws.com', 'amazonaws.com.evil.example') }),
  ],
  ['the issuer over HTTP', 'wrong_issuer', () => withClaims({ iss: issuer.replace('https', 'http') })],
  ['the issuer with a slash', 'wrong_issuer', () => withClaims({ iss: `${issuer}/` })],
  ['the issuer in capitals', 'wrong_issuer', () => withClaims({ iss: issuer.toUpperCase() })],
  ['the issuer in an array', 'wrong_issuer', () => withClaims({ iss: [issuer] })],

  ['an ID token', 'wrong_token_use', () => withClaims({ token_use: 'id', aud: clientId, client_id: undefined })],
  ['an ID token with a client_id', 'wrong_token_use', () => withClaims({ token_use: 'id' })],
  ['token_use refresh', 'wrong_token_use', () => withClaims({ token_use: 'refresh' })],
  ['token_use ACCESS', 'wrong_token_use', () => withClaims({ token_use: 'ACCESS' })],
  ['token_use in an array', 'wrong_token_use', () => withClaims({ token_use: ['access'] })],
  ['token_use true', 'wrong_token_use', () => withClaims({ token_use: true })],
  ['no token_use', 'wrong_token_use', () => withClaims({ token_use: undefined })],

  ['another client', 'wrong_client', () => withClaims({ client_id: 'another' })],
  ['no client', 'wrong_client', () => withClaims({ client_id: undefined })],
  ['the client as aud only', 'wrong_client', () => withClaims({ client_id: undefined, aud: clientId })],
  ['clients in an array', 'wrong_client', () => withClaims({ client_id: [clientId] })],
  ['an empty client', 'wrong_client', () => withClaims({ client_id: '' })],

  ['no exp', 'bad_claims', () => withClaims({ exp: undefined })],
  ['exp as text', 'bad_claims', () => withClaims({ exp: String(issuedAt + 3600) })],
  ['exp null', 'bad_claims', () => withClaims({ exp: null })],
  ['exp true', 'bad_claims', () => withClaims({ exp: true })],
  ['exp infinite', 'bad_claims', () => withRaw(rawHeader, rawClaims.replace(/"exp":\d+/, '"exp":1e999'))],
  ['exp after the year 9999', 'bad_claims', () => withClaims({ exp: 253_402_300_800 })],
  ['auth_time far away', 'bad_claims', () => withClaims({ auth_time: 1e18 })],
  ['origin_jti with NUL', 'bad_claims', () => withClaims({ origin_jti: 'a\0b' })],
  ['origin_jti with half a character', 'bad_claims', () => withClaims({ origin_jti: 'a\uD800' })],
  ['exp negative', 'bad_claims', () => withClaims({ exp: -1 })],
  ['exp in the past', 'expired', () => withClaims({ exp: issuedAt - 1 })],
  ['exp now', 'expired', () => withClaims({ exp: issuedAt })],
  ['exp 0', 'expired', () => withClaims({ exp: 0 })],
  ['nbf ahead', 'not_yet_valid', () => withClaims({ nbf: issuedAt + 90 })],
  ['nbf 61 s ahead', 'not_yet_valid', () => withClaims({ nbf: issuedAt + 61 })],
  ['nbf as text', 'bad_claims', () => withClaims({ nbf: '0' })],
  ['iat ahead', 'not_yet_valid', () => withClaims({ iat: issuedAt + 90 })],
  ['iat as text', 'bad_claims', () => withClaims({ iat: String(issuedAt) })],
  ['auth_time as text', 'bad_claims', () => withClaims({ auth_time: String(issuedAt) })],

  ['no sub', 'bad_claims', () => withClaims({ sub: undefined })],
  ['sub a number', 'bad_claims', () => withClaims({ sub: 7 })],
  ['sub in an array', 'bad_claims', () => withClaims({ sub: [sub] })],
  ['sub no UUID', 'bad_claims', () => withClaims({ sub: 'ada' })],
  ['sub SQL', 'bad_claims', () => withClaims({ sub: `${sub}'; --` })],
  ['sub with a newline', 'bad_claims', () => withClaims({ sub: `${sub}\n` })],
  ['sub without hyphens', 'bad_claims', () => withClaims({ sub: sub.replaceAll('-', '') })],
  ['scope in an array', 'bad_claims', () => withClaims({ scope: ['openid'] })],
  ['groups as text', 'bad_claims', () => withClaims({ 'cognito:groups': 'admins' })],
  ['groups of numbers', 'bad_claims', () => withClaims({ 'cognito:groups': [1] })],
  ['origin_jti a number', 'bad_claims', () => withClaims({ origin_jti: 5 })],
  ['origin_jti empty', 'bad_claims', () => withClaims({ origin_jti: '' })],
  ['origin_jti over-long', 'bad_claims', () => withClaims({ origin_jti: 'x'.repeat(129) })],

  ["another issuer's key under our kid", 'bad_signature', () => sign(foreignKey, header, goodClaims)],
  ['a signature of zeros', 'bad_signature', () => `${head}.${body}.${base64url.encode(new Uint8Array(256))}`],
  ['a short signature', 'bad_signature', () => `${head}.${body}.AAAA`],
  ['a signature that is a byte too long', 'bad_signature', () => `${head}.${body}.${longer(signature)}`],
  [
    'the signature of another token',
    'bad_signature',
    async () => `${head}.${body}.${(await withClaims({ jti: 'x' })).split('.')[2]}`,
  ],
  [
    'another payload',
    'bad_signature',
    () => `${head}.${encode({ ...goodClaims, sub: sub.replace('4', '5') })}.${signature}`,
  ],
  ['another header', 'bad_signature', () => `${encode({ ...header, typ: 'JWT' })}.${body}.${signature}`],
]

/** The 342nd letter of an RSA-2048 signature carries two bits; the letter after it carries the same two and a stray one. */
function nextLetter(letter: string | undefined): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(letter ?? 'A') + 1] ?? ''
}

function longer(signature: string): string {
  return base64url.encode(new Uint8Array([...base64url.decode(signature), 0]))
}

async function invalidUtf8(): Promise<string> {
  const payload = base64url.encode(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))
  return `${head}.${payload}.${signature}`
}
