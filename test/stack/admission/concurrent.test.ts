import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asUser, type RequestRules } from '../../../src/db/database.ts'
import { createConversationRepository } from '../../../src/features/conversations/repository.ts'
import { createSessionRepository } from '../../../src/features/sessions/repository.ts'
import { createUsageRepository } from '../../../src/features/usage/repository.ts'
import { createTrace } from '../../../src/trace.ts'
import { type Place, places } from '../plans/places.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

// PGlite has one connection: nothing waits there.
describe.each(places)('Requests of one user at once, on $name:', ({ open, embedded }) => {
  let place: Place
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  let userId: string
  beforeAll(async () => {
    if (embedded) return
    place = await open()
    // Else Postgres would find a deadlock after a second, and the repetition would hide it.
    await place.asSuperuser((client) => client.query(`alter database ${place.name} set deadlock_timeout = '1min'`))
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
  })
  afterAll(async () => {
    await endpoint?.close()
    await place?.close()
  })
  beforeEach(async () => {
    if (!embedded) userId = await newUser()
  })

  const newUser = async () => {
    const id = randomUUID()
    await place.asSuperuser((client) => client.query('insert into users (id) values ($1)', [id]))
    return id
  }
  const database = (id: string, { signInId = 'first', signedInAt = 1000, ...rules }: Asker = {}) =>
    asUser(
      { connectionString: connectionString('parley_app', place, endpoint.port), timeoutMs: 5_000 },
      createTrace('concurrent'),
      { userId: id, signInId, signedInAt },
      rules,
    )
  const openConversation = (id: string) => createConversationRepository(database(id), id).create({})
  const rows = async (query: string) =>
    place.asSuperuser(async (client) => (await client.query<Record<string, unknown>>(query, [userId])).rows)

  /** As `app.admit_request` takes it. */
  const takeSlot = (client: Client, slot: number) =>
    client.query('select pg_advisory_xact_lock(hashtextextended($1, $2))', [userId, slot])
  const heavyRead = (id: string) =>
    database(id, { heavy: true }).read('heavy', (q) => [q.execute(sql`select 1 as one`)])

  it.skipIf(embedded)('are not compiled, however much the planner expects of them', async () => {
    const [results] = await database(userId).read('jit', (q) => [q.execute(sql`select current_setting('jit') as jit`)])
    expect(results?.[0].rows).toEqual([{ jit: 'off' }])
  })

  it.skipIf(embedded)(
    'four heavy ones may run, and the fifth is told so; lighter ones, and other users, go on',
    async () => {
      await place.as('parley_app', async (client) => {
        await client.query('begin')
        for (const slot of [1, 2, 3]) await takeSlot(client, slot)
        expect((await heavyRead(userId))[1]).toBeNull()
        await takeSlot(client, 4)
        expect((await heavyRead(userId))[1]).toMatchObject({ code: 'too_many_at_once' })
        expect((await openConversation(userId))[1]).toBeNull()
        expect((await heavyRead(await newUser()))[1]).toBeNull()
        await client.query('rollback')
        expect((await heavyRead(userId))[1]).toBeNull()
      })
    },
  )

  it.skipIf(embedded)('a statement that takes longer than its route allows is ended in the database, too', async () => {
    const [, error] = await database(userId, { statementMs: 50 }).read('slow', (q) => [
      q.execute(sql`select pg_sleep(4)`),
    ])
    expect(error).toMatchObject({ code: 'database_timeout', context: { sqlState: '57014' } })
  })

  it.skipIf(embedded)('writes do not wait for each other to be counted, and none is forgotten', async () => {
    await openConversation(userId)
    const other = randomUUID()
    await place.as('parley_app', async (client) => {
      await client.query('begin')
      await client.query(`select set_config('app.user_id', $1, true)`, [userId])
      await client.query(`insert into conversations (user_id, id) values ($1, $2)`, [userId, other])
      // It would end in a time-out, if it waited for the transaction that is open.
      expect((await openConversation(userId))[1]).toBeNull()
      await client.query('commit')
    })
    const [used] = await createUsageRepository(database(userId), userId).get()
    expect(used).toMatchObject({ conversations: 3 })
    expect(await rows('select count(*)::int as shards from usage where user_id = $1')).toEqual([{ shards: 2 }])
  })

  it.skipIf(embedded)(
    'are counted once each, however many rows the count has, and whatever the planner knows of them',
    async () => {
      const open: Client[] = []
      const insert = async (client: Client) => {
        await client.query('begin')
        await client.query(`select set_config('app.user_id', $1, true)`, [userId])
        await client.query(`insert into conversations (user_id, id) values ($1, $2)`, [userId, randomUUID()])
        open.push(client)
      }
      await place.as('parley_app', async (first) => {
        await insert(first)
        await place.as('parley_app', async (second) => {
          await insert(second)
          await place.as('parley_app', insert)
          await second.query('commit')
        })
        await first.query('commit')
      })
      await place.asSuperuser((client) => client.query('analyze usage'))
      for (let n = 0; n < 3; n++) await openConversation(userId)
      const [used] = await createUsageRepository(database(userId), userId).get()
      const [stored] = await rows('select count(*)::int as conversations from conversations where user_id = $1')
      expect(used).toMatchObject({ ...stored })
      await place.asSuperuser((client) => client.query('select app.count_embedded($1, 7)', [userId]))
      expect((await createUsageRepository(database(userId), userId).get())[0]).toMatchObject({ embeddedTokens: 7 })
    },
  )

  const signOut = (n: number) => {
    const signInId = `new ${n}`
    return createSessionRepository(database(userId, { signInId, signedInAt: 9e9 }), userId).signOutOthers({
      signInId,
    })
  }

  it.skipIf(embedded)('first ones of several sign-ins do not wait for each other for ever', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => signOut(n)))
    // Each ends the others: one that is ended before its own request is told so. None ends in a deadlock.
    for (const [, error] of answers) expect(['session_revoked', undefined]).toContain(error?.code)
    expect(await rows('select 1 as open from sessions where user_id = $1 and revoked_at is null')).toHaveLength(1)
  })

  it.skipIf(embedded)('ending all sign-ins waits for one that is being listed, and ends it', async () => {
    const late = { signInId: 'late', signedInAt: 2000 }
    await openConversation(userId)
    await place.as('parley_app', async (client) => {
      await client.query('begin')
      await admit(client, userId, late)
      const ending = createSessionRepository(database(userId), userId).signOutOthers({ signInId: 'first' })
      await waitsForLock(place)
      await client.query('commit')
      expect((await ending)[1]).toBeNull()
    })
    expect(await rows(`select sign_in_id from sessions where user_id = $1 and revoked_at is null`)).toEqual([
      { sign_in_id: 'first' },
    ])
    const [, error] = await database(userId, late).read('late', (q) => [q.execute(sql`select 1`)])
    expect(error).toMatchObject({ code: 'session_revoked' })
  })

  it.skipIf(embedded)('one that is to be listed waits for the ending of all, and is refused', async () => {
    await openConversation(userId)
    await place.as('parley_app', async (client) => {
      await client.query('begin')
      await client.query(`select set_config('app.user_id', $1, true)`, [userId])
      await client.query('update users set not_valid_before = now() where id = $1', [userId])
      const late = createConversationRepository(database(userId, { signInId: 'late' }), userId).create({})
      await waitsForLock(place)
      await client.query('commit')
      expect((await late)[1]).toMatchObject({ code: 'session_revoked' })
    })
    expect(await rows('select sign_in_id from sessions where user_id = $1')).toEqual([{ sign_in_id: 'first' }])
  })
})

interface Asker extends RequestRules {
  signInId?: string
  signedInAt?: number
}

const admit = (client: Client, userId: string, { signInId, signedInAt }: { signInId: string; signedInAt: number }) =>
  client.query(
    `select app.admit_request($1, $2, to_timestamp($3), now(), null, 'test', null, false, false, 5000, '')`,
    [userId, signInId, signedInAt],
  )

/** Until some connection of this database waits for another one's row. */
const waitsForLock = (place: Place) =>
  expect
    .poll(() =>
      place.asSuperuser(async (client) => {
        const { rows } = await client.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return rows.length
      }),
    )
    .toBeGreaterThan(0)
