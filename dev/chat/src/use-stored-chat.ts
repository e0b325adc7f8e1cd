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
  /** Reads the conversation again. */
  reload: () => Promise<void>
}

const transport = createRehearsalTransport(parley)

/** `useChat` with its messages and branches kept in Parley. @param onSaved told when the conversation has changed there */
export function useStoredChat(id: string, isNew: boolean, onSaved: () => void): StoredChat {
  const [branches, setBranches] = useState<ReadonlyMap<string, Branch>>(new Map())
  const [exists, setExists] = useState(true)
  const [isLoading, setIsLoading] = useState(!isNew)
  const [storageError, setStorageError] = useState<unknown>()

  const chat = useChat<ChatMessage>({
    id,
    transport,
    generateId: () => crypto.randomUUID(),
    onFinish: ({ messages, isAbort, isError }) => {
      if (isError) return
      void attempt(async () => {
        await parley.saveChat(id, isAbort ? markStopped(messages) : messages, {
          status: isAbort ? 'stopped' : undefined,
        })
        show(await parley.loadChat(id))
        onSaved()
      })
    },
  })
  const { setMessages } = chat

  const show = useCallback(
    (loaded: LoadedChat<ChatMessage>) => {
      setMessages(loaded.messages)
      setBranches(loaded.branches)
      setExists(loaded.exists)
    },
    [setMessages],
  )
  const attempt = useCallback(
    (work: () => Promise<void>) => work().then(() => setStorageError(undefined), setStorageError),
    [],
  )
  const load = useCallback(
    () => attempt(async () => show(await parley.loadChat(id))).finally(() => setIsLoading(false)),
    [id, show, attempt],
  )
  const reload = () => {
    setIsLoading(true)
    return load()
  }

  // A draft has nothing to read, and keeps its messages when it is saved.
  const [wasNew] = useState(isNew)
  useEffect(() => {
    if (!wasNew) void load()
  }, [wasNew, load])

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
    storageError,
    reload,
  }
}

/** So that a page that loads it later can say so, too. */
const markStopped = (messages: ChatMessage[]): ChatMessage[] =>
  messages.map((message, index) =>
    index === messages.length - 1 && message.role === 'assistant'
      ? { ...message, metadata: { ...message.metadata, stopped: true } }
      : message,
  )
