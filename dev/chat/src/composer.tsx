import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { FileButton } from './file-button.tsx'
import { Icon } from './icons.tsx'
import { Uploads } from './uploads.tsx'
import { useDocuments } from './use-documents.tsx'

interface ComposerProps {
  isAnswering: boolean
  isDisabled: boolean
  onSend: (text: string) => void
  onStop: () => void
}

export function Composer({ isAnswering, isDisabled, onSend, onStop }: ComposerProps) {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const { add, uploads, dismiss } = useDocuments()
  const isEmpty = text.trim() === ''

  useEffect(() => {
    // On a phone it would open the keyboard.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus()
  }, [])

  const send = (event: FormEvent) => {
    event.preventDefault()
    if (isEmpty || isAnswering || isDisabled) return
    onSend(text.trim())
    for (const { name, state } of uploads) if (state === 'ready') dismiss(name)
    setText('')
  }
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event)
  }
  return (
    <div className="composer">
      <Uploads />
      <form onSubmit={send}>
        <FileButton className="icon-button" label="Add documents" onFiles={add}>
          <Icon name="attach" />
        </FileButton>
        <textarea
          ref={field}
          aria-label="Your question"
          placeholder="Ask about your documents"
          rows={1}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={keys}
        />
        {isAnswering ? (
          <button type="button" className="round primary" aria-label="Stop" title="Stop" onClick={onStop}>
            <Icon name="stop" />
          </button>
        ) : (
          <button
            type="submit"
            className="round primary"
            aria-label="Send"
            title="Send"
            disabled={isEmpty || isDisabled}
          >
            <Icon name="send" />
          </button>
        )}
      </form>
      <p className="muted small">Answers are a rehearsal: they quote what was found, and no model is asked.</p>
    </div>
  )
}
