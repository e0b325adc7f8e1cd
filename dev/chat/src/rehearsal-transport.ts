import type { Parley } from '@parley/client'
import type { ChatTransport, UIMessageChunk } from 'ai'
import type { ChatMessage } from './parley.ts'
import { rehearse } from './rehearsal.ts'

const BUDGET_TOKENS = 2000
/** About as fast as a model writes. */
const WORD_MS = 15

/**
 * Answers without a model: saves the question, asks Parley for its context, and streams the passages that fit best, as a server of
 * yours would stream an answer. Replace it by `DefaultChatTransport` and a route that asks your model with the same context.
 */
export function createRehearsalTransport(parley: Parley<ChatMessage>): ChatTransport<ChatMessage> {
  return {
    async sendMessages({ chatId, messages, abortSignal: signal }) {
      await parley.saveChat(chatId, messages, { signal })
      const query = textOf(messages.at(-1))
      const context = await parley.context({ conversationId: chatId, query, budgetTokens: BUDGET_TOKENS }, { signal })
      return streamOf(rehearse({ chatId, query, context }), signal)
    },
    // What this page streams ends with it.
    reconnectToStream: async () => null,
  }
}

const textOf = (message?: ChatMessage): string =>
  message?.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n') ?? ''

function streamOf(answer: ReturnType<typeof rehearse>, signal?: AbortSignal): ReadableStream<UIMessageChunk> {
  const chunks = chunksOf(answer)
  return new ReadableStream<UIMessageChunk>({
    async pull(controller) {
      const { value, done } = chunks.next()
      if (done || signal?.aborted) return controller.close()
      if (value.type === 'text-delta') await new Promise((resolve) => setTimeout(resolve, WORD_MS))
      controller.enqueue(value)
    },
  })
}

function* chunksOf({ text, sources }: ReturnType<typeof rehearse>): Generator<UIMessageChunk, void> {
  yield { type: 'start', messageMetadata: { rehearsal: true } }
  yield { type: 'text-start', id: 'answer' }
  for (const delta of text.match(/\s*\S+/g) ?? []) yield { type: 'text-delta', id: 'answer', delta }
  yield { type: 'text-end', id: 'answer' }
  for (const source of sources) yield source
  yield { type: 'finish' }
}
