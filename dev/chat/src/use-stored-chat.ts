import type { Branch, LoadedChat } from '@parley/client'
import { type UseChatHelpers, useChat } from '@ai-sdk/react'
import { useCallback, useEffect, useState } from 'react'
import { type ChatMessage, parley } from './parley.ts'
import { createRehearsalTransport } from './rehearsal-transport.ts'

interface StoredChat extends Pick<
  UseChatHelpers<ChatMessage>,
  'messages' | 'status' | 'stop' | 'sendMessage' | 'regenerate'
> {
  /** By the id of a message that has siblings. */
  branches: ReadonlyMap<string, Branch>
  /** Shows another branch, on every device. */
  switchBranch: (leafId: string) => Promise<void>
  isLoading: boolean
  /** False where nothing has been saved under this id. */
  exists: boolean
  /** Why the answer did not come. */
  answerError: Error | undefined
  /** Why the conversation could not be read or written. */
  storageError: unknown
  /** Does again what failed. */
  retryStorage: () => void
}

const transport = createRehearsalTransport(parley)

/** `useChat` with its messages and branches kept in Parley. @param onSaved told when the conversation has changed there */
export function useStoredChat(id: string, isNew: boolean, onSaved: () => void): StoredChat {
  const [branches, setBranches] = useState<ReadonlyMap<string, Branch>>(new Map())
  const [exists, setExists] = useState(true)
  const [isLoading, setIsLoading] = useState(!isNew)
  const [storageFailure, setStorageFailure] = useState<{ error: unknown; work: () => Promise<void> }>()

  const chat = useChat<ChatMessage>({
    id,
    transport,
    generateId: () => crypto.randomUUID(),
    onFinish: ({ messages, isAbort, isError }) => {
      if (!isError) void attempt(() => save(isAbort ? markStopped(messages) : messages, isAbort))
    },
  })
  const { setMessages } = chat

  const attempt = useCallback(
    (work: () => Promise<void>): Promise<void> =>
      work().then(
        () => setStorageFailure(undefined),
        (error: unknown) => setStorageFailure({ error, work }),
      ),
    [],
  )
  const show = useCallback(
    (loaded: LoadedChat<ChatMessage>) => {
      setMessages(loaded.messages)
      setBranches(loaded.branches)
      setExists(loaded.exists)
      setIsLoading(false)
    },
    [setMessages],
  )
  async function save(messages: ChatMessage[], isStopped: boolean): Promise<void> {
    const { ids } = await parley.saveChat(id, messages, { status: isStopped ? 'stopped' : undefined })
    const { branches } = await parley.loadChat(id)
    const saved = new Map(
      messages.map((message) => [message.id, { ...message, id: ids.get(message.id) ?? message.id }]),
    )
    // The next question may be there already.
    setMessages((current) => current.map((message) => saved.get(message.id) ?? message))
    setBranches(branches)
    onSaved()
  }

  // A draft has nothing to read, and keeps its messages when it is saved.
  const [wasNew] = useState(isNew)
  useEffect(() => {
    if (wasNew) return
    const controller = new AbortController()
    const { signal } = controller
    const load = async () => {
      try {
        show(await parley.loadChat(id, { signal }))
      } catch (error) {
        if (signal.aborted) return
        setIsLoading(false)
        throw error
      }
    }
    void attempt(load)
    return () => controller.abort()
  }, [id, wasNew, attempt, show])

  return {
    messages: chat.messages,
    status: chat.status,
    stop: chat.stop,
    sendMessage: chat.sendMessage,
    regenerate: chat.regenerate,
    branches,
    switchBranch: (leafId) => attempt(async () => show(await parley.switchBranch(id, leafId))),
    isLoading,
    exists,
    answerError: chat.error,
    storageError: storageFailure?.error,
    retryStorage: () => void (storageFailure && attempt(storageFailure.work)),
  }
}

/** `loadChat` returns no status: the metadata keeps it for later page loads. */
const markStopped = (messages: ChatMessage[]): ChatMessage[] =>
  messages.map((message, index) =>
    index === messages.length - 1 && message.role === 'assistant'
      ? { ...message, metadata: { ...message.metadata, stopped: true } }
      : message,
  )
