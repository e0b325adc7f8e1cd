import type { Part } from '../../src/features/messages/parts.ts'

export const PNG = 'data:image/png;base64,iVBORw0KGgo='
export const CALL = { toolCallId: 'call_7Hq', input: { city: 'Trondheim' } }
export const ASKED = { id: 'approval-1' }
const META = { openai: { itemId: 'msg_01', nested: { phase: [1, null] } } }

/** What each state of a tool call has beside the call. */
const STATES: Record<string, Record<string, unknown>> = {
  'input-streaming': {},
  'input-available': { providerExecuted: true, title: 'Weather', toolMetadata: { server: 'mcp' } },
  'approval-requested': { approval: { ...ASKED, isAutomatic: false } },
  'approval-responded': { approval: { ...ASKED, approved: false, reason: 'Not now', signature: 'c2ln' } },
  'output-available': {
    output: [{ celsius: -3 }],
    preliminary: true,
    callProviderMetadata: META,
    resultProviderMetadata: META,
    approval: { ...ASKED, approved: true },
  },
  'output-error': { errorText: 'Timed out', rawInput: '{"city":', approval: { ...ASKED, approved: true } },
  'output-denied': { approval: { ...ASKED, approved: false } },
}
export const KINDS = [{ type: 'tool-get-weather' }, { type: 'dynamic-tool', toolName: 'get_weather' }]
/** A call of each kind in each state. */
export const toolParts = KINDS.flatMap((kind) =>
  Object.entries(STATES).map(([state, rest]) => ({ ...kind, ...CALL, state, ...rest })),
)
/** A call of a tool in this state. */
export const stateOf = (state: string): Record<string, unknown> => ({ ...KINDS[0], ...CALL, state, ...STATES[state] })

/** One of each other kind. */
export const PLAIN: Record<string, unknown>[] = [
  { type: 'text', text: '' },
  { type: 'text', text: 'Ja, è così 👩🏽‍💻', state: 'done', providerMetadata: META },
  { type: 'reasoning', text: 'Two cities.', state: 'streaming', id: 'r-0', providerMetadata: { anthropic: {} } },
  { type: 'file', mediaType: 'image/png', url: PNG, filename: 'a b.png' },
  { type: 'file', mediaType: 'audio/webm; codecs=opus', url: 'https://files.example/a?sig=1#x', providerMetadata: {} },
  { type: 'file', mediaType: 'image/*', url: 'HTTPS://files.example', providerReference: { openai: 'file-1' } },
  { type: 'reasoning-file', mediaType: 'application/vnd.api+json', url: 'data:,{}' },
  { type: 'custom', kind: 'openai.compaction', providerMetadata: META },
  { type: 'source-url', sourceId: 's1', url: 'http://old.example/page', title: 'An old page' },
  { type: 'source-document', sourceId: 's2', mediaType: 'application/pdf', title: 'Report', filename: 'r.pdf' },
  { type: 'step-start' },
  { type: 'data-weather', id: 'w1', data: { celsius: [-3] }, transient: false },
  { type: 'data-x', data: null },
]

/** What the newest SDK makes, older ones made, and the next one may: Parley knows nothing of it. */
export const FOREIGN: Record<string, unknown>[] = [
  { type: 'text', text: 'See [1].', citations: [{ type: 'url', url: 'https://a.example', start: 4, end: 7 }] },
  { type: 'file', mediaType: 'image', url: 'blob:https://app.example/1', filename: '' },
  { type: 'file', mediaType: '', url: '' },
  { type: 'reasoning' },
  { type: 'source-url', sourceId: '', url: 'javascript:alert(1)', title: '' },
  {
    type: 'tool-search',
    toolCallId: 'a',
    state: 'input-streaming',
    input: { q: 'x' },
    rawInput: '{"q":"x',
    dynamic: false,
  },
  {
    type: 'tool-search',
    toolCallId: 'b',
    state: 'approval-requested',
    input: 1,
    inputEncoding: 'text',
    approval: { id: 'p', inputSchemaInput: { q: null } },
  },
  { type: 'tool-', toolCallId: 'c', state: 'a-state-of-next-year', output: null },
  { type: 'tool-invocation', toolInvocation: { state: 'result', toolCallId: 'd' } },
  { type: 'steering-message', id: 's', parts: [{ type: 'text', text: 'Shorter, please' }] },
  { type: 'data-', data: undefined, transient: true },
  { type: 'constructor', toString: 1 },
  { type: 'hologram', '': { 1: [[]] }, n: -0.5e-7 },
]

/** An assistant's turn as `useChat` holds it after two steps: a call that the user allowed, then the answer. */
export const TURN = [
  { type: 'step-start' },
  { type: 'reasoning', text: 'I need the weather first.', state: 'done' },
  { type: 'text', text: 'Let me look. ', state: 'done' },
  stateOf('output-available'),
  { type: 'step-start' },
  { type: 'text', text: 'It is freezing.', state: 'done' },
  { type: 'source-url', sourceId: 's1', url: 'https://weather.example' },
] as Part[]
