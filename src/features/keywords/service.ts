import type { Caller } from '../../auth/caller.ts'
import { asSystem } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { sweep, SWEEP_MS } from '../../jobs/sweep.ts'
import { logSlowQueries } from '../../log.ts'
import { createTrace } from '../../trace.ts'
import { createKeywordRepository, type KeywordRepository } from './repository.ts'

/** After an answer, in milliseconds: enough for the largest import of a request. */
const REQUEST_MS = 10_000
/** So much of what one transaction writes is indexed there, in bytes: see `app.index_words`. */
const AT_ONCE = 65_536
const MAX_BYTES_PER_UNIT = 3

/** What indexing needs. */
export type KeywordDeps = Pick<Deps, 'systemDatabase' | 'log' | 'slowQueryMs'>

/**
 * Indexes the words that a write has left for later, right after its answer; what goes wrong or takes too long is left to the sweep.
 *
 * @param texts what was written, where that is known: little enough of it leaves nothing for later
 */
export function indexSoon(deps: KeywordDeps, caller: Caller, texts?: readonly { content: string }[]): void {
  const length = texts?.reduce((sum, { content }) => sum + content.length, 0) ?? AT_ONCE
  if (length * MAX_BYTES_PER_UNIT <= AT_ONCE) return
  const { requestId } = caller.trace
  const trace = createTrace(requestId)
  const keywords = createKeywordRepository(asSystem(deps.systemDatabase, trace))
  const index = async () => {
    const error = await indexAll(keywords, Date.now() + REQUEST_MS, caller.userId)
    if (error) deps.log('error', 'indexing_failed', { requestId, code: error.code, ...error.context })
    logSlowQueries(deps, trace)
  }
  caller.waitUntil(index())
}

/** Indexes the words of all texts that still wait. */
export const sweepKeywords = (deps: Deps): Promise<void> =>
  sweep(deps, 'indexing_failed', async ({ db, logFailure }) =>
    logFailure(await indexAll(createKeywordRepository(db), Date.now() + SWEEP_MS)),
  )

async function indexAll(keywords: KeywordRepository, until: number, userId?: string) {
  for (let some = true; some && Date.now() < until;) {
    const [count, error] = await keywords.index(userId)
    if (error) return error
    some = count > 0
  }
  return null
}
