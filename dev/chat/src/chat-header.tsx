import type { Conversation } from '@parley/client'
import { type FormEvent, useState } from 'react'
import { Icon } from './icons.tsx'
import { useNotice } from './notice.tsx'
import { Problem } from './problem.tsx'
import { navigate } from './router.tsx'
import { useConversations } from './use-conversations.tsx'

interface HeaderProps {
  title: string
  /** Undefined until it is saved. */
  conversation: Conversation | undefined
  onChanged: (conversation: Conversation) => void
}

/** Title, pin and delete. */
export function ChatHeader({ title, conversation, onChanged }: HeaderProps) {
  const { update, remove, restore } = useConversations()
  const notify = useNotice()
  const [error, setError] = useState<unknown>()
  const [isRenaming, setIsRenaming] = useState(false)

  const change = (change: { title: string } | { pinned: boolean }) => {
    if (!conversation) return
    setError(undefined)
    update(conversation.id, change).then(() => onChanged({ ...conversation, ...change }), setError)
  }
  const rename = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget).get('title')).trim()
    setIsRenaming(false)
    if (text && text !== title) change({ title: text })
  }
  const drop = () => {
    if (!conversation) return
    const { id } = conversation
    setError(undefined)
    remove(id).then(() => {
      navigate('/')
      notify({
        text: `“${title}” is in the trash.`,
        undo: () => void restore(id).then(() => navigate(`/chat/${encodeURIComponent(id)}`)),
      })
    }, setError)
  }

  return (
    <header className="chat-header">
      {isRenaming ? (
        <form onSubmit={rename} onKeyDown={(event) => event.key === 'Escape' && setIsRenaming(false)}>
          <input
            name="title"
            aria-label="Title"
            defaultValue={title}
            maxLength={200}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the field has taken the place of the button that was pressed
            autoFocus
          />
          <button type="submit">Save</button>
        </form>
      ) : (
        <h1 className="clip">{title}</h1>
      )}
      {conversation && !isRenaming && (
        <div className="tools">
          <button
            type="button"
            className="icon-button"
            aria-label="Rename"
            title="Rename"
            onClick={() => setIsRenaming(true)}
          >
            <Icon name="edit" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label="Pin"
            title={conversation.pinned ? 'Unpin' : 'Pin'}
            aria-pressed={conversation.pinned}
            onClick={() => change({ pinned: !conversation.pinned })}
          >
            <Icon name="pin" />
          </button>
          <button type="button" className="icon-button" aria-label="Delete" title="Delete" onClick={drop}>
            <Icon name="trash" />
          </button>
        </div>
      )}
      <Problem error={error} />
    </header>
  )
}
