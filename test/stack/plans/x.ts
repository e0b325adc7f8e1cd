import { places } from './places.ts'
import { seedLibrary } from './library.ts'
import { nearestOf } from './vectors.ts'
import { toVectorLiteral } from '../../../src/embeddings/vector.ts'
const place = await places[1]!.open()
try {
  let t0 = Date.now()
  const lib = await seedLibrary(place, { heavy: 12000, others: 8000 }); console.log('seeded', Date.now() - t0)
  const u = lib.heavy[0]!.userId
  const want = lib.queries.map((q) => new Set(nearestOf(lib.heavy, q, 10)))
  await place.asSuperuser(async (c) => {
    await c.query(`set hnsw.iterative_scan=strict_order; set hnsw.max_scan_tuples=20000; set enable_sort=off; set maintenance_work_mem='512MB'`)
    const measure = async (label: string) => { for (const ef of [100]) {
      await c.query(`set hnsw.ef_search=${ef}`)
      const t = Date.now(); const r: number[] = []
      for (const [i, q] of lib.queries.entries()) { const { rows } = await c.query(`select id from chat_vectors where user_id=$1 order by embedding <=> $2::vector limit 10`, [u, toVectorLiteral(q)]); r.push(rows.filter((x) => want[i]!.has(x.id)).length) }
      console.log(label, 'ef', ef, r.join(' '), r.reduce((a, b) => a + b) / 200, (Date.now() - t) / 20, 'ms each')
    } }
    await measure('as seeded')
    for (let i = 0; i < 6; i++) {
      const t = Date.now(); await c.query(`reindex index chat_vectors_embedding_idx`)
      await measure(`built ${Date.now() - t}`)
    }
  })
} finally { await place.close() }
