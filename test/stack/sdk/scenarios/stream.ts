import type { StreamPart } from '../../../clients/ai.ts'

type Finish = Extract<StreamPart, { type: 'finish' }>
type Metadata = Finish['providerMetadata']

const end = (unified: Finish['finishReason']['unified']): StreamPart => ({
  type: 'finish',
  finishReason: { unified, raw: undefined },
  usage: {
    inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 5, text: 5, reasoning: undefined },
  },
})

/** One call of a model. */
export const call = (...parts: (StreamPart | readonly StreamPart[])[]): StreamPart[] => {
  const all = parts.flat()
  const asks = all.some((part) => part.type === 'tool-call' && part.providerExecuted !== true)
  return [{ type: 'stream-start', warnings: [] }, ...all, end(asks ? 'tool-calls' : 'stop')]
}

const withMetadata = (providerMetadata: Metadata) => (providerMetadata ? { providerMetadata } : {})

export const text = (id: string, deltas: readonly string[], metadata?: Metadata): StreamPart[] => [
  { type: 'text-start', id, ...withMetadata(metadata) },
  ...deltas.map((delta): StreamPart => ({ type: 'text-delta', id, delta })),
  { type: 'text-end', id, ...withMetadata(metadata) },
]

export const reasoning = (id: string, deltas: readonly string[], metadata?: Metadata): StreamPart[] => [
  { type: 'reasoning-start', id },
  ...deltas.map((delta): StreamPart => ({ type: 'reasoning-delta', id, delta })),
  { type: 'reasoning-end', id, ...withMetadata(metadata) },
]

interface ToolCallOptions {
  id?: string
  name?: string
  providerExecuted?: boolean
  dynamic?: boolean
  providerMetadata?: NonNullable<Metadata>
}

/** Its input in deltas, then the call itself. */
export const toolCall = (deltas: readonly string[], options: ToolCallOptions = {}): StreamPart[] => {
  const { id = 'call-1', name = 'weather', providerMetadata, ...flags } = options
  return [
    { type: 'tool-input-start', id, toolName: name, ...flags },
    ...deltas.map((delta): StreamPart => ({ type: 'tool-input-delta', id, delta })),
    { type: 'tool-input-end', id },
    {
      type: 'tool-call',
      toolCallId: id,
      toolName: name,
      input: deltas.join(''),
      ...flags,
      ...withMetadata(providerMetadata),
    },
  ]
}

export const lisbon = ['{"city"', ':"Lis', 'bon"}']
