// @module-tag slow
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { sdks, type UIMessage } from '../../clients/ai.ts'
import { asJson, type Client, type Parley, startParley, toUIMessage } from './parley.ts'
import { runScenario, type Scenario } from './scenario.ts'
import { call, lisbon, reasoning, text, toolCall } from './scenarios/stream.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let parley: Parley
let client: Client
let chat: string
beforeAll(async () => {
  parley = await startParley()
  client = await parley.newClient()
})
afterAll(() => parley.close())
beforeEach(() => {
  chat = `report-${crypto.randomUUID()}`
})

const said = (id: string, role: 'user' | 'assistant', words: string): UIMessage => ({
  id,
  role,
  parts: [{ type: 'text', text: words }],
})
const withParts = (id: string, ...parts: object[]) => ({ id, role: 'assistant', parts }) as UIMessage
const stored = async (query = {}) => (await client.list(chat, query)).map(toUIMessage)
const hi = said('u1', 'user', 'Hi')

const lookUp = (n: number) => ({
  type: 'tool-look',
  toolCallId: `call-${n}`,
  state: 'output-available',
  input: { n },
  output: { n },
  callProviderMetadata: { google: { thoughtSignature: `sig-${n}` } },
})

const signedCall = (n: number) => ({
  toolCallId: `call-${n}`,
  providerOptions: { google: { thoughtSignature: `sig-${n}` } },
})

// What broke in other products when chats of the AI SDK were stored, each tried here.
describe('Reported elsewhere, and not so here:', () => {
  // cloudflare/agents#790, cloudflare/agents#561, vercel/ai#7261
  it('an approval makes no second message with the same tool call', async () => {
    const tool = { type: 'tool-jira', toolCallId: 'd663825fd', input: {} }
    await client.put(chat, [hi, withParts('assistant_1768917665170_4mub00d32', { ...tool, state: 'input-available' })])
    const approval = { id: 'aitxt-1', approved: true }
    const responded = withParts('assistant_1768917665170_4mub00d32', { ...tool, state: 'approval-responded', approval })
    expect((await client.put(chat, [hi, responded])).map(({ result }) => result)).toEqual(['unchanged', 'updated'])
    expect(await stored({ view: 'tree' })).toEqual([hi, responded])
  })

  // vercel/ai#18425, vercel/ai#13591
  it.each(sdks)('a tool that is stopped while its input streams bricks no chat of AI SDK $major', async (sdk) => {
    const { ai } = sdk
    const tool = ai.tool({ inputSchema: ai.jsonSchema({ type: 'object', required: ['city'] }), execute: () => 'ok' })
    const scenario: Scenario = { name: '', tools: () => ({ weather: tool }), calls: [call(toolCall(lisbon))] }
    for (const stopAfter of [2, 3, 4]) {
      const { history, snapshots } = await runScenario(sdk, scenario, { stopAfter })
      const last = snapshots.at(-1) as UIMessage
      const id = `${chat}-${stopAfter}`
      await client.put(id, [...history, { ...asJson(last), status: 'stopped' }])
      const messages = (await client.list(id)).map(toUIMessage)
      expect(messages.at(-1)?.parts.at(-1)).toMatchObject({ state: 'input-streaming' })
      await expect(ai.validateUIMessages({ messages, tools: { weather: tool } })).resolves.toHaveLength(2)
      await client.put(id, [...messages, said('u2', 'user', 'Go on')])
      expect(await client.list(id)).toHaveLength(3)
    }
  })

  // cloudflare/agents#1299, OpenRouterTeam/ai-sdk-provider#442, anomalyco/opencode#22813
  it.each(sdks)('the signature of reasoning reaches the model again in AI SDK $major', async (sdk) => {
    const signed = reasoning('r', ['Hm'], { anthropic: { signature: 'EqoBCkgIBxABGAIiQL8' } })
    const { history, snapshots } = await runScenario(sdk, { name: '', calls: [call(signed, text('t', ['Ok']))] })
    await client.put(chat, [...history, ...asJson(snapshots.slice(-1))])
    const messages = await sdk.ai.convertToModelMessages(await stored())
    expect(messages.at(-1)?.content).toMatchObject([
      { type: 'reasoning', providerOptions: { anthropic: { signature: 'EqoBCkgIBxABGAIiQL8' } } },
      { type: 'text' },
    ])
  })

  // mastra-ai/mastra#10477, mastra-ai/mastra#12985, mastra-ai/mastra#14216
  it('data parts stay where they were, those of suspended tools too', async () => {
    const answer = withParts(
      'a1',
      { type: 'step-start' },
      { type: 'data-tool-call-suspended', id: 'run-1', data: { suspendPayload: { reason: null }, resumeSchema: '{}' } },
      { type: 'text', text: 'Waiting', state: 'done' },
      { type: 'data-workflow', data: { steps: { one: { status: 'suspended' } } } },
    )
    await client.put(chat, [hi, answer])
    expect(await stored()).toEqual([hi, answer])
  })

  // mastra-ai/mastra#13824, mastra-ai/mastra#5543
  it('no parts are no parts, and nobody adds a step', async () => {
    const empty = { ...hi, id: 'u2', parts: [] }
    await client.put(chat, [hi, withParts('a1'), empty])
    expect(await stored()).toEqual([hi, withParts('a1'), empty])
  })

  // assistant-ui/assistant-ui#7443, mastra-ai/mastra#8938
  it('metadata of any shape comes back, and where there was none there is none', async () => {
    const metadata = {
      modality: 'voice',
      files: [{ id: 'f1', access_token: '' }],
      custom: { deep: [null] },
      rating: null,
    }
    const messages = [
      { ...hi, metadata },
      said('a1', 'assistant', 'Hello'),
      { ...said('u2', 'user', 'x'), metadata: {} },
    ]
    await client.put(chat, messages)
    expect(await stored()).toEqual(messages)
    expect((await client.list(chat))[1]).not.toHaveProperty('metadata')
  })

  // mastra-ai/mastra#17510, mastra-ai/mastra#13984, Pasta-Devs/Marinara-Engine#2320
  it.each(sdks)('a stopped answer keeps what was streamed in AI SDK $major', async (sdk) => {
    const scenario = { name: '', calls: [call(text('t', ['One', ' two', ' three']))] }
    const { history, snapshots } = await runScenario(sdk, scenario, { stopAfter: 4 })
    await client.put(chat, [...history, { ...asJson(snapshots.at(-1) as UIMessage), status: 'stopped' }])
    expect((await client.list(chat)).at(-1)).toMatchObject({ status: 'stopped', content: 'One two' })
  })

  // unslothai/unsloth#7796, assistant-ui/assistant-ui#4774
  it('six regenerations are six siblings', async () => {
    for (let i = 1; i <= 6; i++) await client.put(chat, [hi, said(`a${i}`, 'assistant', 'Hello')])
    const ids = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']
    expect((await client.list(chat, { siblings: 'true' })).at(-1)).toMatchObject({ siblings: { ids, position: 6 } })
  })

  // n8n-io/n8n#32481, vercel/ai#8112
  it.each(sdks)('tools that were called at once stay one turn of the model in AI SDK $major', async ({ ai }) => {
    const web = { ...lookUp(3), type: 'tool-web_search', providerExecuted: true }
    await client.put(chat, [hi, withParts('a1', { type: 'step-start' }, lookUp(1), lookUp(2), web)])
    const [, turn, results] = await ai.convertToModelMessages(await stored())
    const ofProvider = { type: 'tool-result', toolCallId: 'call-3' }
    expect(turn?.content).toMatchObject([
      signedCall(1),
      signedCall(2),
      { ...signedCall(3), providerExecuted: true },
      ofProvider,
    ])
    expect(results?.content).toMatchObject([{ toolCallId: 'call-1' }, { toolCallId: 'call-2' }])
  })

  // EratoLab/erato#145
  it('a NUL in the output of a tool is named, and nothing is half stored', async () => {
    const tool = {
      type: 'tool-read',
      toolCallId: 'c',
      state: 'output-available',
      input: {},
      output: { text: 'a\u0000b' },
    }
    await client.put(chat, [hi])
    await expect(client.put(chat, [hi, said('a0', 'assistant', 'Reading'), withParts('a1', tool)])).rejects.toThrow(
      /answered 400: .*messages\.2\.parts\.0\.output\.text/,
    )
    expect(await stored()).toEqual([hi])
  })

  // pydantic/pydantic-ai#561
  it('messages that are saved at the same moment keep their order', async () => {
    const messages = Array.from({ length: 250 }, (_, i) =>
      said(`m${250 - i}`, i % 2 ? 'assistant' : 'user', `No. ${i}`),
    )
    await client.put(chat, messages)
    expect(await stored()).toEqual(messages)
  })

  // pydantic/pydantic-ai#4263, vercel/ai#4415
  it('ids are those that were sent, whatever they look like', async () => {
    const ids = ['msg-1', 'welcome', '0', 'F47AC10B-58CC-4372-A567-0E02B2C3D479', 'run:1.2_3', 'x'.repeat(128)]
    const messages = ids.map((id, i) => said(id, i % 2 ? 'assistant' : 'user', id))
    await client.put(chat, messages)
    expect(await stored()).toEqual(messages)
    for (const id of ids) expect((await client.get(chat, id)).id).toBe(id)
    expect((await client.put(chat, messages)).every(({ result }) => result === 'unchanged')).toBe(true)
  })

  // Rose22/openlumara#24, cogwheel0/conduit#443
  it('an edit or a shorter list takes nothing away', async () => {
    const messages = [hi, said('a1', 'assistant', 'Hello'), said('u2', 'user', 'Two'), said('a2', 'assistant', 'Three')]
    await client.put(chat, messages)
    await client.put(chat, messages.slice(0, 2))
    expect(await stored()).toEqual(messages)
    await client.put(chat, [said('u1', 'user', 'Hi, edited')])
    expect(await stored({ leafId: 'a2' })).toEqual(messages)
    expect(await client.list(chat, { view: 'tree' })).toHaveLength(5)
  })

  // archestra-ai/archestra#3012, ConGustoAI/chat#158, open-webui/open-webui#3030
  it('the same list saved by several requests at once is stored once', async () => {
    const messages = [hi, said('a1', 'assistant', 'Hello'), said('u2', 'user', 'Two')]
    const saves = await Promise.all(Array.from({ length: 6 }, () => client.put(chat, messages)))
    for (const saved of saves) expect(saved.map(({ id }) => id)).toEqual(['u1', 'a1', 'u2'])
    expect(await stored({ view: 'tree' })).toEqual(messages)
  })

  // agentscope-ai/QwenPaw#7051, hachej/boring-ui#233
  it('a photo of a megabyte as data URL comes back to the byte, with its name and type', async () => {
    const url = `data:image/jpeg;base64,${Buffer.alloc(1_000_000, 'photo').toString('base64')}`
    const parts = [{ type: 'file', mediaType: 'image/jpeg', filename: 'IMG 0001 (é).jpeg', url }]
    const photo = { ...hi, parts } as UIMessage
    await client.put(chat, [photo, said('a1', 'assistant', 'Nice')])
    expect(toUIMessage(await client.get(chat, 'u1'))).toEqual(photo)
  })

  // mastra-ai/mastra#4819
  it('fifty tool calls of one answer, saved one by one, are one message', async () => {
    const parts: object[] = []
    const output = { text: 'x'.repeat(8_000) }
    for (let n = 0; n < 50; n++) {
      parts.push(
        { type: 'step-start' },
        { type: 'tool-run', toolCallId: `c${n}`, state: 'output-available', input: { n }, output },
      )
      await client.put(chat, [hi, { ...withParts('a1', ...parts), status: 'in_progress' }])
    }
    expect(await stored({ view: 'tree' })).toEqual([hi, withParts('a1', ...parts)])
  })
})
