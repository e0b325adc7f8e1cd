import { describe, expect, it, vi } from 'vitest'
import { localPasswords, passwordsFrom } from '../../../dev/passwords.ts'

const SYSTEM = '0d9a8c7b6e5f41320d9a8c7b6e5f4132'

describe('A password', () => {
  it.each(['', undefined])('that is %j is none', (value) => {
    expect(passwordsFrom({ PARLEY_APP_PASSWORD: value, PARLEY_SYSTEM_PASSWORD: SYSTEM })).toEqual({
      parley_system: SYSTEM,
    })
  })

  it.each([
    'secret',
    'tr0ub4dor',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'abcdefghijklmnopqrstuvwxyz',
    'a1a1a1a1a1a1a1a1a1a1',
  ])('with fewer than 60 bits is refused, and not repeated: %s', (weak) => {
    const refusal = vi.fn(() => passwordsFrom({ PARLEY_SYSTEM_PASSWORD: weak }))
    expect(refusal).toThrow(/^PARLEY_SYSTEM_PASSWORD is too easy to guess: it needs at least 60 bits.*openssl rand/)
    expect(refusal).not.toThrow(weak)
  })

  it.each(['f2b1c6d09e7a4583 f2b1c6d09e7a4583', 'f2b1c6d09e7a4583é2b1c6d09e7a4583'])(
    'of other characters than printable ASCII is refused: %s',
    (odd) => {
      expect(() => passwordsFrom({ PARLEY_APP_PASSWORD: odd })).toThrow(
        /^PARLEY_APP_PASSWORD must be of printable ASCII/,
      )
    },
  )
})

it('The two passwords must differ', () => {
  expect(() => passwordsFrom({ PARLEY_APP_PASSWORD: SYSTEM, PARLEY_SYSTEM_PASSWORD: SYSTEM })).toThrow(
    /^PARLEY_APP_PASSWORD and PARLEY_SYSTEM_PASSWORD must differ/,
  )
})

describe('Local stacks', () => {
  it('of one owner share passwords, which are strong, and none of which is the owner’s', () => {
    const [one, two] = [localPasswords('owner'), localPasswords('owner')]
    expect(one).toEqual(two)
    const { parley_app, parley_system } = one
    expect(new Set([parley_app, parley_system, 'owner', localPasswords('another').parley_app]).size).toBe(4)
    expect(passwordsFrom({ PARLEY_APP_PASSWORD: parley_app, PARLEY_SYSTEM_PASSWORD: parley_system })).toEqual(one)
  })

  it.each([null, undefined, ''])('make up none where the owner has %j', (password) => {
    expect(localPasswords(password)).toEqual({})
  })
})
