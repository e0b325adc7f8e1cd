import type { Conversation } from '@parley/client'
import { useEffect, useRef, useState } from 'react'
import { ChatHeader } from './chat-header.tsx'
import { Composer } from './composer.tsx'
import { EmptyChat } from './empty-chat.tsx'
import { MessageView } from './message-view.tsx'
import { type ChatMessage, parley } from './parley.ts'
import { Problem } from './problem.tsx'
import { useLocation } from './router.tsx'
import { Skeleton } from './skeleton.tsx'
import { useConversations } from './use-conversations.tsx'
import { useFollowedEnd } from './use-followed-end.ts'
import { useStoredChat } from './use-stored-chat.ts'

interface ChatProps {
  id: string
  /** Nothing has been saved under this id yet. */
  isNew: boolean
  /** Told when the first message of a new one is sent. */
  onFirstMessage: () => void
}

/** A conversation. */
export function Chat({ id, isNew, onFirstMessage }: ChatProps) {
  const { reload: reloadList } = useConversations()
  const [conversation, setConversation] = useState<Conversation>()
  const readHeader = () => void parley.conversations.get(id).then(setConversation, () => {})
  const chat = useStoredChat(id, isNew, () => {
    readHeader()
    reloadList()
  })
  const { messages, status, stop, isLoading } = chat
  const isAnswering = status === 'submitted' || status === 'streaming'
  const target = useLocation().searchParams.get('at')
  const end = useFollowedEnd(messages, target)

  const [wasNew] = useState(isNew)
  const firstLook = useRef(readHeader)
  useEffect(() => {
    if (!wasNew) firstLook.current()
  }, [wasNew])
  const title = conversation?.title ?? (messages.length > 0 ? 'Conversation' : 'New chat')
  useEffect(() => void (document.title = `${title} · Parley`), [title])

  const ask = (text: string, messageId?: string) => {
    if (isNew) onFirstMessage()
    if (messageId !== undefined) document.querySelector<HTMLElement>('.composer textarea')?.focus()
    void chat.sendMessage({ text, ...(messageId !== undefined && { messageId }) })
  }

  return (
    <div className="chat">
      <ChatHeader title={title} conversation={conversation} onChanged={setConversation} />
      <div className="messages">
        {isLoading && messages.length === 0 && (
          <Skeleton label="Loading the conversation" className="messages-skeleton" />
        )}
        {!isLoading && messages.length === 0 && <EmptyChat exists={chat.exists} onAsk={ask} />}
        <ol aria-label="Messages">
          {messages.map((message, index) => (
            <MessageView
              key={message.id}
              message={message}
              branch={chat.branches.get(message.id)}
              isTarget={message.id === target}
              isBusy={isAnswering || isLoading}
              isStreaming={isAnswering && index === messages.length - 1}
              onEdit={(text) => ask(text, message.id)}
              onRegenerate={() => void chat.regenerate({ messageId: message.id })}
              onSwitch={(leafId) => void chat.switchBranch(leafId)}
            />
          ))}
        </ol>
        {status === 'submitted' && (
          <p className="thinking muted">
            <i /> Searching your documents …
          </p>
        )}
        <Problem error={chat.answerError} onRetry={() => chat.regenerate()} />
        <Problem error={chat.storageError} onRetry={chat.retryStorage} />
        <div ref={end} />
      </div>
      <p className="visually-hidden" role="status">
        {statusOf(isAnswering, messages)}
      </p>
      <Composer isAnswering={isAnswering} isDisabled={isLoading} onSend={ask} onStop={() => void stop()} />
    </div>
  )
}

/** What is read out. */
function statusOf(isAnswering: boolean, messages: readonly ChatMessage[]): string {
  if (isAnswering) return 'An answer is being written.'
  return messages.at(-1)?.role === 'assistant' ? 'The answer is complete.' : ''
}
