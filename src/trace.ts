import type { AppError } from './result.ts'

/** One call to the database: what the code calls it, how long it took, how it ended. */
export interface DatabaseCall {
  name: string
  milliseconds: number
  failed: boolean
}

/** How a body that came bit by bit ended: whole; where it failed; or where the client took no more. */
export type BodyEnd = 'complete' | 'broken_off' | 'not_taken'

/**
 * What one request spends, gathered for `Server-Timing` and the log. Milliseconds of wall clock: a Worker's clock
 * stands still between two I/Os, so pure CPU shows as 0.
 */
export interface Trace {
  readonly requestId: string
  /** Where it came from; null for work that nobody asked for. */
  readonly address: string | null
  /** What the client calls itself; null where it does not. */
  readonly userAgent: string | null
  auth: number
  embed: number
  readonly calls: DatabaseCall[]
  /** Whether the request has counted against its address. */
  isCounted?: boolean
  /** Who asked, once it is known. */
  identity?: { readonly userId: string }
  /** Of an answer whose body goes on after the first byte. */
  bodyEnd?: Promise<BodyEnd>
  /** What the request was answered with, where it failed. */
  failure?: AppError
}

export const createTrace = (
  requestId: string,
  { address, userAgent }: Pick<Trace, 'address' | 'userAgent'> = { address: null, userAgent: null },
): Trace => ({
  requestId,
  address,
  userAgent,
  auth: 0,
  embed: 0,
  calls: [],
})

/** Milliseconds spent in the database, all calls together. */
export const databaseTime = (trace: Trace): number => trace.calls.reduce((sum, call) => sum + call.milliseconds, 0)

/** Runs `work` and adds its time to one of the trace's spans. */
export async function timed<T>(trace: Trace, span: 'auth' | 'embed', work: () => Promise<T>): Promise<T> {
  const started = Date.now()
  try {
    return await work()
  } finally {
    trace[span] += Date.now() - started
  }
}
