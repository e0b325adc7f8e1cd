import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Place, places } from '../plans/places.ts'
import { foreignMarkers, openHouse, type Protection } from './house.ts'
import { isDoubtful } from './owner-filter.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const PROTECTIONS: [name: string, protection: Protection][] = [
  ['Row-level security alone', { filters: false, rowSecurity: true }],
  ['The owner filters alone', { filters: true, rowSecurity: false }],
]

describe.each(places)('On $name', ({ open }) => {
  let place: Place
  beforeAll(async () => {
    place = await open()
  })
  afterAll(() => place.close())

  it.each(PROTECTIONS)('%s keeps what one user has stored behind a key from another who sends it', async (_, given) => {
    const house = await openHouse(place, given)
    try {
      const [ada, eve] = [house.newPerson(), house.newPerson()]
      const headers = { 'Idempotency-Key': crypto.randomUUID() }
      for (const person of [ada, eve]) expect((await person.call('POST', '/v1/session')).status).toBe(201)
      house.stripped.length = 0

      const made = await ada.call('POST', '/v1/conversations', { json: { title: ada.marker }, headers })
      expect(made.status).toBe(201)
      // The very request of Ada, and one of Eve's own.
      for (const title of ['Same', eve.marker]) {
        const key = { 'Idempotency-Key': `${headers['Idempotency-Key']}-${title}` }
        const first = await ada.call('POST', '/v1/conversations', { json: { title: 'Same' }, headers: key })
        const second = await eve.call('POST', '/v1/conversations', { json: { title }, headers: key })
        expect([first.status, second.status]).toEqual([201, 201])
        expect(second.headers['idempotency-replayed']).toBeUndefined()
        expect(second.text).not.toBe(first.text)
        expect(foreignMarkers(second, eve)).toEqual([])
      }
      const again = await ada.call('POST', '/v1/conversations', { json: { title: ada.marker }, headers })
      expect([again.text, again.headers['idempotency-replayed']]).toEqual([made.text, 'true'])

      const doubtful = house.stripped.filter((statement) => isDoubtful(statement, Object.keys(house.tables)))
      if (!given.filters) expect([house.stripped.length > 0, doubtful]).toEqual([true, []])
    } finally {
      await house.close()
    }
  })
})
