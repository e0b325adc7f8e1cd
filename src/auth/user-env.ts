import type { AppEnv } from '../http/app-env.ts'
import type { Caller } from './caller.ts'
import type { Identity } from './identity.ts'

/** What a handler after `requireIdentity` has: elsewhere `c.var.identity` does not compile. */
export interface IdentityEnv {
  Bindings: AppEnv['Bindings']
  Variables: AppEnv['Variables'] & { identity: Identity }
}

/** What the handlers of `userRoutes` have: what verbs are called with, too. */
export interface UserEnv {
  Bindings: AppEnv['Bindings']
  Variables: IdentityEnv['Variables'] & { caller: Caller }
}
