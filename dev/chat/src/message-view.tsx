import type { Branch } from '@parley/client'
import { useState } from 'react'
import { BranchSwitch } from './branch-switch.tsx'
import { EditMessage } from './edit-message.tsx'
import { Icon } from './icons.tsx'
import { MessageText } from './message-text.tsx'
import { useNotice } from './notice.tsx'
import type { ChatMessage } from './parley.ts'
import { Sources } from './sources.tsx'

interface MessageProps {
  message: ChatMessage
  branch: Branch | undefined
  /** The address leads to it. */
  isTarget: boolean
  /** An answer is being written, or the conversation is being read. */
  isBusy: boolean
  isStreaming: boolean
  onEdit: (text: string) => void
  onRegenerate: () => void
  onSwitch: (leafId: string) => void
}

const RASTER = /^data:image\/(png|jpeg|gif|webp|avif);base64,/i

export function MessageView({
  message,
  branch,
  isTarget,
  isBusy,
  isStreaming,
  onEdit,
  onRegenerate,
  onSwitch,
}: MessageProps) {
  const { role, parts, metadata } = message
  // After `cancelled` the focus is back on the button that was pressed.
  const [editing, setEditing] = useState<'no' | 'yes' | 'cancelled'>('no')
  const notify = useNotice()
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
  const isUser = role === 'user'
  const copy = () =>
    void navigator.clipboard.writeText(text).then(
      () => notify({ text: 'Copied.' }),
      () => notify({ text: 'The browser does not let this page copy.' }),
    )

  if (editing === 'yes') {
    const save = (text: string) => {
      setEditing('no')
      onEdit(text)
    }
    return (
      <li className="message user">
        <EditMessage text={text} onCancel={() => setEditing('cancelled')} onSave={save} />
      </li>
    )
  }
  return (
    <li className={`message ${role}${isTarget ? ' target' : ''}`} id={message.id} aria-busy={isStreaming && !isUser}>
      <p className="author">
        {isUser ? (
          <span className="visually-hidden">You</span>
        ) : (
          <span>{role === 'assistant' ? 'Parley' : 'System'}</span>
        )}
        {metadata?.rehearsal === true && (
          <span className="badge" title="It quotes what was found. No model was asked.">
            Rehearsal
          </span>
        )}
        {metadata?.stopped === true && <span className="badge">Stopped</span>}
      </p>
      <div className="body">
        {parts.map((part, index) => {
          // Parts have no ids, and a message only gets more of them.
          const key = `${part.type} ${index}`
          if (part.type === 'text') return <MessageText key={key} text={part.text} messageId={message.id} />
          if (part.type === 'reasoning')
            return (
              <p key={key} className="muted">
                {part.text}
              </p>
            )
          if (part.type === 'file' && RASTER.test(part.url)) {
            return <img key={key} src={part.url} alt={part.filename ?? 'Attached picture'} />
          }
          if (part.type === 'file')
            return (
              <p key={key} className="muted">
                {part.filename ?? part.mediaType}
              </p>
            )
          return null
        })}
      </div>
      <Sources message={message} />
      <div className="tools">
        {branch && <BranchSwitch branch={branch} isDisabled={isBusy} onSwitch={onSwitch} />}
        {text !== '' && !isStreaming && (
          <button type="button" className="icon-button" aria-label="Copy" title="Copy" onClick={copy}>
            <Icon name="copy" />
          </button>
        )}
        {isUser && (
          <button
            type="button"
            className="icon-button"
            aria-label="Edit"
            title="Edit"
            disabled={isBusy}
            onClick={() => setEditing('yes')}
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus={editing === 'cancelled'}
          >
            <Icon name="edit" />
          </button>
        )}
        {role === 'assistant' && !isStreaming && (
          <button
            type="button"
            className="icon-button"
            aria-label="Answer again"
            title="Answer again"
            disabled={isBusy}
            onClick={onRegenerate}
          >
            <Icon name="again" />
          </button>
        )}
      </div>
    </li>
  )
}
