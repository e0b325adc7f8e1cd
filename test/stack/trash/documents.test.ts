// @module-tag slow
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startNeonEndpoint } from '../../../dev/neon/server.ts'
import { connectionString } from '../../../dev/stack.ts'
import { asSystem, asUser, type Database } from '../../../src/db/database.ts'
import { previewDocumentPurge, purgeDocument, restoreDocument } from '../../../src/features/documents/sql/lifecycle.ts'
import { createDocumentRepository } from '../../../src/features/documents/repository.ts'
import { createTrashRepository, type TrashRepository } from '../../../src/features/trash/repository.ts'
import { fail } from '../../../src/result.ts'
import { createTrace } from '../../../src/trace.ts'
import { type Place, places } from '../plans/places.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const NEVER = Number.POSITIVE_INFINITY

describe.each(places)('Deleted documents, on $name', ({ open, embedded }) => {
  let place: Place
  let endpoint: Awaited<ReturnType<typeof startNeonEndpoint>>
  let trash: TrashRepository
  beforeAll(async () => {
    place = await open()
    endpoint = await startNeonEndpoint({ upstream: place.upstream })
    trash = createTrashRepository(database())
  })
  afterAll(async () => {
    await endpoint.close()
    await place.close()
  })

  const optionsOf = (role: 'parley_app' | 'parley_system') => ({
    connectionString: connectionString(role, place, endpoint.port),
    timeoutMs: 30_000,
  })
  const database = () => asSystem(optionsOf('parley_system'), createTrace('retention-test'))
  const ownerOf = (userId: string) =>
    asUser(optionsOf('parley_app'), createTrace('retention-test'), { userId, signInId: 's' })
  const rows = <T extends object>(query: string, params: unknown[] = []) =>
    place.asSuperuser(async (client) => (await client.query<T>(query, params)).rows)
  const count = async (table: string, user: string): Promise<number> =>
    (await rows<{ count: number }>(`select count(*)::int from ${table} where user_id = $1`, [user]))[0]?.count ?? -1
  const countAll = async (user: string) => [
    await count('documents', user),
    await count('document_chunks', user),
    await count('chat_vectors', user),
    await count('embedding_jobs', user),
  ]

  async function newUser(purgeAfter: string | null = null): Promise<string> {
    const user = crypto.randomUUID()
    await rows(
      `insert into users (id, email, deleted_at, purge_after)
       values ($1::uuid, $1::text, ${purgeAfter && 'now()'}, ${purgeAfter})`,
      [user],
    )
    return user
  }
  /** @param due when its time is over, in SQL; null for one that nobody deleted */
  async function newDocument(user: string, due: string | null, chunks: number): Promise<string> {
    const id = crypto.randomUUID()
    await rows(
      `insert into documents (user_id, id, title, content, content_hash, format, language, chunk_count, deleted_at, purge_after)
       values ($1, $2, 'Title', 'Text', '', 'text', 'simple', $3::int, ${due && 'now()'}, ${due})`,
      [user, id, chunks],
    )
    await rows(
      `insert into document_chunks (user_id, id, document_id, position, content, hash, start_offset, end_offset, language)
       select $1, gen_random_uuid(), $2, n, 'Text', '', 0, 4, 'simple' from generate_series(0, $3::int - 1) n`,
      [user, id, chunks],
    )
    return id
  }
  const events = (user: string) =>
    rows<{ what: string; count: number }>(
      `select concat_ws(' ', actor, action, resource) as what, count(*)::int from audit_events
       where user_id = $1 and action <> 'create' group by 1 order by 1`,
      [user],
    )

  it('go when their time is over, with their chunks, vectors and jobs, and an event for each document', async () => {
    const user = await newUser()
    await newDocument(user, null, 3)
    await newDocument(user, `now() + interval '1 minute'`, 3)
    const small = await newDocument(user, 'now()', 2)
    await newDocument(user, `now() - interval '1 day'`, 4_500)
    await rows(
      `insert into chat_vectors (user_id, id, chunk_id, document_id, model, embedding)
       select user_id, gen_random_uuid(), id, document_id, 'm', array_fill(1, array[1536])::vector::halfvec
       from document_chunks where document_id = $1`,
      [small],
    )
    await rows(
      `insert into embedding_jobs (user_id, chunk_id, document_id)
       select user_id, id, document_id from document_chunks where document_id = $1`,
      [small],
    )
    expect(await trash.purgeDocuments(NEVER)).toEqual([{ documents: 2, chunks: 4_502 }, null])
    expect(await countAll(user)).toEqual([2, 6, 0, 0])
    expect(await events(user)).toEqual([{ what: 'system purge document', count: 2 }])
    expect(await trash.purgeDocuments(NEVER)).toEqual([{ documents: 0, chunks: 0 }, null])
  })

  it('cannot be restored any more once a part of one is gone', async () => {
    const user = await newUser()
    const id = await newDocument(user, 'now()', 4_500)
    let writes = 1
    const dying: Database = {
      ...database(),
      write: (...call) =>
        writes-- > 0 ? database().write(...call) : Promise.resolve(fail({ code: 'database_unavailable' })),
    }
    expect((await createTrashRepository(dying).purgeDocuments(NEVER))[1]).not.toBeNull()
    expect(await count('document_chunks', user)).toBe(2_500)
    expect((await restoreDocument(ownerOf(user), user, id))[1]).toMatchObject({ code: 'not_found' })
    await trash.purgeDocuments(NEVER)
    expect(await countAll(user)).toEqual([0, 0, 0, 0])
  })

  it('are purged by the sweep where one is too much for one call, and gone from that call on', async () => {
    const user = await newUser()
    const big = await newDocument(user, null, 5_001)
    const small = await newDocument(user, `now() + interval '1 day'`, 5_000)
    const db = ownerOf(user)
    for (const id of [big, small]) {
      const [preview] = await previewDocumentPurge(db, user, id)
      expect(preview?.chunkCount).toBe(id === big ? 5_001 : 5_000)
      expect(await purgeDocument(db, user, id, preview?.state ?? null)).toEqual([undefined, null])
      for (const answer of [
        await createDocumentRepository(db, user).get(id),
        await createDocumentRepository(db, user).chunks(id, 10, null),
        await restoreDocument(db, user, id),
        await previewDocumentPurge(db, user, id),
      ]) {
        expect(answer[1]).toMatchObject({ code: 'not_found' })
      }
    }
    expect(await countAll(user)).toEqual([1, 5_001, 0, 0])
    await trash.purgeDocuments(NEVER)
    expect(await countAll(user)).toEqual([0, 0, 0, 0])
  })

  it.skipIf(embedded)('can be removed by many at once', async () => {
    const user = await newUser()
    for (let i = 0; i < 8; i++) await newDocument(user, 'now()', 700)
    const all = await Promise.all(Array.from({ length: 5 }, () => trash.purgeDocuments(NEVER)))
    expect(all.map(([, error]) => error)).toEqual(all.map(() => null))
    await trash.purgeDocuments(NEVER)
    expect(await countAll(user)).toEqual([0, 0, 0, 0])
    expect(await events(user)).toEqual([{ what: 'system purge document', count: 8 }])
  })

  it('are left to the purge of their account where that is due, too', async () => {
    const user = await newUser('now()')
    await newDocument(user, 'now()', 2)
    expect(await trash.purgeDocuments(NEVER)).toEqual([{ documents: 0, chunks: 0 }, null])
    expect(await count('document_chunks', user)).toBe(2)
  })

  it('are all that parley_system can reach: the database itself holds it to what is due', async () => {
    const user = await newUser()
    await newDocument(user, `now() + interval '1 minute'`, 2)
    await newDocument(user, null, 2)
    for (const statement of [
      'delete from document_chunks where user_id = $1',
      'delete from documents where user_id = $1',
      'update documents set purge_after = now() where user_id = $1',
    ]) {
      const { rowCount } = await place.as('parley_system', (client) => client.query(statement, [user]))
      expect([statement, rowCount]).toEqual([statement, 0])
    }
  })
})
