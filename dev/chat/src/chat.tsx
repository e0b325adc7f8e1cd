import type { Conversation } from '@parley/client'
import { useEffect, useRef, useState } from 'react'
import { ChatHeader } from './chat-header.tsx'
import { Composer } from './composer.tsx'
import { EmptyChat } from './empty-chat.tsx'
import { MessageView } from './message-view.tsx'
import { parley } from './parley.ts'
import { Problem } from './problem.tsx'
import { navigate } from './router.tsx'
import { useConversations } from './use-conversations.tsx'
import { useFollowedEnd } from './use-followed-end.ts'
import { useStoredChat } from './use-stored-chat.ts'

/** A conversation. @param props.isNew nothing has been saved under this id yet */
export function Chat({ id, isNew }: { id: string; isNew: boolean }) {
  const { reload: reloadList } = useConversations()
  const [conversation, setConversation] = useState<Conversation>()
  const readHeader = () => void parley.conversations.get(id).then(setConversation, () => {})
  const chat = useStoredChat(id, isNew, () => {
    readHeader()
    reloadList()
  })
  const { messages, status, stop, isLoading } = chat
  const isAnswering = status === 'submitted' || status === 'streaming'
  const end = useFollowedEnd(messages)

  const [wasNew] = useState(isNew)
  const firstLook = useRef(readHeader)
  useEffect(() => {
    if (!wasNew) firstLook.current()
  }, [wasNew])
  const title = conversation?.title ?? (messages.length > 0 ? 'Conversation' : 'New chat')
  useEffect(() => void (document.title = `${title} · Parley`), [title])

  const ask = (text: string, messageId?: string) => {
    if (isNew) navigate(`/chat/${encodeURIComponent(id)}`, { replace: true })
    void chat.sendMessage({ text, ...(messageId !== undefined && { messageId }) })
  }

  return (
    <div className="chat">
      <ChatHeader title={title} conversation={conversation} onChanged={setConversation} />
      <div className="messages">
        {isLoading && messages.length === 0 && <LoadingMessages />}
        {!isLoading && messages.length === 0 && <EmptyChat exists={chat.exists} onAsk={ask} />}
        <ol aria-label="Messages">
          {messages.map((message, index) => (
            <MessageView
              key={message.id}
              message={message}
              branch={chat.branches.get(message.id)}
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
        <Problem error={chat.storageError} onRetry={chat.reload} />
        <div ref={end} />
      </div>
      <p className="visually-hidden" role="status">
        {isAnswering ? 'An answer is being written.' : ''}
      </p>
      <Composer isAnswering={isAnswering} isDisabled={isLoading} onSend={ask} onStop={() => void stop()} />
    </div>
  )
}

const LoadingMessages = () => (
  <div className="skeleton messages-skeleton" role="status" aria-label="Loading the conversation">
    <i />
    <i />
    <i />
  </div>
)
