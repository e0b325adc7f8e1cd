import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Case } from './cases.ts'
import { errorCases } from './error-cases.ts'
import { databases, execute, type Reading, type Stack } from './harness.ts'
import { statementCases } from './statement-cases.ts'
import { valueCases } from './value-cases.ts'

const START_MS = 60_000

describe.each(databases)('on %s, a request and node-postgres get the same', (_, start) => {
  let stack: Stack
  beforeAll(async () => {
    stack = await start()
  }, START_MS)
  afterAll(() => stack.close())

  const both = async ({ query, params = [], before = [] }: Case, reading: Reading) => {
    await execute(stack, before)
    const overHttp = await stack.overHttp(stack.owner, query, params, reading)
    await execute(stack, before)
    return { overHttp, overSocket: await stack.overSocket(stack.owner, query, params, reading) }
  }

  test.each(valueCases)('value: $title', async (one) => {
    const text = await both(one, 'text')
    expect(text.overHttp).toEqual(text.overSocket)
    expect(text.overHttp).toHaveProperty('rows')
    const parsed = await both(one, 'parsed')
    expect(parsed.overHttp).toEqual(parsed.overSocket)
  })

  test.each(statementCases)('result: $title', async (one) => {
    const { overHttp, overSocket } = await both(one, 'text')
    expect(overHttp).toEqual(overSocket)
    expect(overHttp).toHaveProperty('rows')
  })

  test.each(errorCases)('error: $title', async (one) => {
    const { overHttp, overSocket } = await both(one, 'text')
    expect(overHttp).toEqual(overSocket)
    expect(overHttp).toHaveProperty('code', expect.stringMatching(/^[0-9A-Z]{5}$/))
  })
})
