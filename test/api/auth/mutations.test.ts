import { describe, expect, it } from 'vitest'
import { createCachedVerifier } from '../../../src/auth/verified-cache.ts'
import { createVerifier } from '../../../src/auth/verifier.ts'
import { atIssue, clientId, createKey, fixedKeys, goodToken, issuer, sub } from './issuer.ts'
import { createRandom } from './random.ts'

const [key, otherKey] = await Promise.all([createKey('one'), createKey('two')])
const options = { issuer, clientIds: [clientId], keys: fixedKeys(key, otherKey), now: atIssue }
const tokens = await Promise.all([
  goodToken(key),
  goodToken(otherKey),
  goodToken(key, { sub: sub.replace('4', '5'), scope: undefined, jti: 'short' }),
])
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const letters = `${base64url}.=+/ é\0`

const random = createRandom(20_261_122)
const pickLetter = () => letters.charAt(random(letters.length))
const pickToken = () => tokens[random(tokens.length)] ?? ''

const mutations: Record<string, (token: string) => string> = {
  'another letter': (token) => splice(token, 1, pickLetter()),
  'a letter more': (token) => splice(token, 0, pickLetter()),
  'a letter less': (token) => splice(token, 1, ''),
  'a part of another token': (token) => {
    const [parts, others] = [token.split('.'), pickToken().split('.')]
    const index = random(3)
    return parts.with(index, others[index] ?? '').join('.')
  },
  'two letters exchanged': (token) => {
    const [first, second] = [random(token.length), random(token.length)]
    const letters = token.split('')
    return letters.with(first, token.charAt(second)).with(second, token.charAt(first)).join('')
  },
  'cut short': (token) => token.slice(0, random(token.length)),
  'a stretch doubled': (token) => {
    const start = random(token.length)
    return token.slice(0, start) + token.slice(Math.max(0, start - 1 - random(40)))
  },
  'parts in another order': (token) => {
    const [header, payload, signature] = token.split('.')
    const orders = [
      [payload, header, signature],
      [header, signature, payload],
      [signature, payload, header],
    ]
    return orders[random(3)]?.join('.') ?? ''
  },
}

function splice(token: string, removed: number, added: string): string {
  const at = random(token.length)
  return token.slice(0, at) + added + token.slice(at + removed)
}

describe.each([
  ['the verifier', createVerifier(options)],
  ['the verifier with its cache', createCachedVerifier(options)],
])('%s', (_name, verify) => {
  it('accepts the tokens themselves', async () => {
    for (const token of tokens) expect((await verify(token))[1]).toBeNull()
  })

  it.each(Object.keys(mutations))('accepts none with %s', async (name) => {
    const accepted: string[] = []
    for (let round = 0; round < 400; round++) {
      const mutant = mutations[name]?.(pickToken()) ?? ''
      if (tokens.includes(mutant)) continue
      if ((await verify(mutant))[1] === null) accepted.push(mutant)
    }
    expect(accepted).toEqual([])
  })

  it('accepts none with any one letter of the signature changed', async () => {
    const [token] = tokens
    for (let at = token.lastIndexOf('.') + 1; at < token.length; at++) {
      const mutant = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect((await verify(mutant))[1], `letter ${at}`).not.toBeNull()
    }
  })
  it('accepts none whose signature is spelt in another way', async () => {
    for (const token of tokens) {
      // 256 bytes end with four bits to spare: fifteen more letters that a lenient decoder reads as the same.
      const others = base64url
        .split('')
        .map((letter) => token.slice(0, -1) + letter)
        .filter((other) => other !== token)
      const padded = ['=', '==', '====', '\n', ' ', 'A', 'AA'].map((more) => token + more)
      const plain = token.lastIndexOf('.')
      const base64 = token.slice(0, plain) + token.slice(plain).replaceAll('-', '+').replaceAll('_', '/')
      for (const mutant of [...others, ...padded, base64]) expect((await verify(mutant))[1], mutant).not.toBeNull()
    }
  })
})
