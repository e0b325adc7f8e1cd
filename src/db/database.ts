import { neon, neonConfig } from '@neondatabase/serverless'
import { sql } from 'drizzle-orm'
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch'
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { type AppError, fail, ok, type Result, tryCatch } from '../result.ts'
import type { Trace } from '../trace.ts'
import { describeFailure } from './failure.ts'
import { prepared } from './prepared.ts'

type Queries = readonly [BatchItem<'pg'>, ...BatchItem<'pg'>[]]
type Build<T extends Queries> = (db: NeonHttpDatabase) => T

/** What a violated constraint means to the caller, by the constraint's name; any other one is `internal`. */
export type ConstraintErrors = Record<string, AppError>

/**
 * The database as one asker sees it. Each call is one HTTP request and one transaction: whatever `build` returns runs
 * in order, behind a statement that says who asks. `name` stands for the call in logs.
 */
export interface Database {
  /** Changes nothing; repeated once where it failed in a way that may pass. */
  read<T extends Queries>(name: string, build: Build<T>): Promise<Result<BatchResponse<T>>>
  /**
   * Repeated once where the first attempt certainly did not run, or where the write is `repeatable`; else a lost answer is
   * `outcome_unknown`.
   */
  write<T extends Queries>(
    name: string,
    build: Build<T>,
    constraints?: ConstraintErrors,
    options?: WriteOptions,
  ): Promise<Result<BatchResponse<T>>>
}

export interface WriteOptions {
  /** Run twice it writes once, and answers the same: behind an idempotency key. */
  repeatable?: boolean
  /** For a write that takes longer than others, with its repetition; the deployment's time-out where that is longer. */
  timeoutMs?: number
}

export interface DatabaseOptions {
  connectionString: string
  /** For one call with its repetition. */
  timeoutMs: number
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/
/** The local stack speaks plain HTTP on the port of the connection string; Neon answers on `api.` beside its host. */
neonConfig.fetchEndpoint = (host, port) =>
  LOOPBACK.test(host) ? `http://${host}:${port || 5432}/sql` : `https://${host.replace(/^[^.]+/, 'api')}/sql`

const { placeholder } = sql
const beginRequest = prepared((q) =>
  q.execute(sql`select app.begin_request(${placeholder('userId')}::uuid, ${placeholder('signInId')},
    ${placeholder('requestId')}, ${placeholder('address')}, ${placeholder('seen')})`),
)
const beginSignIn = prepared((q) =>
  q.execute(sql`select app.begin_sign_in(${placeholder('userId')}::uuid, ${placeholder('signInId')},
    ${placeholder('requestId')}, ${placeholder('address')})`),
)
const beginSystem = prepared((q) =>
  q.execute(sql`select set_config('app.request_id', ${placeholder('requestId')}, true)`),
)
const one = prepared((q) => q.execute(sql`select 1`))

/** Who asks, and by which sign-in. */
export interface Principal {
  userId: string
  signInId: string
  /** Note the time in the sign-in's session, on the way: the first statement then writes. */
  seen?: boolean
}

/**
 * Row-level security shows this user's rows. A user who is not registered gets `not_registered`, one who deleted the
 * account `account_deleted`, a sign-in that was revoked `session_revoked`.
 */
export function asUser(
  options: DatabaseOptions,
  trace: Trace,
  { userId, signInId, seen = false }: Principal,
): Database {
  const { requestId, address } = trace
  const preamble = beginRequest({ userId, signInId, requestId, address, seen })
  return createDatabase(options, trace, preamble, { readOnly: !seen })
}

/** For the one request of a verified user that comes before the row in `users`. */
export function asNewcomer(options: DatabaseOptions, trace: Trace, { userId, signInId }: Principal): Database {
  const { requestId, address } = trace
  return createDatabase(options, trace, beginSignIn({ userId, signInId, requestId, address }))
}

/** For scheduled work, over the connection of `parley_system`. */
export const asSystem = (options: DatabaseOptions, trace: Trace): Database =>
  createDatabase(options, trace, beginSystem({ requestId: trace.requestId }))

function createDatabase(
  options: DatabaseOptions,
  trace: Trace,
  preamble: BatchItem<'pg'>,
  reads: { readOnly: boolean } = { readOnly: true },
): Database {
  async function attempt<T extends Queries>(readOnly: boolean, deadline: number, build: Build<T>) {
    const client = neon(options.connectionString, {
      readOnly,
      fetchOptions: { signal: AbortSignal.timeout(Math.max(1, deadline - Date.now())) },
    })
    const db = drizzle({ client })
    const [, ...rows] = await db.batch([preamble, ...build(db)])
    return rows as BatchResponse<T>
  }

  async function run<T extends Queries>(
    name: string,
    mode: 'read' | 'write',
    build: Build<T>,
    constraints: ConstraintErrors = {},
    { repeatable = mode === 'read', timeoutMs = 0 }: WriteOptions = {},
  ): Promise<Result<BatchResponse<T>>> {
    const deadline = Date.now() + Math.max(timeoutMs, options.timeoutMs)
    let mayHaveRun = false
    for (let again = true; ; again = false) {
      const started = Date.now()
      const [rows, failure] = await tryCatch(
        () => attempt(mode === 'read' && reads.readOnly, deadline, build),
        describeFailure,
      )
      trace.calls.push({ name, milliseconds: Date.now() - started, failed: failure !== null })
      if (!failure) return ok(rows)

      const pause = 20 + Math.random() * 80
      const worthIt = failure.transient && (repeatable || failure.ran === 'no')
      mayHaveRun ||= failure.ran === 'unknown'
      if (!(again && worthIt && Date.now() + pause < deadline)) {
        const error: AppError =
          mode === 'write' && mayHaveRun ? { ...failure.error, code: 'outcome_unknown' } : failure.error
        const known = failure.constraint === undefined ? undefined : constraints[failure.constraint]
        return fail({ ...(known ?? error), context: { ...error.context, call: name, constraint: failure.constraint } })
      }
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }

  return {
    read: (name, build) => run(name, 'read', build),
    write: (name, build, constraints, options) => run(name, 'write', build, constraints, options),
  }
}

/** For requests without a user, which read no user's rows. */
export const asNobody = (options: DatabaseOptions, trace: Trace): Database => createDatabase(options, trace, one({}))
