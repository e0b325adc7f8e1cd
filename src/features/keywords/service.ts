import type { Caller } from '../../auth/caller.ts'
import { asSystem } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { sweep } from '../../jobs/sweep.ts'
import { logSlowQueries } from '../../log.ts'
import type { AppError } from '../../result.ts'
import { createTrace } from '../../trace.ts'
import { createKeywordRepository, type KeywordRepository } from './repository.ts'

/** After an answer, in milliseconds: enough for the largest import of a request. */
const REQUEST_MS = 10_000
/** What the transaction that writes texts indexes by itself, in the units of `app.index_words`. */
const AT_ONCE = 16_000
const PER_TEXT = 400
const MOST_PER_CHARACTER = 4
/** The lowest id. */
const FIRST = '00000000-0000-0000-0000-000000000000'

/** What indexing needs. */
export type KeywordDeps = Pick<Deps, 'systemDatabase' | 'log' | 'slowQueryMs'>

/**
 * Indexes the words that a write has left for later, right after its answer; what goes wrong or takes too long is left to the sweep.
 *
 * @param texts what was written, where that is known: little enough of it leaves nothing for later
 */
export function indexSoon(deps: KeywordDeps, caller: Caller, texts?: readonly { content: string }[]): void {
  const work = texts?.reduce((sum, { content }) => sum + PER_TEXT + MOST_PER_CHARACTER * content.length, 0) ?? Infinity
  if (work <= AT_ONCE) return
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
  sweep(deps, 'indexing_failed', async ({ db, until, logFailure }) =>
    logFailure(await indexAll(createKeywordRepository(db), until)),
  )

/** Begins at a random user each time, so that nobody waits for what somebody else has plenty of. */
async function indexAll(keywords: KeywordRepository, until: number, userId?: string): Promise<AppError | null> {
  let from = FIRST
  while (Date.now() < until) {
    const [count, error] = await keywords.index(userId === undefined ? { from } : { userId })
    if (error) return error
    if (count === 0 && from === FIRST) return null
    from = count === 0 || userId ? FIRST : crypto.randomUUID()
  }
  return null
}
