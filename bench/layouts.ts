import { Client } from 'pg'
import { openScratch } from '../dev/database.ts'
import { measureKeyword } from './layouts/keyword.ts'
import { measurePolicies } from './layouts/policies.ts'
import { buildGraphs, fillTables } from './layouts/tables.ts'
import { measureVariant, truthOf, VARIANTS } from './layouts/variants.ts'
import { createRandom } from './search/random.ts'
import { clustered, latent } from './search/vectors.ts'

const SIZE = Number(process.env.SIZE ?? 100_000)
const SEED = 20_261_123
const SOURCES = { 'isotropic clusters': clustered, 'clusters in 32 dimensions': latent }

/**
 * What was tried before the search was laid out as it is (docs/decisions/026-sketches.md, 024-keyword-search.md): ways to store
 * vectors and to find the nearest of one user, forms of policy, ways to a user's texts with some words. On tables of their own.
 */
export async function measureLayouts(): Promise<void> {
  const serverUrl = process.env.DATABASE_URL
  if (!serverUrl) {
    console.error(
      'layouts needs DATABASE_URL: a superuser of a Postgres 17 with pgvector, where it makes a database of its own.',
    )
    process.exitCode = 1
    return
  }
  await using cleanup = new AsyncDisposableStack()
  const database = await openScratch(serverUrl)
  cleanup.defer(() => database.close())
  const url = new URL(serverUrl)
  url.pathname = `/${database.name}`
  const connect = async (options: object) => {
    const client = new Client(options)
    await client.connect()
    cleanup.defer(() => client.end())
    return client
  }
  const superuser = await connect({ connectionString: url.href })
  const { host, port } = database.upstream
  const login = { host, port, database: database.name, user: 'parley_app', password: database.password ?? '' }
  const app = await connect(login)
  await superuser.query(
    `set random_page_cost = 1.1; set jit = off; set max_parallel_workers_per_gather = 0; set work_mem = '64MB'`,
  )

  for (const [name, createSource] of Object.entries(SOURCES)) {
    const random = createRandom(SEED)
    const readers = await fillTables(superuser, SIZE, createSource(random), random)
    const built = await buildGraphs(superuser)
    console.log(
      `\n${SIZE} vectors, ${name}. HNSW took ${built.whole.toFixed(0)} s, in parts ${built.parts.toFixed(0)} s.`,
    )
    for (const reader of readers) {
      console.log(` ${reader.name}, ${reader.vectors} vectors; milliseconds p50 / p95, recall@10, fewest rows:`)
      const truth = await truthOf(superuser, reader)
      for (const variant of VARIANTS) {
        const { p50, p95, recall, rows } = await measureVariant(superuser, variant, reader, truth)
        const times = `${p50.toFixed(1)} / ${p95.toFixed(1)}`
        console.log(
          `  ${variant.name.padEnd(50)}${times.padStart(16)}${recall.toFixed(3).padStart(8)}${String(rows).padStart(5)}`,
        )
      }
    }
    const [, some] = readers
    if (some && createSource === latent) {
      console.log(` Policies, ${some.vectors} vectors compared:`)
      await measurePolicies(superuser, app, some)
    }
  }
  console.log(`\n${SIZE} texts, three in ten of one user; medians:`)
  await measureKeyword(superuser, app, SIZE, createRandom(SEED))
}
