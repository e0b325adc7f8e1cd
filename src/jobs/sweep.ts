import { asSystem, type Database } from '../db/database.ts'
import type { Deps } from '../deps.ts'
import { newId } from '../id.ts'
import { type LogFields, type LogLevel, logSlowQueries } from '../log.ts'
import type { AppError } from '../result.ts'
import { createTrace } from '../trace.ts'

/** For the cron trigger: well inside the minute after which it comes again. */
export const SWEEP_MS = 40_000

/** What a sweep works with. What is not done at `until` (epoch milliseconds), or goes wrong, is left to the next one. */
export interface Sweep {
  db: Database
  until: number
  log: (level: LogLevel, event: string, fields: LogFields) => void
  /** Logs what went wrong, where something did. */
  logFailure: (error: AppError | null, fields?: LogFields) => void
}

/** Runs scheduled work as `parley_system`; `failed` is what its failures are called in the log. */
export async function sweep(deps: Deps, failed: string, work: (sweep: Sweep) => Promise<void>): Promise<void> {
  const requestId = newId()
  const trace = createTrace(requestId)
  const log: Sweep['log'] = (level, event, fields) => deps.log(level, event, { requestId, ...fields })
  await work({
    db: asSystem(deps.systemDatabase, trace),
    until: Date.now() + SWEEP_MS,
    log,
    logFailure: (error, fields) => error && log('error', failed, { ...fields, code: error.code, ...error.context }),
  })
  logSlowQueries(deps, trace)
}
