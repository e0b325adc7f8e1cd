import type { CognitoClient } from './auth/cognito.ts'
import type { SeenClock } from './auth/seen.ts'
import type { TokenVerifier } from './auth/verifier.ts'
import type { DatabaseOptions } from './db/database.ts'
import type { Embedder } from './embeddings/embedder.ts'
import type { Limiters } from './env.ts'
import type { Logger } from './log.ts'

/** All that lives longer than a request: made once per isolate in `src/index.ts`, handed down from there. */
export interface Deps {
  database: DatabaseOptions
  systemDatabase: DatabaseOptions
  verifyToken: TokenVerifier
  seenIsDue: SeenClock
  cognito: CognitoClient
  embedder: Embedder
  limiters: Limiters
  /** Origins whose pages may call the API. */
  corsOrigins: readonly string[]
  log: Logger
  slowQueryMs: number
}
