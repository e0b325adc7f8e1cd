// @module-tag slow
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asSystem, type Database } from '../../../src/db/database.ts'
import {
  createAccountPurgeRepository,
  type AccountPurgeRepository,
} from '../../../src/features/account-purge/repository.ts'
import { fail } from '../../../src/result.ts'
import { createTrace } from '../../../src/trace.ts'
import { digestRows, findOwnedTables } from '../isolation/tables.ts'
import { type Place, places } from '../plans/places.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const NEVER = Number.POSITIVE_INFINITY
/** Rows of an account by table; more messages than go in one transaction. */
const OWNED = {
  embedding_jobs: 3,
  chat_vectors: 4,
  document_chunks: 2_200,
  documents: 3,
  messages: 2_500,
  conversations: 2,
  sessions: 2,
  idempotency_keys: 2_100,
}

describe.each(places)('Purging an account on $name', ({ open, embedded }) => {
  let place: Place
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  let purges: AccountPurgeRepository
  beforeAll(async () => {
    place = await open()
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
    purges = createAccountPurgeRepository(database())
  })
  afterAll(async () => {
    await endpoint.close()
    await place.close()
  })

  const database = () => {
    const options = { connectionString: connectionString('parley_system', place, endpoint.port), timeoutMs: 30_000 }
    return asSystem(options, createTrace('purge-test'))
  }
  const rows = <T extends object>(query: string, params: unknown[] = []) =>
    place.asSuperuser(async (client) => (await client.query<T>(query, params)).rows)

  /** @param due when its grace time ends, in SQL; null for an account that nobody deleted */
  async function newAccount(due: string | null): Promise<string> {
    const user = crypto.randomUUID()
    await place.asSuperuser(async (client) => {
      await client.query(
        `insert into users (id, email, deleted_at, purge_after)
         values ($1::uuid, $1::text, ${due && 'now()'}, ${due})`,
        [user],
      )
      await client.query(
        `insert into sessions (user_id, id, sign_in_id, expires_at)
         select $1, gen_random_uuid(), 's' || n, now() from generate_series(1, ${OWNED.sessions}) n`,
        [user],
      )
      await client.query(
        `with opened as (
           insert into conversations (user_id, id)
           select $1, gen_random_uuid() from generate_series(1, ${OWNED.conversations}) returning id)
         insert into messages (user_id, id, conversation_id, seq, depth, role, content)
         select $1, gen_random_uuid(), (array(select id from opened))[1 + n % ${OWNED.conversations}], n, n, 'user', 'Text'
         from generate_series(1, ${OWNED.messages}) n`,
        [user],
      )
      await client.query(
        `insert into embedding_jobs (user_id, conversation_id, message_id)
         select user_id, conversation_id, id from messages where user_id = $1 limit ${OWNED.embedding_jobs}`,
        [user],
      )
      await client.query(
        `with stored as (
           insert into documents (user_id, id, title, content, content_hash, format, language)
           select $1, gen_random_uuid(), 'Title', 'Text', '', 'text', 'simple' from generate_series(1, ${OWNED.documents})
           returning id)
         insert into document_chunks (user_id, id, document_id, position, content, hash, start_offset, end_offset, language)
         select $1, gen_random_uuid(), (array(select id from stored))[1 + n % ${OWNED.documents}], n, 'Text', '', 0, 4, 'simple'
         from generate_series(1, ${OWNED.document_chunks}) n`,
        [user],
      )
      await client.query(
        `insert into chat_vectors (user_id, id, model, client_provided, client_embedding)
         select $1, gen_random_uuid(), 'custom', true, array_fill(1, array[1536])::vector
         from generate_series(1, ${OWNED.chat_vectors})`,
        [user],
      )
      await client.query(
        `insert into idempotency_keys (user_id, key, digest)
         select $1, n::text, '' from generate_series(1, ${OWNED.idempotency_keys}) n`,
        [user],
      )
    })
    return user
  }
  const rowsLeft = async (user: string) => {
    const found = await digestRows(place, await findOwnedTables(place), 'own', user)
    return Object.fromEntries(Object.entries(found).map(([table, { count }]) => [table, count]))
  }
  const allGone = async (user: string, receipts: number) => {
    const { purge_receipts, ...left } = await rowsLeft(user)
    expect(Object.values(left).filter((count) => count > 0)).toEqual([])
    expect(purge_receipts).toBe(receipts)
  }

  it('removes every row of every table, counts them exactly, and leaves a receipt', async () => {
    const user = await newAccount('now()')
    const neighbour = await newAccount(null)
    // A table that is not filled here, or not purged there, would go unnoticed.
    const filled = Object.keys(OWNED).concat('users', 'audit_events')
    // The receipt stays, and what is counted for quotas goes with the user.
    const tables = Object.keys(await findOwnedTables(place)).filter(
      (table) => !['purge_receipts', 'usage'].includes(table),
    )
    expect(tables.toSorted()).toEqual(filled.toSorted())
    const { audit_events: events } = await rowsLeft(user)
    const others = await digestRows(place, await findOwnedTables(place), 'own', neighbour)

    expect(await purges.due(100)).toEqual([[user], null])
    const counts = { ...OWNED, audit_events: events, users: 1 }
    expect(await purges.purge(user, NEVER)).toEqual([counts, null])
    await allGone(user, 1)
    const [receipt] = await rows<{ counts: object; finished: boolean }>(
      'select counts, finished_at >= started_at as finished from purge_receipts where user_id = $1',
      [user],
    )
    expect(receipt).toEqual({ counts, finished: true })
    expect(await digestRows(place, await findOwnedTables(place), 'own', neighbour)).toEqual(others)
    expect(await purges.due(100)).toEqual([[], null])
  })

  it('takes along a table that it was never told of', async () => {
    const user = await newAccount('now()')
    await place.asSuperuser(async (client) => {
      await client.query(
        `create table notes (user_id uuid references users on delete cascade, id int, primary key (user_id, id))`,
      )
      await client.query('grant delete, select on notes to parley_system')
      await client.query('insert into notes select $1, n from generate_series(1, 5) n', [user])
    })
    const [counts, error] = await purges.purge(user, NEVER)
    await rows('drop table notes')
    expect(error).toBeNull()
    expect(counts).toMatchObject({ notes: 5, users: 1 })
  })

  it('goes on where it stopped, and still counts each row once', async () => {
    const user = await newAccount('now()')
    const { audit_events: events } = await rowsLeft(user)
    let writes = 3
    const dying: Database = {
      ...database(),
      write: (...call) =>
        writes-- > 0 ? database().write(...call) : Promise.resolve(fail({ code: 'database_unavailable' })),
    }
    expect((await createAccountPurgeRepository(dying).purge(user, NEVER))[1]).toMatchObject({
      code: 'database_unavailable',
    })
    expect(await purges.purge(user, Date.now())).toEqual([null, null])
    const { messages } = await rowsLeft(user)
    expect(messages).toBeLessThan(OWNED.messages)
    expect(messages).toBeGreaterThan(0)
    expect(await purges.purge(user, NEVER)).toEqual([{ ...OWNED, audit_events: events, users: 1 }, null])
    await allGone(user, 1)
  })

  it.skipIf(embedded)('can be done by many at once', async () => {
    const user = await newAccount('now()')
    const { audit_events: events } = await rowsLeft(user)
    const all = async () => {
      for (;;) {
        const [due] = await purges.due(10)
        if (!due?.includes(user)) return
        const [, error] = await purges.purge(user, NEVER)
        expect(error).toBeNull()
      }
    }
    await Promise.all(Array.from({ length: 6 }, all))
    await allGone(user, 1)
    const [receipt] = await rows<{ counts: object }>('select counts from purge_receipts where user_id = $1', [user])
    expect(receipt).toEqual({ counts: { ...OWNED, audit_events: events, users: 1 } })
  })

  it('touches no account whose grace time runs, or that was restored meanwhile', async () => {
    for (const due of [`now() + interval '1 minute'`, null]) {
      const user = await newAccount(due)
      const before = await rowsLeft(user)
      expect(await purges.purge(user, NEVER)).toEqual([null, null])
      expect(await rowsLeft(user)).toEqual(before)
    }
  })

  it('is all that parley_system can delete: the database itself holds it to accounts that are due', async () => {
    const user = await newAccount(`now() + interval '1 minute'`)
    const before = await rowsLeft(user)
    const tables = [
      'chat_vectors',
      'document_chunks',
      'documents',
      'messages',
      'conversations',
      'sessions',
      'audit_events',
      'users',
    ]
    for (const table of tables) {
      const owner = table === 'users' ? 'id' : 'user_id'
      const deleted = await place.as('parley_system', (client) =>
        client.query(`delete from ${table} where ${owner} = $1`, [user]),
      )
      expect([table, deleted.rowCount]).toEqual([table, 0])
    }
    expect(await rowsLeft(user)).toEqual(before)
  })
})
