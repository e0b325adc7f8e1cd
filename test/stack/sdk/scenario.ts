import type { Ai, Major, Sdk, StreamPart, ToolSet, UIMessage, UIMessageStreamWriter } from '../../clients/ai.ts'

/** What a model does and an app makes of it: told once, run with each major. */
export interface Scenario {
  name: string
  /** Those that know what it is about; by default all. */
  majors?: readonly Major[]
  /** Those that refuse their own message once it has been JSON, so that no store could help. */
  refusedAsJson?: readonly Major[]
  /** The chat before the answer; by default one question. */
  messages?: readonly UIMessage[]
  /** What the model streams in each of its calls. */
  calls: readonly (readonly StreamPart[])[]
  tools?: (ai: Ai) => ToolSet
  /** Other options of `streamText`. */
  options?: object
  /** Of the answer, while it starts and when it finishes. */
  messageMetadata?: (event: { part: { type: string } }) => object | undefined
  /** What the app itself puts into the stream before the model's. */
  write?: (writer: UIMessageStreamWriter) => void
  /** What the user does with a tool that asks, after which the model goes on. */
  approve?: { approved: boolean; reason?: string }
}

export interface RunOptions {
  /** The user stops after so many parts of what the model streams. */
  stopAfter?: number
}

export interface Run {
  /** The chat before the answer. */
  history: UIMessage[]
  /** The answer, each time that something was added to it. */
  snapshots: UIMessage[]
  tools: ToolSet | undefined
  /** Whether the user stopped before the model was done. */
  stopped: boolean
}

export const question: UIMessage = {
  id: 'msg-question',
  role: 'user',
  parts: [{ type: 'text', text: 'What is the weather in Lisbon?' }],
}

/** Runs it as an app does: `streamText`, its UI messages over a wire, and on the other side `readUIMessageStream`. */
export async function runScenario(sdk: Sdk, scenario: Scenario, { stopAfter }: RunOptions = {}): Promise<Run> {
  const { ai } = sdk
  const tools = scenario.tools?.(ai)
  const history = [...(scenario.messages ?? [question])]
  const stop = new AbortController()
  let streamed = 0
  const model = sdk.model((call) => {
    const parts = scenario.calls[call] ?? []
    let index = 0
    return new ReadableStream<StreamPart>(
      {
        async pull(controller) {
          const part = parts[index++]
          if (part === undefined) return controller.close()
          if (streamed++ !== stopAfter) return controller.enqueue(part)
          // What was sent before arrives before.
          await new Promise((resolve) => setImmediate(resolve))
          stop.abort()
          controller.error(new DOMException('This operation was aborted', 'AbortError'))
        },
      },
      { highWaterMark: 0 },
    )
  })

  const snapshots: UIMessage[] = []
  const answer = async (messages: UIMessage[], message?: UIMessage) => {
    const stream = ai.createUIMessageStream({
      originalMessages: messages,
      generateId: () => 'msg-answer',
      async execute({ writer }) {
        const write = message ? undefined : scenario.write
        if (write) {
          writer.write({ type: 'start', messageId: 'msg-answer' })
          write(writer)
        }
        const result = ai.streamText({
          model,
          messages: await ai.convertToModelMessages(messages, {
            ...(tools && { tools }),
            ignoreIncompleteToolCalls: true,
          }),
          ...(tools && { tools }),
          stopWhen: ai.stepCountIs(5),
          maxRetries: 0,
          abortSignal: stop.signal,
          onError: () => {},
          ...scenario.options,
        })
        writer.merge(
          result.toUIMessageStream({
            originalMessages: messages,
            generateMessageId: () => 'msg-answer',
            sendSources: true,
            sendStart: !write,
            ...(scenario.messageMetadata && { messageMetadata: scenario.messageMetadata }),
          }),
        )
      },
    })
    const wire = stream.pipeThrough(
      new TransformStream({
        transform: (chunk, controller) => controller.enqueue(JSON.parse(JSON.stringify(chunk)) as typeof chunk),
      }),
    )
    const options = { stream: wire, onError: () => {}, ...(message && { message }) }
    for await (const snapshot of ai.readUIMessageStream(options)) snapshots.push(snapshot)
  }

  await answer(history)
  const asked = snapshots.at(-1)
  const { approve } = scenario
  if (approve && asked && asked.parts.some(waits)) {
    const message = { ...asked, parts: asked.parts.map((part) => (waits(part) ? respond(part, approve) : part)) }
    snapshots.push(message as UIMessage)
    await answer([...history, message as UIMessage], structuredClone(message) as UIMessage)
  }
  return { history, snapshots, tools, stopped: stop.signal.aborted }
}

type Part = UIMessage['parts'][number]

const waits = (part: Part): boolean => 'state' in part && part.state === 'approval-requested'

/** As `addToolApprovalResponse` of the SDK's `Chat` does. */
const respond = (part: Part, approve: NonNullable<Scenario['approve']>) => ({
  ...part,
  state: 'approval-responded',
  approval: { ...('approval' in part ? part.approval : {}), ...approve },
})
