import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type House, openHouse } from '../isolation/house.ts'
import { settle } from '../isolation/trespass.ts'
import { type Place, places } from '../plans/places.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** What an export leaves out, and why. */
const LEFT_OUT: Record<string, string> = {
  embedding_jobs: 'work in progress, made anew with the text',
  document_chunks: 'made anew from the document',
  purge_receipts: 'about accounts that are gone',
  idempotency_keys: 'copies of answers, for a day',
  usage: 'counted anew wherever the rows go',
}
/** Vectors that Parley made can be made again; those that clients brought for documents are in the documents' lines. */
const CONDITIONS: Record<string, string> = { chat_vectors: 'and client_provided and chunk_id is null' }

let place: Place
let house: House
beforeAll(async () => {
  const [embedded] = places
  if (!embedded) throw new Error('There is no place')
  place = await embedded.open()
  house = await openHouse(place, { filters: true, rowSecurity: true })
})
afterAll(async () => {
  await house.close()
  await place.close()
})

it('An export brings every row of every table that belongs to the user', async () => {
  const { person } = await settle(house)
  const { status, text } = await person.call('GET', '/v1/me/export')
  expect(status).toBe(200)
  for (const [table, owner] of Object.entries(house.tables)) {
    if (table in LEFT_OUT) continue
    const { rows } = await place.asSuperuser((client) =>
      client.query<{ id: string }>(`select id from ${table} where ${owner} = $1 ${CONDITIONS[table] ?? ''}`, [
        person.userId,
      ]),
    )
    expect([table, rows.length > 0]).toEqual([table, true])
    expect([table, rows.filter(({ id }) => !text.includes(`"id":"${id}"`))]).toEqual([table, []])
  }
})
