import { expect, onTestFinished, vi } from 'vitest'
import type { Problem } from '../../src/http/problem.ts'
import type { ErrorCode } from '../../src/result.ts'
import type { Tokens } from './harness.ts'
import { expectProblem } from './helpers.ts'

export interface Log {
  text(): string
  lines(): Record<string, unknown>[]
}

/** Reads along with what a test's Workers log. */
export function readLog(): Log {
  const spies = (['info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level))
  onTestFinished(() => spies.forEach((spy) => spy.mockRestore()))
  const written = () => spies.flatMap(({ mock }) => mock.calls.map(([line]) => String(line)))
  return {
    text: () => written().join('\n'),
    lines: () => written().map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}

/** What the failing parts of the tests say beside their failure, and what SQL and connection strings are made of. */
const INSIDE =
  /do-not-leak|postgres(ql)?:\/\/(?!user:password@host)|application_name|admit_|insert into|select |set_config/i

/** Asserts that a text for the log or for a client says nothing of the inside, or of who asked. */
export function expectDiscreet(text: string, { accessToken, sub }: Pick<Tokens, 'accessToken' | 'sub'>): void {
  expect(text).not.toMatch(INSIDE)
  expect(text).not.toContain(accessToken)
  expect(text).not.toContain(sub)
}

/** Asserts a problem that says nothing of the inside. */
export async function expectFailure(response: Response, status: number, code: ErrorCode): Promise<Problem> {
  const text = await response.clone().text()
  expect(text).not.toMatch(INSIDE)
  expect(text).not.toMatch(/\bat \S+:\d+|stack/i)
  const problem = await expectProblem(response, status, code)
  // The standing text of its code: no SQLSTATE, no name, nothing put together.
  expect(problem.detail).not.toMatch(/[\d{}"_]/)
  return problem
}
