import type { Database } from '../db/database.ts'
import type { Trace } from '../trace.ts'
import type { Identity } from './identity.ts'

/**
 * Who calls a verb, and what it may use of the runtime. `userRoutes` makes one for each request; what calls verbs without a
 * request of its own makes one, too.
 */
export interface Caller {
  readonly userId: string
  readonly identity: Identity
  /** As this user sees it. */
  readonly db: Database
  readonly trace: Trace
  /** Lets work go on when the answer has been given. */
  readonly waitUntil: (work: Promise<unknown>) => void
}
