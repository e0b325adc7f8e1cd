import { hc } from 'hono/client'
import type { App } from '../../src/app.ts'
import { type Problem, problemSchema } from '../../src/http/problem.ts'

/** A request that was made, and what its answer said of itself. */
export interface Call {
  requestId: string
  status: number
  /** From `Server-Timing`. */
  databaseMs: number
}

/** A typed client of the API for one user; each of its calls goes into `calls`. */
export function connectAs(url: string, accessToken: string, calls: Call[]) {
  return hc<App>(url, {
    headers: { Authorization: `Bearer ${accessToken}` },
    fetch: async (...request: Parameters<typeof fetch>) => {
      const response = await fetch(...request)
      calls.push({
        requestId: response.headers.get('X-Request-Id') ?? '',
        status: response.status,
        databaseMs: Number(/db;dur=(\d+)/.exec(response.headers.get('Server-Timing') ?? '')?.[1] ?? Number.NaN),
      })
      return response
    },
  })
}

export type Client = ReturnType<typeof connectAs>

interface Answer {
  status: number
  text(): Promise<string>
  json(): Promise<unknown>
}

/** The answer, narrowed to `status`; rejects with what came instead. */
export async function expectStatus<R extends Answer, const S extends R['status']>(
  call: Promise<R>,
  status: S,
): Promise<Extract<R, { status: S }>> {
  const answer = await call
  if (answer.status !== status) throw new Error(`${status} expected, ${answer.status} came: ${await answer.text()}`)
  return answer as Extract<R, { status: S }>
}

/** The problem that the call was refused with; rejects where the answer is another. */
export async function expectProblem(call: Promise<Answer>, status: number): Promise<Problem> {
  const answer = await call
  const problem = problemSchema.safeParse(await answer.json().catch(() => null))
  if (answer.status === status && problem.success) return problem.data
  throw new Error(`A problem with status ${status} expected, ${answer.status} came.`)
}
