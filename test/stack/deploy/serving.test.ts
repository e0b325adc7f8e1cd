import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import type { WorkerRole } from '../../../dev/passwords.ts'
import { connectionString } from '../../../dev/stack.ts'
import { type House, openHouse } from '../isolation/house.ts'
import { server } from '../migrations/open.ts'
import type { Place } from '../plans/places.ts'
import { databaseStep } from './migrating.ts'
import { rebuildNeon, type RebuiltNeon } from './neon.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe.skipIf(!server)('A rebuilt Neon after the README’s deploy steps', () => {
  let neon: RebuiltNeon
  let passwords: Record<WorkerRole, string>
  let house: House
  beforeAll(async () => {
    neon = await rebuildNeon(server ?? '')
    const { stdout } = await databaseStep(neon)
    const [parley_app = '', parley_system = ''] = stdout.trim().split('\n').slice(-2)
    passwords = { parley_app, parley_system }
    const place = { ...neon, name: neon.database, passwords }
    house = await openHouse(place as unknown as Place, { filters: true, rowSecurity: true })
  })
  afterAll(async () => {
    await house.close()
    await neon.close()
  })

  it('serves a conversation to its user, and nobody else’s', async () => {
    const [ada, eve] = [house.newPerson(), house.newPerson()]
    for (const person of [ada, eve]) expect((await person.call('POST', '/v1/session')).status).toBe(201)
    const created = await ada.call('POST', '/v1/conversations', { json: { title: 'Garden' } })
    const { id } = JSON.parse(created.text) as { id: string }
    const path = `/v1/conversations/${id}/messages`
    const sent = await ada.call('POST', path, { json: { role: 'user', content: 'When to prune my apple trees?' } })
    expect(sent.status).toBe(201)
    expect((await ada.call('GET', path)).text).toContain('apple trees')

    expect((await eve.call('GET', path)).status).toBe(404)
    expect((await eve.call('GET', '/v1/conversations')).text).not.toContain('Garden')
    // By keyword in a function with the rights of parley_system, by meaning with the vector that it has stored.
    for (const mode of ['keyword', 'semantic']) {
      const asked = { json: { query: 'apple trees', mode } }
      expect((await ada.call('POST', '/v1/search', asked)).text).toContain('prune my apple')
      expect((await eve.call('POST', '/v1/search', asked)).text).not.toContain('prune my apple')
    }
  })

  it('hides rows from the Worker’s roles by row-level security, which its owner gets past', async () => {
    const { rows } = await neon.asSuperuser((superuser) => superuser.query<{ id: string }>('select id from users'))
    const [{ id: ada } = { id: '' }] = rows
    expect(rows).toHaveLength(2)
    const seen = (role: WorkerRole, userId: string) =>
      neon.as(role, passwords[role], async (client) => {
        await client.query(`select set_config('app.user_id', $1, false)`, [userId])
        const result = await client.query(
          `select row_security_active('users') as active, array(select id from users) as ids`,
        )
        return result.rows[0] as unknown
      })
    expect(await seen('parley_app', ada)).toEqual({ active: true, ids: [ada] })
    expect(await seen('parley_app', crypto.randomUUID())).toEqual({ active: true, ids: [] })
    expect(await seen('parley_system', ada)).toMatchObject({ active: true })
    const owner = await neon.asOwner((client) => client.query('select id from users'))
    expect(owner.rows).toHaveLength(2)
  })

  it('stops the statement of a request that is given up', async () => {
    const endpoint = await startNeonEndpoint({ upstream: neon.upstream })
    const given = new AbortController()
    const sleepers = async () => {
      const { rows } = await neon.asSuperuser((superuser) =>
        superuser.query(`select from pg_stat_activity where query = 'select pg_sleep(40)' and state = 'active'`),
      )
      return rows.length
    }
    const place = { name: neon.database, passwords }
    const asked = fetch(`http://127.0.0.1:${endpoint.port}/sql`, {
      method: 'POST',
      headers: { 'neon-connection-string': connectionString('parley_app', place, endpoint.port) },
      body: JSON.stringify({ query: 'select pg_sleep(40)', params: [] }),
      signal: given.signal,
    }).catch(() => 'given up')
    await vi.waitUntil(async () => (await sleepers()) === 1, { timeout: 10_000 })
    given.abort()
    expect(await asked).toBe('given up')
    await vi.waitUntil(async () => (await sleepers()) === 0, { timeout: 10_000 })
    await endpoint.close()
  })
})
