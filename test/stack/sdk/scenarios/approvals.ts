import * as z from 'zod'
import type { Ai } from '../../../clients/ai.ts'
import type { Scenario } from '../scenario.ts'
import { call, lisbon, text, toolCall } from './stream.ts'

const done = call(text('t', ['Done.']))

/** In major 7 the option is deprecated, and works. */
const asking = (inputSchema: z.ZodType, execute: () => unknown) => (ai: Ai) => ({
  weather: ai.tool({ inputSchema, needsApproval: true, execute } as never),
})
const booking = asking(z.object({ city: z.string() }), () => ({ booked: true }))

/** Tools that ask the user first. */
export const approvalScenarios: readonly Scenario[] = [
  { name: 'an approval that is asked for', tools: booking, calls: [call(toolCall(lisbon))] },
  {
    name: 'an approval that is granted',
    tools: booking,
    calls: [call(text('a', ['I book it.']), toolCall(lisbon)), done],
    approve: { approved: true },
  },
  {
    name: 'an approval that is granted, after which the tool fails',
    tools: asking(z.object({ city: z.string() }), () => {
      throw new Error('Fully booked')
    }),
    calls: [call(toolCall(lisbon)), done],
    approve: { approved: true },
  },
  {
    name: 'an approval that is denied with a reason',
    tools: booking,
    calls: [call(toolCall(lisbon)), done],
    approve: { approved: false, reason: 'Too expensive' },
  },
  {
    name: 'two approvals at once',
    tools: booking,
    calls: [call(toolCall(lisbon), toolCall(['{"city":"Porto"}'], { id: 'call-2' })), done],
    approve: { approved: true },
  },
  {
    name: 'an approval of an input that its schema transforms',
    tools: asking(z.object({ city: z.string().transform((name) => ({ name })) }), () => ({ booked: true })),
    calls: [call(toolCall(lisbon)), done],
    approve: { approved: true },
  },
  {
    name: 'an approval of a dynamic tool',
    tools: (ai: Ai) => ({
      weather: ai.dynamicTool({
        inputSchema: z.object({ city: z.string() }),
        needsApproval: true,
        execute: async () => ({ booked: true }),
      }),
    }),
    calls: [call(toolCall(lisbon)), done],
    approve: { approved: true },
  },
  {
    name: 'an approval that the provider asks for',
    tools: booking,
    calls: [
      call(toolCall(lisbon, { name: 'mcp.book', providerExecuted: true, dynamic: true }), {
        type: 'tool-approval-request',
        approvalId: 'mcpr_1',
        toolCallId: 'call-1',
      }),
      done,
    ],
    approve: { approved: true },
  },
  {
    name: 'an approval that the app grants by itself',
    majors: [7],
    tools: (ai) => ({
      weather: ai.tool({ inputSchema: z.object({ city: z.string() }), execute: () => ({ booked: true }) }),
    }),
    options: { toolApproval: { weather: { type: 'approved', reason: 'Below the limit' } } },
    calls: [call(toolCall(lisbon)), done],
  } satisfies Scenario,
  {
    name: 'an approval that the app denies by itself',
    majors: [7],
    tools: (ai) => ({
      weather: ai.tool({ inputSchema: z.object({ city: z.string() }), execute: () => ({ booked: true }) }),
    }),
    options: { toolApproval: { weather: { type: 'denied', reason: 'Above the limit' } } },
    calls: [call(toolCall(lisbon)), done],
  } satisfies Scenario,
  {
    name: 'an approval with a reason and a signature',
    majors: [7],
    tools: (ai) => ({
      weather: ai.tool({ inputSchema: z.object({ city: z.string() }), execute: () => ({ booked: true }) }),
    }),
    options: {
      toolApproval: { weather: { type: 'user-approval', reason: 'It costs money' } },
      experimental_toolApprovalSecret: 'a secret of the app',
    },
    calls: [call(toolCall(lisbon)), done],
    approve: { approved: true },
  } satisfies Scenario,
].map((scenario: Scenario): Scenario => ({ majors: [6, 7], ...scenario }))
