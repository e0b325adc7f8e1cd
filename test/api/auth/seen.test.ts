import { expect, it } from 'vitest'
import { createLastSeenThrottle } from '../../../src/auth/seen.ts'

it('When a sign-in was last seen is written once in five minutes, and those who came last are remembered longest', () => {
  let time = 0
  const isDue = createLastSeenThrottle(() => time)
  expect(isDue('first')).toBe(true)
  for (let n = 1; n < 1000; n++) isDue(`other ${n}`)
  time += 5 * 60_000 - 1
  expect(isDue('first')).toBe(false)
  time += 1
  expect(isDue('first')).toBe(true)
  // One more than are remembered: the oldest goes, which the first one is no longer.
  isDue('one more')
  expect(isDue('first')).toBe(false)
  expect(isDue('other 1')).toBe(true)
})
