import * as ai5 from 'ai-5'
import * as test5 from 'ai-5/test'
import * as ai6 from 'ai-6'
import * as test6 from 'ai-6/test'
import * as ai7 from 'ai-7'
import * as test7 from 'ai-7/test'

export type { ChatInit, ChatState, ToolSet, UIMessage, UIMessageChunk, UIMessageStreamWriter } from 'ai-7'

/** The package, with the types of the newest major; a scenario that uses what an older one lacks names its majors. */
export type Ai = typeof ai7

type Mock7 = test7.MockLanguageModelV4
/** What a model streams, as providers of the newest major do. */
export type StreamPart =
  Awaited<ReturnType<Mock7['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never

type Call = Parameters<Mock7['doStream']>[0]

export type Major = 5 | 6 | 7

/** One major of the AI SDK. */
export interface Sdk {
  major: Major
  ai: Ai
  /** A model whose n-th call gets the n-th stream. */
  model(streams: (call: number, signal: AbortSignal | undefined) => ReadableStream<StreamPart>): Mock7
}

export const sdks: readonly Sdk[] = [
  {
    major: 7,
    ai: ai7,
    model: (streams) => {
      let call = 0
      return new test7.MockLanguageModelV4({
        doStream: async ({ abortSignal }) => ({ stream: streams(call++, abortSignal) }),
      })
    },
  },
  {
    major: 6,
    ai: ai6 as unknown as Ai,
    model: (streams) => {
      let call = 0
      const doStream = async ({ abortSignal }: Call) => ({
        stream: mapped(streams(call++, abortSignal), withPlainData),
      })
      return new test6.MockLanguageModelV3({ doStream: doStream as never }) as unknown as Mock7
    },
  },
  {
    major: 5,
    ai: ai5 as unknown as Ai,
    model: (streams) => {
      let call = 0
      const doStream = async ({ abortSignal }: Call) => ({
        stream: mapped(streams(call++, abortSignal), (part) => withFlatFinish(withPlainData(part))),
      })
      return new test5.MockLanguageModelV2({ doStream: doStream as never }) as unknown as Mock7
    },
  },
]

const mapped = <T>(stream: ReadableStream<T>, map: (part: T) => unknown) =>
  stream.pipeThrough(new TransformStream({ transform: (part, controller) => controller.enqueue(map(part)) }))

/** Before major 7, the content of a file is a string. */
const withPlainData = (part: StreamPart): object =>
  part.type === 'file' && part.data.type === 'data' ? { ...part, data: part.data.data } : part

type Finish = Extract<StreamPart, { type: 'finish' }>

/** In major 5, usage and reason of a finish are flat. */
const withFlatFinish = (part: object): object =>
  'type' in part && part.type === 'finish'
    ? {
        ...part,
        finishReason: (part as Finish).finishReason.unified,
        usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
      }
    : part
