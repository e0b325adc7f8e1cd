import type { Env } from '../env.ts'
import type { Trace } from '../trace.ts'
import type { OperationDescription } from './openapi.ts'

/** What every handler has. */
export interface AppEnv {
  Bindings: Env
  Variables: { trace: Trace; operation: OperationDescription | undefined }
}
