import { bodyOf, type CallOptions, initOf, type WriteOptions } from './answer.ts'
import type {
  AccountDeletion,
  Api,
  AuditEvent,
  EmbeddingJob,
  EmbeddingRetry,
  ListAuditEventsQuery,
  ListEmbeddingJobsQuery,
  ListSessionsQuery,
  Refresh,
  Session,
  SessionPage,
  SignIn,
  User,
  UserPatch,
} from './api.ts'
import { createPages, pageOf, type Pages } from './pages.ts'

export interface Sessions {
  /** Registers the user, or logs them in. By cookie it takes Cognito's tokens, once: Parley puts both into cookies. */
  signIn(tokens?: { accessToken: string; refreshToken: string }, options?: CallOptions): Promise<SignIn>
  /** Ends this sign-in: its tokens are refused from the next request on. */
  signOut(options?: CallOptions): Promise<void>
  /** By cookie: gets new ones. Calls do it by themselves when they need to. */
  refresh(options?: CallOptions): Promise<Refresh>
  list(query?: ListSessionsQuery, options?: CallOptions): Pages<SessionPage['data'][number]>
  revoke(id: Session['id'], options?: CallOptions): Promise<void>
  revokeOthers(options?: CallOptions): Promise<void>
}

export function createSessions({ v1 }: Api): Sessions {
  return {
    signIn: (tokens, options) => {
      // Whatever else the app's tokens have stays out: unknown fields are refused.
      const { accessToken = '', refreshToken = '' } = tokens ?? {}
      const json = tokens ? ({ transport: 'cookie', accessToken, refreshToken } as const) : {}
      return bodyOf(v1.session.$post({ json }, initOf(options)))
    },
    signOut: (options) => bodyOf(v1.session.$delete({}, initOf(options))),
    refresh: (options) => bodyOf(v1.session.refresh.$post({}, initOf(options))),
    list: (query, options) =>
      createPages((cursor) => bodyOf(v1.sessions.$get({ query: pageOf(query, cursor) }, initOf(options)))),
    revoke: (sessionId, options) =>
      bodyOf(v1.sessions[':sessionId'].$delete({ param: { sessionId } }, initOf(options))),
    revokeOthers: (options) => bodyOf(v1.sessions.$delete({}, initOf(options))),
  }
}

export interface Me {
  get(options?: CallOptions): Promise<User>
  update(change: UserPatch, options?: WriteOptions): Promise<User>
  /** Deletes the account, with everything in it. Signing in anew restores it until `purgeAfter`. */
  delete(options?: WriteOptions): Promise<AccountDeletion>
}

export function createMe({ v1 }: Api): Me {
  return {
    get: (options) => bodyOf(v1.me.$get({}, initOf(options))),
    update: (json, options) => bodyOf(v1.me.$patch({ json }, initOf(options))),
    delete: (options) => bodyOf(v1.me.$delete({}, initOf(options))),
  }
}

export interface EmbeddingJobs {
  /** What waits to be embedded, and what could not be. */
  list(query?: ListEmbeddingJobsQuery, options?: CallOptions): Pages<EmbeddingJob>
  retry(id: string, options?: CallOptions): Promise<EmbeddingJob>
  /** All that have failed. */
  retryAll(options?: CallOptions): Promise<EmbeddingRetry>
}

export function createEmbeddingJobs({ v1 }: Api): EmbeddingJobs {
  const jobs = v1['embedding-jobs']
  return {
    list: (query, options) =>
      createPages((cursor) => bodyOf(jobs.$get({ query: pageOf(query, cursor) }, initOf(options)))),
    retry: (jobId, options) => bodyOf(jobs[':jobId'].retry.$post({ param: { jobId } }, initOf(options))),
    retryAll: (options) => bodyOf(jobs.retry.$post({}, initOf(options))),
  }
}

/** What was done to one's own data, the newest first. */
export const listAuditEvents = ({ v1 }: Api, query?: ListAuditEventsQuery, options?: CallOptions): Pages<AuditEvent> =>
  createPages((cursor) => bodyOf(v1['audit-events'].$get({ query: pageOf(query, cursor) }, initOf(options))))
