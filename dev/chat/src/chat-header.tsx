import type { Conversation } from '@parley/client'
import { chatHref } from './addresses.ts'
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
  // After `done` the focus is back on the button that was pressed.
  const [renaming, setRenaming] = useState<'no' | 'yes' | 'done'>('no')
  const isRenaming = renaming === 'yes'

  const change = (change: { title: string } | { pinned: boolean }) => {
    if (!conversation) return
    setError(undefined)
    update(conversation.id, change).then(() => onChanged({ ...conversation, ...change }), setError)
  }
  const rename = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = new FormData(event.currentTarget).get('title')
    setRenaming('done')
    if (typeof text === 'string' && text.trim() && text !== title) change({ title: text.trim() })
  }
  const drop = () => {
    if (!conversation) return
    const { id } = conversation
    setError(undefined)
    const bringBack = () => void restore(id).then(() => navigate(chatHref(id)), setError)
    remove(id)
      .then(() => navigate('/'))
      .then(() => notify({ text: `“${title}” is in the trash.`, undo: bringBack }))
      .catch(setError)
  }

  return (
    <header className="chat-header">
      {isRenaming ? (
        <form onSubmit={rename}>
          <input
            name="title"
            aria-label="Title"
            defaultValue={title}
            maxLength={200}
            onKeyDown={(event) => event.key === 'Escape' && setRenaming('done')}
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
            onClick={() => setRenaming('yes')}
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus={renaming === 'done'}
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
