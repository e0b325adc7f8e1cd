import * as z from 'zod'
import type { Ai } from '../../../clients/ai.ts'
import type { Scenario } from '../scenario.ts'
import { call, lisbon, reasoning, text, toolCall } from './stream.ts'

const city = z.object({ city: z.string() })
const done = call(text('t', ['Sunny.']))
const sunny = { sky: 'clear', celsius: 21.5, wind: null, alerts: [] }

type Execute = (input: { city: string }) => unknown

const weather = (execute: Execute) => (ai: Ai) => ({
  weather: ai.tool({ description: 'The weather now', inputSchema: city, execute }),
})

/** What becomes of a tool's call. */
export const toolScenarios: readonly Scenario[] = [
  { name: 'a tool that succeeds', tools: weather(() => sunny), calls: [call(toolCall(lisbon)), done] },
  {
    name: 'a tool between texts, in three steps',
    tools: weather(() => sunny),
    calls: [
      call(text('a', ['I look it up.']), toolCall(lisbon)),
      call(reasoning('r', ['And Porto?']), toolCall(['{"city":"Porto"}'], { id: 'call-2' })),
      done,
    ],
  },
  {
    name: 'two tools at once, with the same name',
    tools: weather(({ city }) => ({ city })),
    calls: [call(toolCall(lisbon), toolCall(['{"city":"Porto"}'], { id: 'call-2' })), done],
  },
  {
    name: 'a tool that fails',
    tools: weather(() => {
      throw new Error('The station is closed')
    }),
    calls: [call(toolCall(lisbon)), done],
  },
  { name: 'a tool that answers null', tools: weather(() => null), calls: [call(toolCall(lisbon)), done] },
  {
    name: 'a tool that answers nothing',
    refusedAsJson: [5],
    tools: weather(() => undefined),
    calls: [call(toolCall(lisbon)), done],
  },
  { name: 'a tool that answers a text', tools: weather(() => 'sunny'), calls: [call(toolCall(lisbon)), done] },
  {
    name: 'a tool that the app or the user answers later',
    tools: (ai) => ({ weather: ai.tool({ inputSchema: city }) as never }),
    calls: [call(toolCall(lisbon))],
  },
  {
    name: 'a tool that nobody knows',
    tools: weather(() => sunny),
    calls: [call(toolCall(['{"pair":"EUR"}'], { name: 'exchange-rate' })), done],
  },
  { name: 'a tool in a chat without tools', calls: [call(toolCall(lisbon)), done] },
  {
    name: 'a tool whose input is no JSON',
    tools: weather(() => sunny),
    calls: [call(toolCall(['{"city"', ': Lisbon'])), done],
  },
  {
    name: 'a tool whose input does not fit its schema',
    tools: weather(() => sunny),
    calls: [call(toolCall(['{"town":', '["Lisbon"]}'])), done],
  },
  {
    name: 'a tool without input',
    tools: (ai) => ({ weather: ai.tool({ inputSchema: z.object({}), execute: () => sunny }) }),
    calls: [call(toolCall([], {})).map((part) => (part.type === 'tool-call' ? { ...part, input: '{}' } : part)), done],
  },
  {
    name: 'a dynamic tool',
    tools: (ai) => ({
      weather: ai.dynamicTool({ description: 'Of an MCP server', inputSchema: city, execute: async () => sunny }),
    }),
    calls: [call(toolCall(lisbon)), done],
  },
  {
    name: 'a dynamic tool that fails',
    tools: (ai) => ({
      weather: ai.dynamicTool({ inputSchema: city, execute: () => Promise.reject(new Error('The server is down')) }),
    }),
    calls: [call(toolCall(lisbon)), done],
  },
  {
    name: 'a tool that the provider runs',
    tools: weather(() => sunny),
    calls: [
      call(
        toolCall(lisbon, { providerExecuted: true, providerMetadata: { openai: { itemId: 'ws_1' } } }),
        {
          type: 'tool-result',
          toolCallId: 'call-1',
          toolName: 'weather',
          result: sunny,
          providerExecuted: true,
        } as never,
        text('t', ['Sunny.']),
      ),
    ],
  },
  {
    name: 'a tool that the provider runs and that fails',
    tools: weather(() => sunny),
    calls: [
      call(
        toolCall(lisbon, { providerExecuted: true }),
        {
          type: 'tool-result',
          toolCallId: 'call-1',
          toolName: 'weather',
          result: { type: 'web_search_tool_result_error', errorCode: 'max_uses_exceeded' },
          isError: true,
          providerExecuted: true,
        } as never,
        text('t', ['No idea.']),
      ),
    ],
  },
  {
    name: 'a dynamic tool that the provider runs',
    majors: [6, 7],
    calls: [
      call(
        toolCall(lisbon, { name: 'mcp.weather', providerExecuted: true, dynamic: true }),
        {
          type: 'tool-result',
          toolCallId: 'call-1',
          toolName: 'mcp.weather',
          result: sunny,
          dynamic: true,
          providerMetadata: { anthropic: { serverName: 'weather' } },
        },
        text('t', ['Sunny.']),
      ),
    ],
  },
  {
    name: 'a result of the provider that is preliminary at first',
    majors: [6, 7],
    tools: weather(() => sunny),
    calls: [
      call(
        toolCall(lisbon, { providerExecuted: true }),
        ...[{ sky: '?' }, { sky: 'clear' }].map(
          (result, i) =>
            ({
              type: 'tool-result',
              toolCallId: 'call-1',
              toolName: 'weather',
              result,
              providerExecuted: true,
              ...(i === 0 && { preliminary: true }),
            }) as never,
        ),
        text('t', ['Clear.']),
      ),
    ],
  },
  {
    name: 'a tool whose output grows',
    tools: weather(async function* () {
      yield { status: 'loading' }
      yield { status: 'loading', text: 'Looking' }
      yield { status: 'done', text: 'Looking up: sunny' }
    }),
    calls: [call(toolCall(lisbon)), done],
  },
  {
    name: 'a tool whose output grows until it fails',
    tools: weather(async function* () {
      yield { status: 'loading' }
      throw new Error('The line broke')
    }),
    calls: [call(toolCall(lisbon)), done],
  },
  {
    name: 'a schema that transforms the input',
    tools: (ai) => ({
      weather: ai.tool({
        inputSchema: z.object({ city: z.string().transform((name) => ({ name, length: name.length })) }),
        execute: (input) => input,
      }),
    }),
    calls: [call(toolCall(lisbon)), done],
  },
  {
    name: 'a schema that makes dates',
    tools: (ai) => ({
      weather: ai.tool({
        inputSchema: z.object({ day: z.string().transform((day) => new Date(day)) }),
        execute: ({ day }) => ({ next: new Date(day.getTime() + 86_400_000) }),
      }),
    }),
    calls: [call(toolCall(['{"day":"2026-', '11-29"}'])), done],
  },
  {
    name: 'input that streams as text',
    majors: [6, 7],
    tools: (ai) => ({ patch: ai.tool({ inputSchema: z.string(), execute: () => 'applied' }) }),
    calls: [
      call(
        { type: 'tool-input-start', id: 'call-1', toolName: 'patch', inputEncoding: 'text' },
        { type: 'tool-input-delta', id: 'call-1', delta: '*** Begin "Patch"\n' },
        { type: 'tool-input-delta', id: 'call-1', delta: '*** End Patch' },
        { type: 'tool-input-end', id: 'call-1' },
        {
          type: 'tool-call',
          toolCallId: 'call-1',
          toolName: 'patch',
          input: JSON.stringify('*** Begin "Patch"\n*** End Patch'),
        },
      ),
      done,
    ],
  },
  {
    name: 'a tool with a title and metadata',
    majors: [6, 7],
    tools: (ai) => ({
      weather: ai.tool({
        title: 'Weather',
        inputSchema: city,
        execute: () => sunny,
        metadata: { icon: 'sun' },
      } as never),
    }),
    calls: [call(toolCall(lisbon)), done],
  },
]
