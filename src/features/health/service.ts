import journal from '../../../migrations/meta/_journal.json' with { type: 'json' }
import { asNobody } from '../../db/database.ts'
import type { Deps } from '../../deps.ts'
import { fail, ok } from '../../result.ts'
import { databaseTime, type Trace } from '../../trace.ts'
import { checkSchema } from './repository.ts'

/** The newest migration that this Worker was built with; `when` is what the database's own journal calls it. */
export const NEWEST_MIGRATION: { tag: string; when: number } = journal.entries.reduce((a, b) =>
  b.when > a.when ? b : a,
)

/** The state of the Worker. Needs no user. */
export function createHealthService(deps: Pick<Deps, 'database'>) {
  return {
    /**
     * Whether requests can be served. `schema_outdated` where the database lacks a migration that this version needs.
     *
     * @returns how many milliseconds the database took to answer
     */
    async readiness(trace: Trace) {
      const [, error] = await checkSchema(asNobody(deps.database, trace), NEWEST_MIGRATION)
      return error ? fail(error) : ok({ latencyMs: databaseTime(trace) })
    },
  }
}
