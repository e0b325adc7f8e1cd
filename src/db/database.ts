import { neon, neonConfig } from '@neondatabase/serverless'
import { sql } from 'drizzle-orm'
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch'
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { type AppError, type ErrorCode, fail, ok, type Result, tryCatch } from '../result.ts'
import type { Trace } from '../trace.ts'
import { describeFailure } from './failure.ts'
import { prepared } from './prepared.ts'
import { fetchWithinSize } from './request-size.ts'

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
  /** What each user may have at most, as `app.add_usage` reads it; not given, anything. */
  quotas?: string
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/
/** The local stack speaks plain HTTP on the port of the connection string; Neon answers on `api.` beside its host. */
neonConfig.fetchEndpoint = (host, port) =>
  LOOPBACK.test(host) ? `http://${host}:${port || 5432}/sql` : `https://${host.replace(/^[^.]+/, 'api')}/sql`
neonConfig.fetchFunction = fetchWithinSize

const { placeholder } = sql
const admitRequest = prepared((q) =>
  q.execute(sql`select app.admit_request(${placeholder('userId')}::uuid, ${placeholder('signInId')},
    to_timestamp(${placeholder('signedInAt')}::float8), to_timestamp(${placeholder('expiresAt')}::float8),
    ${placeholder('userAgent')}, ${placeholder('requestId')}, ${placeholder('address')}, ${placeholder('seen')},
    ${placeholder('heavy')}, ${placeholder('statementMs')}, ${placeholder('quotas')})`),
)
const admitSignIn = prepared((q) =>
  q.execute(sql`select app.admit_sign_in(${placeholder('userId')}::uuid, ${placeholder('signInId')},
    to_timestamp(${placeholder('signedInAt')}::float8), ${placeholder('requestId')}, ${placeholder('address')})`),
)
const beginSystem = prepared((q) =>
  q.execute(sql`select set_config('app.request_id', ${placeholder('requestId')}, true)`),
)
const one = prepared((q) => q.execute(sql`select 1`))

/** Who asks, and by which sign-in. */
export interface Principal {
  userId: string
  signInId: string
  /** When it was, in seconds since 1970. */
  signedInAt?: number | null
  /** Of its access token, in seconds since 1970. */
  expiresAt?: number
}

/** What a request may ask of the database. */
export interface RequestRules {
  /** Says when the sign-in's row notes the time: the first statement then writes, and makes the row where there is none. */
  lastSeen?: LastSeen
  /** One of the few that a user may run at a time. */
  heavy?: boolean | undefined
  /** For each statement. */
  statementMs?: number
}

/** See `src/auth/seen.ts`. */
interface LastSeen {
  isDue: (signInId: string) => boolean
  note: (signInId: string) => void
}

/**
 * Row-level security shows this user's rows. A user who is not registered gets `not_registered`, one who deleted the
 * account `account_deleted`, a sign-in that was ended `session_revoked`, and a heavy request beside too many others
 * `too_many_at_once`.
 */
export function asUser(
  options: DatabaseOptions,
  trace: Trace,
  { userId, signInId, signedInAt = null, expiresAt }: Principal,
  { lastSeen, heavy = false, statementMs }: RequestRules = {},
): Database {
  const { requestId, address, userAgent } = trace
  const db = createDatabase(options, trace, (timeoutMs) => {
    const seen = lastSeen?.isDue(signInId) ?? false
    const statement = admitRequest({
      userId,
      signInId,
      signedInAt,
      expiresAt: expiresAt ?? Date.now() / 1000,
      userAgent,
      requestId,
      address,
      seen,
      heavy,
      statementMs: Math.min(statementMs ?? timeoutMs, timeoutMs),
      quotas: options.quotas ?? '',
    })
    return { statement, readOnly: !seen, whenDone: () => seen && lastSeen?.note(signInId) }
  })
  return {
    read: (name, build) => db.read(name, build),
    async write(name, ...call) {
      const result = await db.write(name, ...call)
      // What the database refuses takes the sign-in's new row along: one that only tries out ids would be in no list.
      const isLost = result[1] !== null && !SAYS_NOTHING.has(result[1].code) && lastSeen?.isDue(signInId) === true
      if (isLost) await db.write('sessions.seen', () => [one({})])
      return result
    },
  }
}

/** Errors after which the row is not written: it was refused, it cannot be written now, or the fault is ours. */
const SAYS_NOTHING: ReadonlySet<ErrorCode> = new Set([
  'not_registered',
  'account_deleted',
  'session_revoked',
  'too_many_at_once',
  'misconfigured',
  'internal',
  'database_unavailable',
  'database_timeout',
  'outcome_unknown',
])

/** For the one request of a verified user that comes before the row in `users`. */
export function asNewcomer(
  options: DatabaseOptions,
  trace: Trace,
  { userId, signInId, signedInAt = null }: Principal,
): Database {
  const { requestId, address } = trace
  const statement = admitSignIn({ userId, signInId, signedInAt, requestId, address })
  return createDatabase(options, trace, () => ({ statement }))
}

/** For scheduled work, over the connection of `parley_system`. */
export function asSystem(options: DatabaseOptions, trace: Trace): Database {
  const statement = beginSystem({ requestId: trace.requestId })
  return createDatabase(options, trace, () => ({ statement }))
}

/** How a batch begins. */
interface Beginning {
  statement: BatchItem<'pg'>
  /** Of a batch that only reads otherwise: whether the statement does, too. */
  readOnly?: boolean
  /** Called once the batch is committed. */
  whenDone?: () => void
}

/** @param begin gets the time-out of the call */
function createDatabase(options: DatabaseOptions, trace: Trace, begin: (timeoutMs: number) => Beginning): Database {
  async function attempt<T extends Queries>(mode: 'read' | 'write', deadline: number, build: Build<T>) {
    const { statement, readOnly = true, whenDone } = begin(Math.max(1, deadline - Date.now()))
    const client = neon(options.connectionString, {
      readOnly: mode === 'read' && readOnly,
      fetchOptions: { signal: AbortSignal.timeout(Math.max(1, deadline - Date.now())) },
    })
    const db = drizzle({ client })
    const [, ...rows] = await db.batch([statement, ...build(db)])
    whenDone?.()
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
      const [rows, failure] = await tryCatch(() => attempt(mode, deadline, build), describeFailure)
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
export const asNobody = (options: DatabaseOptions, trace: Trace): Database =>
  createDatabase(options, trace, () => ({ statement: one({}) }))
