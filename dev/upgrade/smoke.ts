import { type Answer, bearer } from './client.ts'
import type { Findings } from './findings.ts'
import { type OpenApi, type Sample, variantsOf } from './samples.ts'
import type { VisitorPool, Visitor } from './visitor.ts'

export interface Smoke {
  url: string
  samples: readonly Sample[]
  visitors: VisitorPool
  findings: Findings
}

/**
 * Sends every sample to the Worker at `url`. Samples share a visitor. An earlier sample may have deleted what a later one needs, so that a
 * refused sample is sent again with a new visitor before it counts as a fault.
 *
 * @returns the operations that were called, and those with a path parameter that visitors have no value for
 */
export async function runSamples({ url, samples, visitors, findings }: Smoke) {
  const called = new Set<string>()
  const unknown = new Set<string>()
  let visitor = await visitors.next()
  for (const sample of samples) {
    const { operation, needs } = sample
    if (needs.some((name) => !visitor.ids[name])) {
      unknown.add(operation)
      continue
    }
    called.add(operation)
    const { status } = await sendSample(sample, visitor, url, findings, 'refusals')
    if (status < 300 || status >= 500) continue
    visitor = await visitors.next()
    await sendSample(sample, visitor, url, findings)
  }
  return { called, unknown }
}

async function sendSample(
  { title, isRepeatable, requestFor }: Sample,
  visitor: Visitor,
  url: string,
  findings: Findings,
  allowed?: 'refusals',
): Promise<Answer> {
  const request = requestFor(visitor, url)
  const answer = await findings.expect(title, url, request, allowed)
  if (!isRepeatable || answer.status >= 300) return answer
  const again = await findings.expect(`${title}, sent again`, url, request)
  if (again.text !== answer.text) findings.fault(`${title}: the answer differs when it is sent again`)
  return answer
}

/** Calls GET operations with each documented query parameter, one at a time. Returns the number of successful requests. */
export async function runVariants(
  url: string,
  document: OpenApi,
  { ids, token }: Visitor,
  findings: Findings,
): Promise<number> {
  let answered = 0
  for (const { title, path } of variantsOf(document)) {
    const request = { method: 'GET', path: path(ids), headers: bearer(token) }
    const { status } = await findings.expect(title, url, request, 'refusals')
    if (status < 300) answered++
  }
  return answered
}
