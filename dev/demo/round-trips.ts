import * as z from 'zod'
import type { Call } from './client.ts'
import { expect, say, step } from './report.ts'

const requestLine = z
  .object({
    event: z.literal('request'),
    requestId: z.string(),
    method: z.string(),
    route: z.string(),
    dbTrips: z.int(),
  })
  .transform(({ method, route, ...line }) => ({ ...line, name: `${method} ${route}` }))

const GIVE_UP_MS = 10_000

/** What each route cost: round trips from the Worker's log, milliseconds from `Server-Timing`. */
export async function roundTrips(calls: readonly Call[], log: readonly string[]): Promise<void> {
  step('Database round trips per request, from the log; milliseconds, from Server-Timing')
  const lines = await readLog(calls, log)
  const tripsOf = (call: Call) => lines.get(call.requestId)?.dbTrips
  const [malformed, served] = [calls.filter(isMalformed), calls.filter((call) => !isMalformed(call))]
  const byRoute = Map.groupBy(served, ({ requestId }) => lines.get(requestId)?.name ?? '')
  for (const [name, group] of [...byRoute].toSorted(([a], [b]) => a.localeCompare(b))) {
    const trips = [...new Set(group.map(tripsOf))].join(' or ')
    say(`${name.padEnd(50)} ${String(group.length).padStart(3)} requests, ${trips} each, ${medianMs(group)} ms`)
  }
  say(`${'malformed ones'.padEnd(50)} ${String(malformed.length).padStart(3)} requests, none`)
  expect(
    served.every((call) => tripsOf(call) === 1),
    'one round trip a request',
  )
  expect(
    malformed.every((call) => tripsOf(call) === 0),
    'no round trip for a malformed request',
  )
}

const isMalformed = ({ status }: Call) => status === 400

function medianMs(calls: readonly Call[]): number {
  const times = calls.map(({ databaseMs }) => databaseMs).toSorted((a, b) => a - b)
  return times[Math.floor(times.length / 2)] ?? Number.NaN
}

/** Waits for the lines of all calls: the Worker writes them after its answers. */
async function readLog(calls: readonly Call[], log: readonly string[]) {
  const lines = new Map<string, z.output<typeof requestLine>>()
  for (const deadline = Date.now() + GIVE_UP_MS; ;) {
    for (const text of log) {
      const parsed = requestLine.safeParse(JSON.parse(text))
      if (parsed.success) lines.set(parsed.data.requestId, parsed.data)
    }
    if (calls.every(({ requestId }) => lines.has(requestId))) return lines
    expect(Date.now() < deadline, 'a line in the log for each request')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
