import { type Answer, bearer } from './client.ts'
import type { Findings } from './findings.ts'
import { type OpenApi, type Sample, variantsOf } from './samples.ts'
import type { Crowd, Visitor } from './visitor.ts'

export interface Smoke {
  url: string
  samples: readonly Sample[]
  crowd: Crowd
  findings: Findings
}

/**
 * Sends every sample of a document to the Worker at `url`. Many take turns on one visitor; a sample that is refused, as an earlier one
 * has taken away what it needs, gets another visitor before it counts as a fault.
 *
 * @returns the operations that were called, and those whose path names what no visitor has
 */
export async function runSamples({ url, samples, crowd, findings }: Smoke) {
  const called = new Set<string>()
  const unknown = new Set<string>()
  let visitor = await crowd.next()
  for (const sample of samples) {
    const { operation, needs } = sample
    if (needs.some((name) => !visitor.ids[name])) {
      unknown.add(operation)
      continue
    }
    called.add(operation)
    const { status } = await sendSample(sample, visitor, url, findings, 'refusals')
    if (status < 300 || status >= 500) continue
    visitor = await crowd.next()
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
  if (again.text !== answer.text) findings.fault(`${title}: sent again, it got another answer`)
  return answer
}

/** Reads with every documented parameter of a query, one at a time. @returns how many of these requests were answered */
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
