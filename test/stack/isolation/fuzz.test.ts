// @module-tag slow
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Place, places } from '../plans/places.ts'
import { inventory } from './fuzz/inventory.ts'
import { rowsOf } from './fuzz/model.ts'
import { play } from './fuzz/play.ts'
import { type House, openHouse, type Protection } from './house.ts'
import { digestRows } from './tables.ts'

/**
 * A bounded fuzzer: it ends after FUZZ_REQUESTS. The long game, a minute or two on a server:
 *
 *     FUZZ_REQUESTS=20000 DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres \
 *       npx vitest run --project stack test/stack/isolation/fuzz.test.ts
 *
 * FUZZ_SEED (a number) plays another one.
 */
const seed = Number(process.env.FUZZ_SEED ?? 1)
const requestsOn = (embedded: boolean) => Number(process.env.FUZZ_REQUESTS ?? (embedded ? 300 : 1500))

vi.setConfig({ hookTimeout: 120_000 })

describe.each(places)('Three users at random, on $name', ({ name, embedded, open }) => {
  let place: Place
  beforeAll(async () => {
    place = await open()
  })
  afterAll(() => place.close())

  async function inHouse<T>(protection: Protection, work: (house: House) => Promise<T>): Promise<T> {
    const house = await openHouse(place, protection)
    try {
      return await work(house)
    } finally {
      await house.close()
    }
  }

  it('see, count and change only what is their own', { timeout: 60_000 + requestsOn(false) * 100 }, () =>
    inHouse({ filters: true, rowSecurity: true }, async (house) => {
      const { players, requests, refusals, violations } = await play(house, { seed, requests: requestsOn(embedded) })
      const leaks = violations.filter((violation) => violation.includes('LEAK')).length
      const figures = `${requests} requests, ${refusals} refused, ${leaks} leaks`
      process.stdout.write(`Isolation on ${name}: ${figures}, seed ${seed}\n`)
      expect(violations).toEqual([])
      // A game in which everything is refused, or nothing is, proves little.
      expect(refusals / requests).toBeGreaterThan(0.15)
      expect(refusals / requests).toBeLessThan(0.6)
      for (const player of players) {
        expect(await inventory(player)).toEqual([])
        expect(await countRows(house, player.userId)).toEqual(rowsOf(player))
        expect(await countedFor(house, player.userId)).toEqual(await countable(house, player.userId))
      }
    }),
  )

  it('would be noticed at other things, with neither filters nor row-level security', () =>
    inHouse({ filters: false, rowSecurity: false }, async (house) => {
      const { violations } = await play(house, { seed, requests: 150 })
      expect(violations.length).toBeGreaterThan(0)
    }))
})

/** Straight from the tables, which no filter stands in front of. */
async function countRows(house: House, userId: string): Promise<Record<string, number>> {
  // Events are as many as writes, a receipt is left by accounts that are gone, a key by who sent one: the model has none.
  const {
    audit_events: _events,
    purge_receipts: _receipts,
    idempotency_keys: _keys,
    usage: _usage,
    ...tables
  } = house.tables
  const rows = Object.entries(await digestRows(house.place, tables, 'own', userId))
  return Object.fromEntries(rows.map(([table, { count }]) => [table, count]))
}

/** What `usage` says that the user has. */
const countedFor = ({ place }: House, userId: string) =>
  place.asSuperuser(async (client) => {
    const { rows } = await client.query<object>(
      `select sum(conversations)::int as conversations, sum(messages)::int as messages, sum(documents)::int as documents,
         sum(stored_bytes)::int as bytes from usage where user_id = $1`,
      [userId],
    )
    return rows[0]
  })

/** The same, counted row by row. */
const countable = ({ place }: House, userId: string) =>
  place.asSuperuser(async (client) => {
    const { rows } = await client.query<object>(
      `select sum(conversations)::int as conversations, sum(messages)::int as messages, sum(documents)::int as documents,
         sum(bytes)::int as bytes
       from (
         select 1 as conversations, 0 as messages, 0 as documents, octet_length(concat(title, system_prompt, metadata)) as bytes
         from conversations where user_id = $1
         union all select 0, 1, 0, octet_length(concat(content, parts, attachments, reasoning, usage, metadata))
         from messages where user_id = $1
         union all select 0, 0, 1, octet_length(concat(title, content, metadata)) from documents where user_id = $1
         union all select 0, 0, 0, octet_length(concat(content, metadata)) + pg_column_size(client_embedding)
         from chat_vectors where user_id = $1 and client_provided) rows`,
      [userId],
    )
    return rows[0]
  })
