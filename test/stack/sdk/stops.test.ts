// @module-tag slow
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sdks } from '../../clients/ai.ts'
import { expectSameUse } from './expect.ts'
import { asJson, type Client, type Parley, startParley, toUIMessage } from './parley.ts'
import { runScenario } from './scenario.ts'
import { scenariosOf } from './scenarios/all.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let parley: Parley
let client: Client
beforeAll(async () => {
  parley = await startParley()
  client = await parley.newClient()
})
afterAll(() => parley.close())

const next = { id: 'msg-next', role: 'user', parts: [{ type: 'text', text: 'Go on.' }] }

describe.each(sdks)('AI SDK $major:', (sdk) => {
  const count = { run: 0, held: 0, stops: 0 }
  afterAll(() => {
    process.stdout.write(`AI SDK ${sdk.major}: ${count.held} of ${count.run} scenarios held at ${count.stops} stops\n`)
  })

  it.each(scenariosOf(sdk.major))('a stop at any point leaves what there was: $name', async (scenario) => {
    count.run++
    // After each part that the model streams, but the last.
    const last = scenario.calls.flat().length - 1
    const inMemory = !scenario.refusedAsJson?.includes(sdk.major)
    for (let stopAfter = 1; stopAfter <= last; stopAfter++) {
      const { history, snapshots, tools, stopped } = await runScenario(sdk, scenario, { stopAfter })
      const snapshot = snapshots.at(-1)
      // An approval that is not given ends the stream before.
      if (!stopped || !snapshot) continue
      const sent = asJson(snapshot)
      const chat = [...asJson(history), { ...sent, status: 'stopped' }]

      const put = `put-${crypto.randomUUID()}`
      await client.put(put, chat)
      const listed = (await client.list(put)).map(toUIMessage)
      expect(listed).toEqual([...asJson(history), sent])
      await expectSameUse(sdk, {
        stored: inMemory ? [...history, snapshot] : asJson([...history, snapshot]),
        read: listed,
        tools,
      })

      const posted = `post-${crypto.randomUUID()}`
      await client.call('POST', '/v1/conversations', { id: posted, messages: chat })
      expect((await client.list(posted)).map(toUIMessage)).toEqual(listed)

      // The page sends what it holds.
      const going = await client.put(put, [...asJson(history), sent, next])
      expect(going.map(({ result }) => result)).toEqual([...chat.map(() => 'unchanged'), 'created'])
      count.stops++
    }
    expect(last).toBeGreaterThan(0)
    count.held++
  })
})
