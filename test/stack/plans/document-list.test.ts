// @module-tag slow
import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentFilters, documentListQuery } from '../../../src/features/documents/filters.ts'
import { type DocumentPosition, positionOf } from '../../../src/features/documents/sql/list.ts'
import { createDocumentRepository } from '../../../src/features/documents/repository.ts'
import { explain, user } from './explain.ts'
import { places, type Place } from './places.ts'
import { type PlanNode, rowsRead, sortsOf, waysInto } from './plan.ts'

const START_MS = 120_000
/** One more than a page of twenty, to see whether there is another one. */
const LIMIT = 21
/** A heavy user's documents, and those of all others, fifty each. */
const EMBEDDED = { own: 3_000, others: 9_000 }
const SERVER = { own: 10_000, others: 200_000 }
const SMALL = 30
const KEY = 'documents_user_id_id_pk'
const CREATED = 'documents_created_idx'
const DELETED = 'documents_deleted_idx'
const EXTERNAL = 'documents_external_key'

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
const filters = (chosen: object): DocumentFilters => documentListQuery.parse(chosen)

describe.each(places)('Lists of documents on $name', ({ embedded, open }) => {
  const size = embedded ? EMBEDDED : SERVER
  let place: Place
  const [heavy, small] = [randomUUID(), randomUUID()]
  beforeAll(async () => {
    place = await open()
    await place.asSuperuser((superuser) => seed(superuser, { heavy, small, ...size }))
  }, START_MS)
  afterAll(() => place.close())

  async function read(userId: string, chosen: DocumentFilters, after: DocumentPosition | null = null) {
    const { value, plans } = await explain(place, user(userId), (db) =>
      createDocumentRepository(db, userId).list(LIMIT, after, chosen),
    )
    const [plan] = plans
    if (!plan || plans.length !== 1) throw new Error(`One plan was expected, not ${plans.length}`)
    return { rows: value, plan }
  }

  test.each<Case>([
    { name: 'the newest', chosen: {}, ways: [CREATED], reads: LIMIT },
    { name: 'deleted', chosen: { deleted: 'true' }, ways: [DELETED], reads: LIMIT },
    { name: 'by what the client calls it', chosen: { externalId: 'doc-7' }, ways: [EXTERNAL], reads: 1, sorts: true },
    { name: 'with a frequent tag', chosen: { tag: 'common' }, ways: [CREATED], reads: 4 * LIMIT },
    {
      name: 'with frequent metadata',
      chosen: { metadata: '{"model":"m"}' },
      ways: [CREATED, KEY],
      reads: 4 * LIMIT,
      sorts: true,
    },
    { name: 'with a frequent title', chosen: { title: 'ÖCÜM' }, ways: [CREATED, KEY], reads: 4 * LIMIT, sorts: true },
    { name: 'with a rare title', chosen: { title: 'nt 17' }, ways: [CREATED, KEY], reads: 'own', sorts: true },
    { name: 'with a rare tag', chosen: { tag: 'rare' }, ways: [CREATED], reads: 'own' },
    { name: 'made before', chosen: { createdBefore: ago(300) }, ways: [CREATED], reads: LIMIT },
    { name: 'made after', chosen: { createdAfter: ago(600) }, ways: [CREATED], reads: LIMIT },
  ])('$name: read the page and what the filter throws away', async ({ chosen, ways, reads, sorts }) => {
    const first = await read(heavy, filters(chosen))
    const last = first.rows.at(-1)
    if (!last) throw new Error('An empty page shows nothing')
    const behind = await read(heavy, filters(chosen), positionOf(last))
    for (const { plan } of [first, behind]) {
      expect(ways).toEqual(expect.arrayContaining(waysInto(plan, 'documents')))
      expect(rowsRead(plan, 'documents')).toBeLessThanOrEqual(reads === 'own' ? size.own : reads)
      if (!sorts) expect(sortsOf(plan).filter(({ Plans }) => Plans?.some(readsDocuments))).toEqual([])
      // Two jobs each wait, and are counted for what is shown alone.
      expect(rowsRead(plan, 'embedding_jobs')).toBeLessThanOrEqual(2 * LIMIT)
      expect(waysInto(plan, 'embedding_jobs')).not.toContain(null)
    }
    // Those of others are not read, not even to throw them away.
    const few = await read(small, filters(chosen))
    expect(waysInto(few.plan, 'documents')).not.toContain(null)
    expect(rowsRead(few.plan, 'documents')).toBeLessThanOrEqual(2 * SMALL)
  })
})

interface Case {
  name: string
  chosen: object
  /** The indexes that may serve it. */
  ways: string[]
  /** Documents read for a page, at most, or all that are the user's. */
  reads: number | 'own'
  /** What is one row may be sorted. */
  sorts?: boolean
}

const readsDocuments = (node: PlanNode): boolean =>
  node['Relation Name'] === 'documents' || (node.Plans ?? []).some(readsDocuments)

async function seed(
  superuser: Client,
  { heavy, small, own, others }: typeof EMBEDDED & { heavy: string; small: string },
) {
  await superuser.query('set session_replication_role = replica')
  await superuser.query(
    `insert into users (id, email) select id, id || '@example.com'
     from (select unnest($1::uuid[]) union all select gen_random_uuid() from generate_series(1, $2::int)) someone (id)`,
    [[heavy, small], others / 50],
  )
  // In no order, as many users put them over the years. Three at a time share their moment.
  await superuser.query(
    `insert into documents (user_id, id, external_id, title, content, content_hash, format, language, tags, metadata, created_at,
       deleted_at, purge_after)
     select u.id, gen_random_uuid(), 'doc-' || n, 'Document ' || n, repeat('What it says. ', 200), '', 'text', 'simple',
       array_remove(array[case when n % 2 = 0 then 'common' end, case when n % 1000 = 1 then 'rare' end], null),
       jsonb_build_object('model', case when n % 4 < 2 then 'm' else 'other' end), now() - (n / 3) * interval '1 minute',
       case when n % 10 = 3 then now() - n * interval '1 minute' end, case when n % 10 = 3 then now() + interval '30 days' end
     from users u, generate_series(1, case when u.id = $1 then $2::int when u.id = $3 then $4::int else 50 end) n
     order by random()`,
    [heavy, own, small, SMALL],
  )
  await superuser.query(
    `insert into embedding_jobs (user_id, chunk_id, document_id)
     select user_id, gen_random_uuid(), id from documents, generate_series(1, 2) where deleted_at is null`,
  )
  await superuser.query('set session_replication_role = origin')
  await superuser.query('vacuum analyze')
}
