// @module-tag slow
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asSystem } from '../../../src/db/database.ts'
import { createIdempotencyRepository } from '../../../src/features/idempotency/repository.ts'
import { createTrace } from '../../../src/trace.ts'
import { type Place, places } from '../plans/places.ts'

describe.each(places)('The sweep of idempotency keys on $name', ({ open, embedded }) => {
  let place: Place
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  beforeAll(async () => {
    place = await open()
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
  })
  afterAll(async () => {
    await endpoint.close()
    await place.close()
  })

  const sweep = () => {
    const options = { connectionString: connectionString('parley_system', place, endpoint.port), timeoutMs: 30_000 }
    return createIdempotencyRepository(asSystem(options, createTrace('sweep-test'))).sweep(Number.POSITIVE_INFINITY)
  }
  async function newKeys(user: string): Promise<void> {
    await place.asSuperuser(async (client) => {
      await client.query(`insert into users (id) values ($1)`, [user])
      await client.query(
        `insert into idempotency_keys (user_id, key, digest, expires_at)
         values ($1, 'expired', '', now() - interval '1 minute'), ($1, 'good', '', now() + interval '1 minute')`,
        [user],
      )
    })
  }
  const keysOf = (user: string) =>
    place.asSuperuser(async (client) => {
      const { rows } = await client.query<{ key: string }>(
        'select key from idempotency_keys where user_id = $1 order by key',
        [user],
      )
      return rows.map(({ key }) => key)
    })

  it('takes those that have expired, and no others', async () => {
    const user = crypto.randomUUID()
    await newKeys(user)
    expect(await sweep()).toEqual([1, null])
    expect(await keysOf(user)).toEqual(['good'])
  })

  // PGlite has one session: nobody can come between.
  it.skipIf(embedded)('leaves alone a key that somebody claims anew at the same moment', async () => {
    const user = crypto.randomUUID()
    await newKeys(user)
    await place.asSuperuser(async (client) => {
      await client.query('begin')
      await client.query(`update idempotency_keys set expires_at = now() + interval '1 day' where key = 'expired'`)
      const swept = sweep()
      await vi.waitFor(
        () =>
          place.asSuperuser(async (other) => {
            const { rowCount } = await other.query(`select from pg_stat_activity where wait_event_type = 'Lock'
              and datname = current_database() and usename = 'parley_system'`)
            expect(rowCount).toBe(1)
          }),
        { timeout: 20_000 },
      )
      await client.query('commit')
      expect(await swept).toEqual([0, null])
    })
    expect(await keysOf(user)).toEqual(['expired', 'good'])
  })
})
