import { jittered, LEASE_SECONDS, MAX_ATTEMPTS, retryDelay } from '../../jobs/attempts.ts'
import type { AppError } from '../../result.ts'
import { describeFailure, type Embedder, embeddingRetry, isProvidersFault } from '../../embeddings/embedder.ts'
import type { EmbeddingVector } from '../../embeddings/vector.ts'

/** A text that waits for its vector, claimed. */
export interface EmbeddingJob {
  userId: string
  id: string
  /** By which claim it is held. One that was taken away meanwhile is settled no more. */
  claimId: string
  /** Truncated to what the longest-reading embedder uses. */
  text: string
  /** What the text counts as against the user's quota: about what it costs the provider. */
  tokens: number
  /** This one included. */
  attempts: number
}

export interface EmbeddedJob extends EmbeddingJob {
  vector: EmbeddingVector
}

/** A job that got no vector. */
export interface PutOffJob extends EmbeddingJob {
  /** One that a person can read. */
  reason: string
  delayMs: number
  /** Whether it is one of the text's attempts: the provider's own failures are not. */
  counts: boolean
  /** There is no sense in trying again. */
  givenUp: boolean
}

/** What became of the texts of one request. */
export interface EmbeddingOutcome {
  done: EmbeddedJob[]
  putOff: PutOffJob[]
  /** Set where the provider embeds nothing at the moment, whatever the text. */
  providerFailure: AppError | null
}

/** When the provider itself fails. Not longer for a longer failure: a run ends at the first one, so few calls are made meanwhile. */
const PROVIDER_DELAY_MS = 60_000
/** For finding bad texts among good ones: half of a lease, so that nobody else begins the same meanwhile. */
const SEARCH_MS = LEASE_SECONDS * 500
/** Says nothing that any provider could refuse. */
const PROBE = 'Hello'

/**
 * Embeds the texts of jobs in one request. Where that fails, it finds out whether the provider does (then all of them wait)
 * or a text: one that cannot be embedded is found by halving, so that it costs the others some ten requests and no delay.
 */
export async function embedJobs(embedder: Embedder, jobs: readonly EmbeddingJob[]): Promise<EmbeddingOutcome> {
  const outcome: EmbeddingOutcome = { done: [], putOff: [], providerFailure: null }
  const failure = await embedAll(embedder, jobs, outcome)
  if (!failure) return outcome
  if (isProvidersFault(failure) || !(await isAlive(embedder))) {
    outcome.providerFailure = failure
    outcome.putOff.push(...putOffAll(jobs, failure))
  } else await findFaulty(embedder, jobs, failure, outcome, Date.now() + SEARCH_MS)
  return outcome
}

/** All of them later, through no fault of theirs. */
export function putOffAll(jobs: readonly EmbeddingJob[], failure: AppError): PutOffJob[] {
  const { retryAfterMs = 0 } = embeddingRetry(failure)
  const reason = describeFailure(failure)
  return jobs.map((job) => {
    const delayMs = Math.max(retryAfterMs, jittered(PROVIDER_DELAY_MS))
    return { ...job, reason, delayMs, counts: false, givenUp: false }
  })
}

async function embedAll(
  embedder: Embedder,
  jobs: readonly EmbeddingJob[],
  { done }: EmbeddingOutcome,
): Promise<AppError | null> {
  const [vectors, failure] = await embedder.embed(jobs.map(({ text }) => text))
  if (failure) return failure
  for (const [i, job] of jobs.entries()) {
    const vector = vectors[i]
    if (vector) done.push({ ...job, vector })
  }
  return null
}

/** A refusal of a text and one of everything look alike; before a text is blamed, another one has to succeed. */
async function isAlive(embedder: Embedder): Promise<boolean> {
  const [vectors] = await embedder.embed([PROBE])
  return vectors !== null
}

/** @param failure what these jobs failed with together */
async function findFaulty(
  embedder: Embedder,
  jobs: readonly EmbeddingJob[],
  failure: AppError,
  outcome: EmbeddingOutcome,
  deadline: number,
): Promise<void> {
  const [first] = jobs
  if (first && jobs.length === 1) {
    outcome.putOff.push(putOffOne(first, failure))
    return
  }
  const middle = jobs.length >> 1
  for (const half of [jobs.slice(0, middle), jobs.slice(middle)]) {
    if (outcome.providerFailure || Date.now() > deadline) {
      outcome.putOff.push(...putOffAll(half, outcome.providerFailure ?? failure))
      continue
    }
    const again = await embedAll(embedder, half, outcome)
    if (!again) continue
    if (isProvidersFault(again)) {
      outcome.providerFailure = again
      outcome.putOff.push(...putOffAll(half, again))
    } else await findFaulty(embedder, half, again, outcome, deadline)
  }
}

function putOffOne(job: EmbeddingJob, failure: AppError): PutOffJob {
  const { retryable, retryAfterMs = 0 } = embeddingRetry(failure)
  const delayMs = Math.max(retryAfterMs, retryDelay(job.attempts))
  const givenUp = !retryable || job.attempts >= MAX_ATTEMPTS
  return { ...job, reason: describeFailure(failure), delayMs, counts: true, givenUp }
}
