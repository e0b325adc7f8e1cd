import { describe, expect, it } from 'vitest'
import type { TokenFailureReason } from '../../../src/auth/token-failure.ts'
import { createCachedVerifier } from '../../../src/auth/verified-cache.ts'
import { createVerifier } from '../../../src/auth/verifier.ts'
import { atIssue, clientId, createKey, fixedKeys, goodClaims, goodHeader, goodToken, issuer, sign } from './issuer.ts'
import { createRandom } from './random.ts'

const ROUNDS = 100
const key = await createKey('one')
const options = { issuer, clientIds: [clientId], keys: fixedKeys(key), now: atIssue }
const header = goodHeader(key)

const random = createRandom(20_261_123)
const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T
const VALUES = [null, true, false, 0, 1, -1, '', 'x', [], ['x'], {}, { a: 1 }]
const CLAIMS = ['iss', 'token_use', 'client_id', 'sub', 'exp'] as const
const FORBIDDEN = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip']
const POLLUTING = ['__proto__', 'constructor', 'prototype']

/** JSON of an object, with members put in at random places: also such that no object could have. */
function textOf(object: object, ...extra: string[]): string {
  let members = Object.entries(object).map(([name, value]) => memberOf(name, JSON.stringify(value)))
  for (const member of extra) members = members.toSpliced(random(members.length + 1), 0, member)
  return `{${members.join(',')}}`
}

/** One member; now and then a letter of its name is escaped, which changes nothing for who reads it. */
function memberOf(name: string, json: string): string {
  const at = random(4) === 0 ? random(name.length) : name.length
  const escaped = at < name.length ? String.raw`\u${name.charCodeAt(at).toString(16).padStart(4, '0')}` : ''
  return `"${name.slice(0, at)}${escaped}${name.slice(at + 1)}":${json}`
}

const anyValue = () => JSON.stringify(pick(VALUES))

/** Puts JSON text up to four levels down. */
function bury(json: string): string {
  let text = json
  for (let depth = random(5); depth > 0; depth--) text = pick([`[${text}]`, `[1,${text}]`, `{"deeper":${text}}`])
  return text
}

/** In the header or in the payload. */
const inEither = (member: string): [header: string, payload: string] =>
  random(2) === 0 ? [textOf(header, member), textOf(goodClaims)] : [textOf(header), textOf(goodClaims, member)]

function again(object: object): string {
  const [name, value] = pick(Object.entries(object) as [string, unknown][])
  return textOf(object, memberOf(name, random(2) === 0 ? JSON.stringify(value) : anyValue()))
}

type Mutation = [name: string, reasons: readonly TokenFailureReason[], make: () => [header: string, payload: string]]

const mutations: Mutation[] = [
  [
    'a header that names a key or changes what is signed',
    ['forbidden_header'],
    () => [textOf(header, memberOf(pick(FORBIDDEN), anyValue())), textOf(goodClaims)],
  ],
  ['a header twice', ['malformed'], () => [again(header), textOf(goodClaims)]],
  ['a claim twice', ['malformed'], () => [textOf(header), again(goodClaims)]],
  ['a name twice, somewhere inside', ['malformed'], () => inEither(`"x":${bury('{"a":1,"b":2,"a":1}')}`)],
  ['a name that reaches a prototype', ['malformed'], () => inEither(memberOf(pick(POLLUTING), anyValue()))],
  [
    'such a name, somewhere inside',
    ['malformed'],
    () => inEither(`"x":${bury(`{${memberOf(pick(POLLUTING), anyValue())}}`)}`),
  ],
  [
    'a needed claim of another type',
    ['wrong_issuer', 'wrong_token_use', 'wrong_client', 'bad_claims', 'expired'],
    () => [textOf(header), textOf({ ...goodClaims, [pick(CLAIMS)]: pick(VALUES) })],
  ],
  [
    'a needed claim in an array',
    ['wrong_issuer', 'wrong_token_use', 'wrong_client', 'bad_claims'],
    () => {
      const claim = pick(CLAIMS)
      return [textOf(header), textOf({ ...goodClaims, [claim]: [goodClaims[claim]] })]
    },
  ],
]

/** Signed by the right key, so that nothing but the check in question stands in their way. */
describe.each([
  ['the verifier', createVerifier(options)],
  ['the verifier with its cache', createCachedVerifier(options)],
])('%s', (_name, verify) => {
  it('accepts what is only written in another way', async () => {
    expect((await verify(await goodToken(key)))[1]).toBeNull()
    for (let round = 0; round < ROUNDS; round++) {
      const more = memberOf('more', bury('{"a":"\\"a\\":1"}'))
      expect((await verify(await sign(key, textOf(header), textOf(goodClaims, more))))[1]).toBeNull()
    }
  })

  it.each(mutations)('accepts none with %s', async (_mutation, reasons, make) => {
    for (let round = 0; round < ROUNDS; round++) {
      const [header, payload] = make()
      const [, failure] = await verify(await sign(key, header, payload))
      expect(reasons, `${header}.${payload}`).toContain(failure?.reason)
    }
  })
})
