// @module-tag slow
import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TextsOfUser } from '../../../src/features/embeddings/runner.ts'
import { createEmbeddingJobStore } from '../../../src/features/embeddings/repository.ts'
import { newId } from '../../../src/id.ts'
import { explain, system } from '../plans/explain.ts'
import { type Place, places } from '../plans/places.ts'
import { rowsRead, sortsOf, waysInto } from '../plans/plan.ts'

const START_MS = 240_000
const LIMIT = 256
const EMBEDDED = { users: 300, heavy: 5_000 }
const SERVER = { users: 2_000, heavy: 40_000 }
/** Of each of the others. */
const FEW = 3

describe.each(places)('Claims of embedding jobs on $name', ({ embedded, open }) => {
  const size = embedded ? EMBEDDED : SERVER
  let place: Place
  const heavy = randomUUID()
  beforeAll(async () => {
    place = await open()
    await place.asSuperuser((superuser) => seed(superuser, { ...size, userId: heavy }))
  }, START_MS)
  afterAll(() => place.close())

  const claim = async (limit = LIMIT, only?: TextsOfUser) => {
    const { value, plans } = await explain(place, system, (db) =>
      createEmbeddingJobStore(db).claim(newId(), limit, only),
    )
    const [, taken, texts] = plans
    if (!taken || !texts || plans.length !== 3) throw new Error('Three statements were expected')
    const ofHeavy = value.filter(({ userId }) => userId === heavy).length
    return { count: value.length, users: new Set(value.map(({ userId }) => userId)).size, ofHeavy, taken, texts }
  }
  const query = (text: string, params: unknown[] = []) =>
    place.asSuperuser((superuser) => superuser.query<{ id: string; conversationId: string }>(text, params))
  /** Of all jobs, those of the heavy user, or those of all others: `now()` makes them due, what is later leases them. */
  const setRunAt = (whose: 'all' | 'heavy' | 'others', runAt: string) =>
    query(`update embedding_jobs set run_at = ${runAt} where $2 = 'all' or (user_id = $1) = ($2 = 'heavy')`, [
      heavy,
      whose,
    ])

  it('take one from each of many users, and look at no job but theirs', async () => {
    await setRunAt('all', `now() - random() * interval '1 hour'`)
    const { count, users, ofHeavy, taken, texts } = await claim()
    expect({ count, users }).toEqual({ count: LIMIT, users: LIMIT })
    expect(ofHeavy).toBeLessThanOrEqual(1)
    // Each user is found, then the job is read and taken. A few more, where the way goes round the end.
    expect(rowsRead(taken, 'embedding_jobs')).toBeLessThanOrEqual(3 * LIMIT + 2)
    expect(waysInto(taken, 'embedding_jobs')).not.toContain(null)
    expect(sortsOf(taken)).toEqual([])
    // The job, its message and the conversation.
    expect(rowsRead(texts)).toBe(3 * LIMIT)
  })

  it('share themselves among a few users, and give one what the others leave over', async () => {
    await setRunAt('all', `now() + interval '1 minute'`)
    await setRunAt('heavy', `now()`)
    const { rows } = await query('select distinct user_id as id from embedding_jobs where user_id <> $1 limit 3', [
      heavy,
    ])
    await query('update embedding_jobs set run_at = now() where user_id = any ($1)', [rows.map(({ id }) => id)])
    const { count, users, ofHeavy, taken } = await claim()
    expect({ count, users, ofHeavy }).toEqual({ count: LIMIT, users: 4, ofHeavy: LIMIT - 3 * FEW })
    // Looking round among all users costs one row each, however many jobs the heavy one has.
    expect(rowsRead(taken, 'embedding_jobs')).toBeLessThanOrEqual(size.users + 1 + 3 * LIMIT)
    expect((await claim(8)).ofHeavy).toBe(2)
  })

  it('pass over a user whose jobs all wait, without a look at each', async () => {
    await setRunAt('heavy', `now() + interval '1 minute'`)
    await setRunAt('others', `now()`)
    const { count, ofHeavy, taken } = await claim()
    expect({ count, ofHeavy }).toEqual({ count: LIMIT, ofHeavy: 0 })
    expect(rowsRead(taken, 'embedding_jobs')).toBeLessThanOrEqual(3 * LIMIT + 2)
  })

  it('that find nothing have looked at one job of each user', async () => {
    await setRunAt('all', `now() + interval '1 minute'`)
    const { count, taken } = await claim()
    expect(count).toBe(0)
    expect(rowsRead(taken, 'embedding_jobs')).toBeLessThanOrEqual(size.users + 3)
  })

  it('after a request look at no jobs but those of its texts', async () => {
    await setRunAt('all', `now()`)
    const { rows } = await query(
      `select conversation_id as "conversationId", message_id as id from embedding_jobs where user_id = $1 limit 5`,
      [heavy],
    )
    const { count, taken } = await claim(LIMIT, { userId: heavy, messages: rows })
    expect(count).toBe(5)
    expect(rowsRead(taken, 'embedding_jobs')).toBeLessThanOrEqual(2 * 5)
  })
})

async function seed(superuser: Client, { userId, users, heavy }: typeof EMBEDDED & { userId: string }) {
  // What is seeded needs no audit trail.
  await superuser.query('set session_replication_role = replica')
  await superuser.query(
    `insert into users (id, email) select id, id || '@example.com'
     from (select $1::uuid as id union all select gen_random_uuid() from generate_series(1, $2::int)) everybody`,
    [userId, users],
  )
  await superuser.query(`insert into conversations (user_id, id) select id, id from users`)
  await superuser.query(
    `insert into messages (user_id, id, conversation_id, seq, depth, role, content)
     select u.id, gen_random_uuid(), u.id, n, n, 'user', 'What one says in a chat.'
     from users u, generate_series(1, case when u.id = $1 then $2::int else $3::int end) n order by random()`,
    [userId, heavy, FEW],
  )
  await superuser.query(
    `insert into embedding_jobs (user_id, conversation_id, message_id, run_at)
     select user_id, conversation_id, id, now() - random() * interval '1 hour' from messages`,
  )
  await superuser.query('set session_replication_role = origin')
  await superuser.query('vacuum analyze messages')
}
