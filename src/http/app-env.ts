import type { Identity } from '../auth/identity.ts'
import type { Database } from '../db/database.ts'
import type { Env } from '../env.ts'
import type { Trace } from '../trace.ts'

/** What every handler has. */
export interface AppEnv {
  Bindings: Env
  Variables: { trace: Trace }
}

/** What a handler behind `authenticate` has: elsewhere `c.var.identity` does not compile. */
export interface IdentityEnv {
  Bindings: Env
  Variables: AppEnv['Variables'] & { identity: Identity }
}

/** What the handlers of `userRoutes` have: the database as that user sees it, too. */
export interface UserEnv {
  Bindings: Env
  Variables: IdentityEnv['Variables'] & { db: Database }
}
