import * as z from 'zod'
import type { Caller } from '../../auth/caller.ts'
import { asSystem } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { type PageRequest, readPage } from '../../http/page.ts'
import { newId } from '../../id.ts'
import { SWEEP_MS } from '../../jobs/sweep.ts'
import { logSlowQueries } from '../../log.ts'
import { fail, ok, type Result } from '../../result.ts'
import { createTrace } from '../../trace.ts'
import { createEmbeddingJobStore } from './repository.ts'
import { type EmbeddingRun, runEmbeddingQueue, type TextsOfUser } from './runner.ts'
import type { JobStatus } from './schemas.ts'
import { createUserEmbeddingJobs } from './sql/jobs.ts'

/** After an answer: enough for the largest append. */
const REQUEST_MS = 10_000

/** What embedding needs. */
export type EmbeddingDeps = Pick<Deps, 'systemDatabase' | 'embedder' | 'quotas' | 'log' | 'slowQueryMs'>

/** Embeds these texts of the caller right after the answer. What goes wrong, or takes too long, is left to the sweep. */
export function embedSoon(deps: EmbeddingDeps, caller: Caller, texts: Omit<TextsOfUser, 'userId'>): void {
  const only = { userId: caller.userId, ...texts }
  caller.waitUntil(embedDue(deps, caller.trace.requestId, { only, until: Date.now() + REQUEST_MS }))
}

/** Embeds everything that is due. */
export const sweepEmbeddings = (deps: EmbeddingDeps): Promise<Result<EmbeddingRun>> =>
  embedDue(deps, newId(), { until: Date.now() + SWEEP_MS })

async function embedDue(
  deps: EmbeddingDeps,
  requestId: string,
  limits: { only?: TextsOfUser; until: number },
): Promise<Result<EmbeddingRun>> {
  const trace = createTrace(requestId)
  const store = createEmbeddingJobStore(asSystem(deps.systemDatabase, trace), {
    dailyTokens: deps.quotas.embeddedTokens,
  })
  const result = await runEmbeddingQueue({ store, embedder: deps.embedder, newClaimId: newId }, limits)
  const [done, error] = result
  if (error) deps.log('error', 'embedding_failed', { requestId, code: error.code, ...error.context })
  else if (done.postponed + done.failed > 0) deps.log('warn', 'embedding_postponed', { requestId, ...done })
  logSlowQueries(deps, trace)
  return result
}

const cursorKey = z.tuple([z.guid()])

/** The texts of the caller that wait for a vector, or never got one. */
export function createEmbeddingJobService(deps: EmbeddingDeps) {
  return {
    /** The newest first. */
    list: ({ db, userId }: Caller, { status, ...page }: PageRequest & { status?: JobStatus | undefined }) =>
      readPage({ list: `embedding-jobs:${status ?? ''}`, userId }, page, {
        key: cursorKey,
        read: (limit, after) => createUserEmbeddingJobs(db, userId).list(limit, after && after[0], status),
        keyOf: ({ id }) => [id],
      }),

    /** Tries a text again now, whether it was given up or waits; one that is being embedded is left alone. */
    async retry(caller: Caller, id: string) {
      const [job, error] = await createUserEmbeddingJobs(caller.db, caller.userId).retry(id)
      if (error) return fail(error)
      embedSoon(deps, caller, { jobIds: [id] })
      return ok(job)
    },

    /** Tries all again that were given up. @returns how many */
    async retryFailed(caller: Caller) {
      const [count, error] = await createUserEmbeddingJobs(caller.db, caller.userId).retryFailed()
      if (error) return fail(error)
      if (count > 0) embedSoon(deps, caller, {})
      return ok(count)
    },
  }
}
