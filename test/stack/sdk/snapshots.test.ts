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

describe.each(sdks)('AI SDK $major:', (sdk) => {
  const count = { run: 0, held: 0, snapshots: 0 }
  afterAll(() => {
    process.stdout.write(
      `AI SDK ${sdk.major}: ${count.held} of ${count.run} scenarios held, ${count.snapshots} snapshots stored twice\n`,
    )
  })

  it.each(scenariosOf(sdk.major))('every snapshot comes back as it was stored: $name', async (scenario) => {
    count.run++
    const { history, snapshots, tools } = await runScenario(sdk, scenario)
    expect(snapshots.length).toBeGreaterThan(0)
    const inMemory = !scenario.refusedAsJson?.includes(sdk.major)
    const [patched, put] = [`patch-${crypto.randomUUID()}`, `put-${crypto.randomUUID()}`]
    await client.call('POST', '/v1/conversations', { id: patched, messages: history })
    for (const [i, snapshot] of snapshots.entries()) {
      const sent = asJson(snapshot)
      const { id, role: _role, ...rest } = sent
      const status = i === snapshots.length - 1 ? 'complete' : 'in_progress'

      const answer =
        i === 0
          ? (await client.append(patched, { ...sent, status }))[0]
          : await client.patch(patched, id, { ...rest, status })
      expect(answer && toUIMessage(answer)).toEqual(sent)
      const read = await client.get(patched, id)
      expect(toUIMessage(read)).toEqual(sent)

      const chat = [...asJson(history), { ...sent, status }]
      const saved = await client.put(put, chat)
      expect(saved.map(({ id }) => id)).toEqual(chat.map(({ id }) => id))
      const listed = (await client.list(put)).map(toUIMessage)
      expect(listed).toEqual([...asJson(history), sent])

      await expectSameUse(sdk, {
        stored: inMemory ? [...history, snapshot] : asJson([...history, snapshot]),
        read: listed,
        tools,
      })
      count.snapshots++
    }
    const again = await client.put(put, await client.list(put).then((messages) => messages.map(toUIMessage)))
    expect(again.every(({ result }) => result === 'unchanged')).toBe(true)
    count.held++
  })
})
