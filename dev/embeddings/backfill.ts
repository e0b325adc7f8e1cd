import { setTimeout as delay } from 'node:timers/promises'
import { type EmbeddingRun, runEmbeddingQueue } from '../../src/features/embeddings/runner.ts'
import type { Position, Step } from '../../src/features/embeddings/sql/backfill.ts'
import type { AppError, Result } from '../../src/result.ts'
import { createProgress } from './progress.ts'
import type { EmbeddingTarget } from './target.ts'

/** Requests to the provider at once. */
const RUNNERS = 4
/** How often the bar moves. */
const SLICE_MS = 1_000
const PATIENCE_MS = 1_000

/**
 * Queues every text whose vector is missing or another model's, gives vectors without a sketch theirs, and works the queue off.
 * All that it does is in the database as soon as it is done: stopped anywhere, it goes on when it is run again.
 *
 * @param stopped aborted when somebody wants it to end
 */
export async function backfill(target: EmbeddingTarget, stopped: AbortSignal): Promise<void> {
  const { backfill: repository, queue } = target
  const model = queue.embedder.model
  let queued = 0
  for (const source of ['messages', 'chunks'] as const) {
    queued += await walk(stopped, (from) => repository.queueTexts(source, model, from))
  }
  console.log(`${queued} texts queued for ${model}.`)
  const sketched = await walk(stopped, (from) => repository.fillSketches(from))
  if (sketched > 0) console.log(`${sketched} vectors got their sketch.`)
  await workOff(target, stopped)
}

/** From the first row to the last one. */
async function walk(stopped: AbortSignal, next: (from: Position) => Promise<Result<Step>>): Promise<number> {
  let total = 0
  let from: Position = null
  do {
    if (stopped.aborted) return total
    const { done, position }: Step = expectOk(await next(from))
    total += done
    from = position
  } while (from)
  return total
}

async function workOff({ backfill: repository, queue }: EmbeddingTarget, stopped: AbortSignal): Promise<void> {
  const progress = createProgress('texts')
  let total = 0
  let note = ''
  try {
    for (;;) {
      const { pending, failed, nextInSeconds } = expectOk(await repository.queue())
      total = Math.max(total, pending)
      progress.show(total - pending, total, [note, failed > 0 && `${failed} given up`].filter(Boolean).join(', '))
      if (pending === 0 || stopped.aborted) break
      if (nextInSeconds !== null && nextInSeconds > 0) {
        await delay(Math.min(PATIENCE_MS, nextInSeconds * 1000), undefined, { signal: stopped }).catch(() => {})
        continue
      }
      const until = Date.now() + SLICE_MS
      const runs = await Promise.all(Array.from({ length: RUNNERS }, () => runEmbeddingQueue(queue, { until })))
      note = judge(runs.map(expectOk))
    }
  } finally {
    progress.end()
  }
}

/** @returns what one should know while it goes on; throws for what waiting does not mend */
function judge(runs: readonly EmbeddingRun[]): string {
  const failure = runs.find(({ providerFailure }) => providerFailure)?.providerFailure
  if (!failure) return ''
  const mayPass = !failure.includes('insufficient_quota') && !/ status (?!408|409|429)[34]\d\d/.test(failure)
  if (mayPass) return `waiting for the provider: ${failure}`
  throw new Error(`The provider refuses everything: ${failure}. What is queued stays so; run it again then.`)
}

export function expectOk<T>([value, error]: Result<T>): T {
  if (error) throw new Error(describe(error))
  return value
}

const describe = ({ code, context }: AppError): string => `${code} ${context ? JSON.stringify(context) : ''}`.trim()
