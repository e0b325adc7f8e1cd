import type { AccessRule } from './auth/access.ts'
import type { CognitoClient } from './auth/cognito.ts'
import type { LastSeenThrottle } from './auth/seen.ts'
import type { TokenVerifier } from './auth/verifier.ts'
import type { DatabaseOptions } from './db/database.ts'
import type { Embedder } from './embeddings/embedder.ts'
import type { Limiters, Quotas } from './env.ts'
import type { SpentBudgets } from './features/usage/spent-budgets.ts'
import type { CookieKind } from './http/cookies.ts'
import type { Logger } from './log.ts'

/** All that lives longer than a request: made once per isolate in `src/index.ts`, handed down from there. */
export interface Deps {
  database: DatabaseOptions
  systemDatabase: DatabaseOptions
  verifyToken: TokenVerifier
  lastSeen: LastSeenThrottle
  cognito: CognitoClient
  embedder: Embedder
  /** The same for the questions of searches. */
  queryEmbedder: Embedder
  limiters: Limiters
  /** Whose questions are not embedded any more today. */
  spentBudgets: SpentBudgets
  /** What each user may have. */
  quotas: Quotas
  /** What everybody's token must show, beside being valid. */
  access: AccessRule
  /** Origins whose pages may call the API. */
  corsOrigins: readonly string[]
  /** Patterns of origins whose pages may call it by bearer token only. */
  corsPatterns: readonly string[]
  /** Cognito's app clients whose tokens are taken. */
  clientIds: readonly string[]
  /** The issuer, where it is on this machine and `npm run dev` has said so: the reference then offers to sign in. */
  localIssuer: string | null
  cookies: CookieKind
  /** How long browsers keep the refresh cookie. */
  refreshCookieDays: number
  /** Days from an account's deletion to its purge. */
  graceDays: number
  /** Days from the deletion of a conversation or a message to its purge. */
  retentionDays: number
  /** Minutes after which an untouched `in_progress` message reads as `failed`. */
  inProgressMinutes: number
  log: Logger
  slowQueryMs: number
}
