import { fail, ok, type Result } from '../../result.ts'
import type { MessageRef } from './sql/queue.ts'
import { describeFailure, type Embedder } from '../../embeddings/embedder.ts'
import { embedJobs, type EmbeddedJob, type EmbeddingJob, putOffAll, type PutOffJob } from './embed-jobs.ts'

/** Certain texts of one user; all of them where none are named. */
export interface TextsOfUser {
  userId: string
  messages?: readonly MessageRef[]
  /** All chunks of these. */
  documentIds?: readonly string[]
  jobIds?: readonly string[]
}

/** Where the jobs are kept. A claim is a lease: when nobody settles it, the jobs come back by themselves. */
export interface EmbeddingJobStore {
  /**
   * Takes up to `limit` due jobs that nobody holds, of as many users as there are; only these texts where given. Texts that
   * were tried too often are given up instead.
   */
  claim(claimId: string, limit: number, only?: TextsOfUser): Promise<Result<EmbeddingJob[]>>
  /** Stores vectors and removes their jobs, in one transaction; drops those whose job was taken away meanwhile. */
  complete(model: string, done: readonly EmbeddedJob[]): Promise<Result<void>>
  /** Gives jobs back for later, or up, with a reason that one can read. */
  putOff(jobs: readonly PutOffJob[]): Promise<Result<void>>
}

export interface EmbeddingRun {
  embedded: number
  /** To be tried again. */
  postponed: number
  /** Given up. */
  failed: number
  /** Why the run ended before everything was tried: no text could be embedded then. */
  providerFailure: string | null
}

export interface EmbeddingQueue {
  store: EmbeddingJobStore
  embedder: Embedder
  newClaimId: () => string
}

/**
 * Embeds what is due, request by request, until there is nothing left, the provider fails, or `until` (epoch milliseconds)
 * has passed. Any number of Workers may run it at once.
 *
 * @returns what became of the texts; fails where the store does
 */
export async function runEmbeddingQueue(
  { store, embedder, newClaimId }: EmbeddingQueue,
  { only, until }: { only?: TextsOfUser; until: number },
): Promise<Result<EmbeddingRun>> {
  const run: EmbeddingRun = { embedded: 0, postponed: 0, failed: 0, providerFailure: null }
  const held: EmbeddingJob[] = []
  for (let inTime = true; ; inTime = Date.now() < until) {
    // Long texts make small requests: what did not fit goes first into the next one.
    if (inTime && held.length < embedder.maxBatch) {
      const [claimed, error] = await store.claim(newClaimId(), embedder.maxBatch - held.length, only)
      if (error) return fail(error)
      held.push(...claimed)
    }
    if (held.length === 0) return ok(run)
    const size = embedder.fitting(held.map(({ text }) => text))
    const { done, putOff, providerFailure } = await embedJobs(embedder, held.splice(0, size))
    if (providerFailure) {
      putOff.push(...putOffAll(held.splice(0), providerFailure))
      run.providerFailure = describeFailure(providerFailure)
    }
    if (done.length > 0) {
      const [, error] = await store.complete(embedder.model, done)
      if (error) return fail(error)
      run.embedded += done.length
    }
    if (putOff.length > 0) {
      const [, error] = await store.putOff(putOff)
      if (error) return fail(error)
      const failed = putOff.filter(({ givenUp }) => givenUp).length
      run.failed += failed
      run.postponed += putOff.length - failed
    }
    if (providerFailure) return ok(run)
  }
}
