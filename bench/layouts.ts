import { openBenchDatabase } from './database.ts'
import { measureKeyword } from './layouts/keyword.ts'
import { measurePolicies } from './layouts/policies.ts'
import { buildGraphs, fillTables } from './layouts/tables.ts'
import { measureVariant, truthOf, VARIANTS } from './layouts/variants.ts'
import type { RunSize } from './part.ts'
import { createRandom } from './search/random.ts'
import { clustered, latent } from './search/vectors.ts'

/** Vectors and texts in each table, and searches of each reader. */
const SIZES = {
  full: { rows: Number(process.env.SIZE ?? 100_000), queries: 24 },
  smoke: { rows: 1_000, queries: 3 },
}
const SEED = 20_261_123
const SOURCES = { 'isotropic clusters': clustered, 'clusters in 32 dimensions': latent }

/**
 * What was tried before the search was laid out as it is (docs/decisions/026-sketches.md, 024-keyword-search.md): ways to store
 * vectors and to find the nearest of one user, forms of policy, ways to a user's texts with some words. On tables of their own.
 */
export async function measureLayouts(size: RunSize, serverUrl: string): Promise<void> {
  const { rows } = SIZES[size]
  await using database = await openBenchDatabase(serverUrl)
  const superuser = await database.connect({ connectionString: database.url })
  const app = await database.connect(database.appLogin)
  await superuser.query(
    `set random_page_cost = 1.1; set jit = off; set max_parallel_workers_per_gather = 0; set work_mem = '64MB'`,
  )

  for (const [name, createSource] of Object.entries(SOURCES)) {
    const random = createRandom(SEED)
    const readers = await fillTables(superuser, SIZES[size], createSource(random), random)
    const built = await buildGraphs(superuser)
    console.log(
      `\n${rows} vectors, ${name}. HNSW took ${built.whole.toFixed(0)} s, in parts ${built.parts.toFixed(0)} s.`,
    )
    for (const reader of readers) {
      console.log(` ${reader.name}, ${reader.vectors} vectors; milliseconds p50 / p95, recall@10, fewest rows:`)
      const truth = await truthOf(superuser, reader)
      for (const variant of VARIANTS) {
        const { p50, p95, recall, rows: fewest } = await measureVariant(superuser, variant, reader, truth)
        const times = `${p50.toFixed(1)} / ${p95.toFixed(1)}`
        console.log(
          `  ${variant.name.padEnd(50)}${times.padStart(16)}${recall.toFixed(3).padStart(8)}${String(fewest).padStart(5)}`,
        )
      }
    }
    const [, some] = readers
    if (some && createSource === latent) {
      console.log(` Policies, ${some.vectors} vectors compared:`)
      await measurePolicies(superuser, app, some)
    }
  }
  console.log(`\n${rows} texts, three in ten of one user; medians:`)
  await measureKeyword(superuser, app, rows, createRandom(SEED))
}
