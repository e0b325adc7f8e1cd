import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Sdk, StreamPart, ToolSet, UIMessage, UIMessageChunk } from '../../clients/ai.ts'
import { asJson, type Client } from './parley.ts'

/** An app with one route, which is what the transport of `useChat` posts to. */
export interface App {
  /** The route. */
  api: string
  /** What the model streams in its next calls, one after the other. A call without an end goes on until it is stopped. */
  next(...calls: (readonly StreamPart[])[]): void
  /** Waits until everything that was begun is stored; rejects where something was not. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface AppOptions {
  sdk: Sdk
  client: Client
  tools?: ToolSet
}

export async function startApp({ sdk, client, tools }: AppOptions): Promise<App> {
  const { ai } = sdk
  const calls: (readonly StreamPart[])[] = []
  const model = sdk.model((_, signal) => streamOf(calls.shift() ?? [], signal))
  const pending: Promise<void>[] = []
  const failures: unknown[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { id: chat, messages } = (await json(request)) as { id: string; messages: UIMessage[] }
    await client.put(chat, messages)
    const stop = new AbortController()
    response.once('close', () => stop.abort())
    const result = ai.streamText({
      model,
      messages: await ai.convertToModelMessages(messages, tools ? { tools } : {}),
      ...(tools && { tools }),
      stopWhen: ai.stepCountIs(5),
      abortSignal: stop.signal,
      onError: () => {},
    })
    const [toPage, toStore] = result.toUIMessageStream({ originalMessages: messages, generateMessageId }).tee()
    const stored = store(chat, messages, toStore)
    // As with `onFinish`: the page may send again once the answer is stored.
    const stream = toPage.pipeThrough(new TransformStream({ flush: () => stored }))
    await Promise.all([ai.pipeUIMessageStreamToResponse({ response, stream }), stored])
  }

  /** Keeps what there is of the answer: a row by PUT, then PATCHes, then its end. */
  async function store(chat: string, messages: UIMessage[], stream: ReadableStream<UIMessageChunk>): Promise<void> {
    const before = messages.at(-1)?.role === 'assistant' ? messages.slice(0, -1) : messages
    const last = messages.at(-1)
    const message = last?.role === 'assistant' ? structuredClone(last) : undefined
    let row: string | undefined
    let stopped = false
    const watched = stream.pipeThrough(
      new TransformStream<UIMessageChunk, UIMessageChunk>({
        transform(chunk, controller) {
          stopped ||= chunk.type === 'abort'
          controller.enqueue(chunk)
        },
      }),
    )
    for await (const snapshot of ai.readUIMessageStream({ stream: watched, ...(message && { message }) })) {
      const { id: _id, role: _role, ...rest } = asJson(snapshot)
      if (row === undefined) {
        const saved = await client.put(chat, [...before, { ...asJson(snapshot), status: 'in_progress' }])
        row = saved.at(-1)?.id ?? ''
      } else {
        await client.patch(chat, row, { ...rest, status: 'in_progress' })
      }
    }
    if (row !== undefined) await client.patch(chat, row, { status: stopped ? 'stopped' : 'complete' })
  }

  const server = createServer((request, response) => {
    pending.push(
      answer(request, response).catch((error: unknown) => {
        failures.push(error)
        response.destroy()
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    api: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/api/chat`,
    next: (...more) => void calls.push(...more),
    async settled() {
      await Promise.all(pending)
      const [failure] = failures.splice(0)
      if (failure !== undefined) throw failure
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const generateMessageId = () => `answer-${crypto.randomUUID()}`

/** Without a finish it stays open until it is stopped. */
function streamOf(parts: readonly StreamPart[], signal: AbortSignal | undefined): ReadableStream<StreamPart> {
  let index = 0
  return new ReadableStream({
    start(controller) {
      signal?.addEventListener('abort', () => controller.error(signal.reason))
    },
    pull(controller) {
      const part = parts[index++]
      if (part) controller.enqueue(part)
      else if (parts.at(-1)?.type === 'finish') controller.close()
      else return new Promise<void>(() => {})
    },
  })
}
