import { MockLanguageModelV4 } from 'ai/test'

type Stream = Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream']
type Part = Stream extends ReadableStream<infer Part> ? Part : never

const tokens = { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 }
const usage = { inputTokens: tokens, outputTokens: { total: 3, text: 3, reasoning: 0 } }
const parts: Part[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'In late winter.' },
  { type: 'text-end', id: 't' },
  { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
]

/** The model of the guides, which knows one answer. */
export const model = new MockLanguageModelV4({
  doStream: async () => ({
    stream: new ReadableStream<Part>({
      start(controller) {
        for (const part of parts) controller.enqueue(part)
        controller.close()
      },
    }),
  }),
})
