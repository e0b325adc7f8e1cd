// @module-tag slow
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Place, places } from '../plans/places.ts'
import { type House, openHouse, type Protection } from './house.ts'
import { isDoubtful } from './owner-filter.ts'
import { routes, unknownRoutes } from './routes.ts'
import { trespass } from './trespass.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** They read and write by what the token says alone: with no protection left there is still nothing to see. */
const NO_FILTER = new Set(['DELETE /v1/session', 'POST /v1/conversations', 'POST /v1/session'])

const NOTHING = { seen: 0, changed: [], told: [] }

it('The table of routes says how to call every one', () => {
  expect(routes.length).toBeGreaterThan(15)
  expect(unknownRoutes()).toEqual([])
})

describe.each(places)('On $name', ({ open }) => {
  let place: Place
  beforeAll(async () => {
    place = await open()
  })
  afterAll(() => place.close())

  /** The houses of these tests stand on one database, one after the other. */
  function houseWith(protection: Protection): () => House {
    let house: House
    beforeAll(async () => {
      house = await openHouse(place, protection)
    })
    afterAll(() => house.close())
    return () => house
  }

  describe('Row-level security alone', () => {
    const house = houseWith({ filters: false, rowSecurity: true })

    it.each(routes)('holds: $method $pattern', async (route) => {
      const { stripped, tables } = house()
      stripped.length = 0
      expect(await trespass(house(), route)).toEqual(NOTHING)
      // The proof is worth nothing if a filter is still there.
      expect(stripped.length).toBeGreaterThan(0)
      expect(stripped.filter((statement) => isDoubtful(statement, Object.keys(tables)))).toEqual([])
    })
  })

  describe('The owner filters alone', () => {
    const house = houseWith({ filters: true, rowSecurity: false })

    it.each(routes)('hold: $method $pattern', async (route) => {
      expect(await trespass(house(), route)).toEqual(NOTHING)
    })
  })

  describe('Neither', () => {
    const house = houseWith({ filters: false, rowSecurity: false })

    it.each(routes)('is enough to notice: $method $pattern', async (route) => {
      const breach = await trespass(house(), route)
      if (NO_FILTER.has(`${route.method} ${route.pattern}`)) expect(breach).toEqual(NOTHING)
      else expect(breach).not.toEqual(NOTHING)
    })
  })
})
