import type { Identity } from '../../auth/identity.ts'
import { asSystem } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { type EmbeddingRun, runEmbeddingQueue, type TextsOfUser } from './runner.ts'
import { newId } from '../../id.ts'
import { logSlowQueries } from '../../log.ts'
import type { Result } from '../../result.ts'
import { createTrace, type Trace } from '../../trace.ts'
import { SWEEP_MS } from '../sweep.ts'
import { createEmbeddingJobStore } from './repository.ts'

/** After an answer: enough for the largest append. */
const REQUEST_MS = 10_000

/** The part of Hono's context that outlives the answer. */
interface BackgroundContext {
  executionCtx: { waitUntil: (work: Promise<unknown>) => void }
  var: { trace: Trace; identity: Identity }
}

/** Embeds these texts of the asking user right after the answer. What goes wrong, or takes too long, is left to the sweep. */
export function embedInBackground(c: BackgroundContext, deps: Deps, texts: Omit<TextsOfUser, 'userId'>): void {
  const only = { userId: c.var.identity.userId, ...texts }
  c.executionCtx.waitUntil(run(deps, c.var.trace.requestId, { only, until: Date.now() + REQUEST_MS }))
}

/** Embeds everything that is due. */
export const sweepEmbeddings = (deps: Deps): Promise<Result<EmbeddingRun>> =>
  run(deps, newId(), { until: Date.now() + SWEEP_MS })

async function run(deps: Deps, requestId: string, limits: { only?: TextsOfUser; until: number }) {
  const trace = createTrace(requestId)
  const store = createEmbeddingJobStore(asSystem(deps.systemDatabase, trace))
  const result = await runEmbeddingQueue({ store, embedder: deps.embedder, newClaimId: newId }, limits)
  const [done, error] = result
  if (error) deps.log('error', 'embedding_failed', { requestId, code: error.code, ...error.context })
  else if (done.postponed + done.failed > 0) deps.log('warn', 'embedding_postponed', { requestId, ...done })
  logSlowQueries(deps, trace)
  return result
}
