import { places } from './places.ts'
import { explain, user } from './explain.ts'
import { seedLibrary } from './library.ts'
import { nodesOf } from './plan.ts'
import { nearestOf } from './vectors.ts'
import { createVectorRepository } from '../../../src/features/vectors/repository.ts'
const place = await places[1]!.open()
try {
  let t = Date.now()
  const lib = await seedLibrary(place, { heavy: 12000, others: 8000 }); console.log('seed', Date.now() - t)
  const u = lib.heavy[0]!.userId
  const measure = async (label: string) => {
    for (const limit of [10, 50]) { const r: number[] = [], ms: number[] = [];
    for (const query of lib.queries) {
      const { value, plans } = await explain(place, user(u), (db) => createVectorRepository(db, u).search({ embedding: [...query], limit, threshold: undefined }))
      const want = new Set(nearestOf(lib.heavy, query, limit))
      r.push(value.data.filter((d) => want.has(d.id)).length / limit); ms.push(nodesOf(plans[1]!).find((n: any) => n['Index Name'] === 'chat_vectors_embedding_idx')!['Actual Total Time' as never])
    }
    console.log(label, limit, r.reduce((a, b) => a + b) / 20, r.join(' '), ms.join(' ')) }
  }
  await measure('after updates')
  for (let i = 0; i < 3; i++) { t = Date.now(); await place.asSuperuser(async (c) => { await c.query(`set maintenance_work_mem='512MB'`); await c.query('reindex index chat_vectors_embedding_idx') }); await measure('rebuilt ' + (Date.now() - t)) }
  t = Date.now(); await place.asSuperuser(async (c) => { await c.query(`set maintenance_work_mem='512MB'`); await c.query(`set max_parallel_maintenance_workers=0`); await c.query('reindex index chat_vectors_embedding_idx') }); await measure('rebuilt serial ' + (Date.now() - t))
  // exact time, and how far a scan gets within work_mem
  for (const mem of ['4MB', '16MB', '64MB']) {
    const out = await place.asSuperuser(async (c) => {
      await c.query(`set work_mem='${mem}'`); await c.query(`set hnsw.iterative_scan=strict_order`); await c.query(`set hnsw.ef_search=100`); await c.query(`set hnsw.max_scan_tuples=20000`); await c.query('set enable_sort=off'); await c.query('set enable_bitmapscan=off'); await c.query('set enable_seqscan=off')
      const { rows } = await c.query(`explain (analyze, format json) select id from chat_vectors where model = 'none' order by embedding <=> (select embedding from chat_vectors where id = $1) limit 10`, [lib.heavy[7]!.id])
      return nodesOf(rows[0]['QUERY PLAN'][0].Plan).filter((n) => n['Index Name'] === 'chat_vectors_embedding_idx').map((n: any) => [n['Rows Removed by Filter'], n['Actual Total Time']])
    })
    console.log('scan to exhaustion', mem, out)
  }
} finally { await place.close() }
