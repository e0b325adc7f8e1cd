import { type AppError, fail, ok, type Result } from '../result.ts'
import { type Embedder, embeddingRetry } from './embedder.ts'
import type { EmbeddingVector } from './vector.ts'

/** A text that waits for its vector. */
export interface EmbeddingJob {
  userId: string
  messageId: string
  content: string
  /** This one included. */
  attempts: number
}

/** Certain messages of one user. */
export interface TextsOfUser {
  userId: string
  messageIds: readonly string[]
}

/** Where the jobs are kept. A claim is a lease: when nobody settles it, the jobs come back by themselves. */
export interface EmbeddingJobStore {
  /** Takes up to `limit` due jobs that nobody holds; only these texts where given. */
  claim(claimId: string, limit: number, only?: TextsOfUser): Promise<Result<EmbeddingJob[]>>
  /** Stores vectors and removes their jobs, in one transaction; drops those whose job was taken away meanwhile. */
  complete(claimId: string, model: string, done: readonly EmbeddedJob[]): Promise<Result<void>>
  /** Gives jobs back for later, with a reason that one can read. */
  postpone(
    claimId: string,
    jobs: readonly EmbeddingJob[],
    reason: string,
    delaysMs: readonly number[],
  ): Promise<Result<void>>
}

export interface EmbeddedJob extends EmbeddingJob {
  vector: EmbeddingVector
}

export interface EmbeddingRun {
  embedded: number
  postponed: number
}

const BATCH = 64
const FIRST_DELAY_MS = 5_000
const LONGEST_DELAY_MS = 3_600_000

/**
 * Embeds what is due, batch by batch, until there is nothing left or `until` (epoch milliseconds) has passed. Any number
 * of Workers may run it at once.
 *
 * @returns how many texts were embedded and how many were put off; fails where the store does
 */
export async function runEmbeddingQueue(
  { store, embedder, newClaimId }: { store: EmbeddingJobStore; embedder: Embedder; newClaimId: () => string },
  { only, until }: { only?: TextsOfUser; until: number },
): Promise<Result<EmbeddingRun>> {
  const run: EmbeddingRun = { embedded: 0, postponed: 0 }
  do {
    const claimId = newClaimId()
    const [jobs, error] = await store.claim(claimId, Math.min(BATCH, embedder.maxBatch), only)
    if (error) return fail(error)
    if (jobs.length === 0) break
    const unsettled = await embedJobs(store, embedder, claimId, jobs, run)
    if (unsettled) return fail(unsettled)
  } while (Date.now() < until)
  return ok(run)
}

async function embedJobs(
  store: EmbeddingJobStore,
  embedder: Embedder,
  claimId: string,
  jobs: readonly EmbeddingJob[],
  run: EmbeddingRun,
): Promise<AppError | null> {
  const [vectors, failure] = await embedder.embed(jobs.map((job) => job.content))
  if (!failure) {
    const done = jobs.flatMap((job, i) => (vectors[i] ? [{ ...job, vector: vectors[i] }] : []))
    const [, error] = await store.complete(claimId, embedder.model, done)
    run.embedded += done.length
    return error
  }
  const { retryable, retryAfterMs = 0 } = embeddingRetry(failure)
  if (!retryable && jobs.length > 1) {
    // One text may spoil the batch for all: each stands for itself.
    for (const job of jobs) {
      const error = await embedJobs(store, embedder, claimId, [job], run)
      if (error) return error
    }
    return null
  }
  const delays = jobs.map((job) => Math.max(retryAfterMs, backOff(job.attempts)))
  const [, error] = await store.postpone(claimId, jobs, describeFailure(failure), delays)
  run.postponed += jobs.length
  return error
}

/** Exponential, with full jitter on its upper half. */
function backOff(attempts: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1))
  return ceiling / 2 + (Math.random() * ceiling) / 2
}

function describeFailure({ code, context }: AppError): string {
  const { reason, status, providerCode } = context ?? {}
  return [code, reason, status, providerCode].filter((part) => typeof part !== 'object').join(' ')
}
