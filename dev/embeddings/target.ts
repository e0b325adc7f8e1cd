import { asSystem, type Database } from '../../src/db/database.ts'
import { createEmbedder } from '../../src/embeddings/create-embedder.ts'
import type { EmbeddingQueue } from '../../src/features/embeddings/runner.ts'
import { type Env, parseEnv } from '../../src/env.ts'
import { type BackfillRepository, createBackfillRepository } from '../../src/features/embeddings/sql/backfill.ts'
import { createEmbeddingJobStore } from '../../src/features/embeddings/repository.ts'
import { newId } from '../../src/id.ts'
import { createTrace } from '../../src/trace.ts'
import { dataDirectory, findRunning } from '../running.ts'
import { connectionString } from '../stack.ts'

/** The database of an operator's command, and the embedder that the Worker has with the same variables. */
export interface EmbeddingTarget {
  label: string
  backfill: BackfillRepository
  queue: EmbeddingQueue
  db: Database
}

/**
 * The database of DATABASE_URL_SYSTEM, or of the local stack that runs, with the EMBEDDING_* variables as the Worker reads
 * them. Rejects where there is none, or a variable is not right.
 */
export async function openEmbeddingTarget(): Promise<EmbeddingTarget> {
  const { url, label } = await findDatabase()
  const settings = Object.entries(process.env).filter(([name]) => /^(EMBEDDING_\w+|DATABASE_TIMEOUT_MS)$/.test(name))
  // The Worker's own parser. What else it asks for is not used here.
  const [config, error] = parseEnv({
    ...Object.fromEntries(settings),
    DATABASE_URL: url,
    DATABASE_URL_SYSTEM: url,
    COGNITO_ISSUER: 'https://unused.invalid',
    COGNITO_CLIENT_IDS: 'unused',
  } as unknown as Env)
  if (error) throw new Error(`Not as it should be: ${String(error.context?.['variables'])}`)
  const options = { connectionString: config.systemDatabaseUrl, timeoutMs: config.databaseTimeoutMs }
  const db = asSystem(options, createTrace(newId()))
  const embedder = createEmbedder(config.embedding)
  return {
    label: `${label}, ${embedder.model}`,
    db,
    backfill: createBackfillRepository(db),
    queue: { store: createEmbeddingJobStore(db), embedder, newClaimId: newId },
  }
}

async function findDatabase(): Promise<{ url: string; label: string }> {
  const url = process.env.DATABASE_URL_SYSTEM
  if (url) return { url, label: URL.canParse(url) ? new URL(url).host : 'DATABASE_URL_SYSTEM' }
  const running = await findRunning(dataDirectory())
  if (!running)
    throw new Error('Say which database: DATABASE_URL_SYSTEM=postgres://parley_system@…, or start npm run dev.')
  const { databaseName: name, databasePasswords: passwords = {}, neonPort } = running
  return {
    url: connectionString('parley_system', { name, passwords }, neonPort),
    label: `the database of ${running.url}`,
  }
}
