import { expect, it } from 'vitest'
import { createLastSeenThrottle } from '../../../src/auth/seen.ts'

it('When a sign-in was last seen is written once in five minutes, and those who came last are remembered longest', () => {
  let time = 0
  const lastSeen = createLastSeenThrottle(() => time)
  expect(lastSeen.isDue('first')).toBe(true)
  // A request that never came to the database has noted nothing.
  expect(lastSeen.isDue('first')).toBe(true)
  lastSeen.note('first')
  for (let n = 1; n < 1000; n++) lastSeen.note(`other ${n}`)
  time += 5 * 60_000 - 1
  expect(lastSeen.isDue('first')).toBe(false)
  time += 1
  expect(lastSeen.isDue('first')).toBe(true)
  lastSeen.note('first')
  // One more than are remembered: the oldest goes, which the first one is no longer.
  lastSeen.note('one more')
  time -= 5 * 60_000 - 1
  expect(lastSeen.isDue('first')).toBe(false)
  expect(lastSeen.isDue('other 1')).toBe(true)
})
