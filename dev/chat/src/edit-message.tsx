import { type FormEvent, type KeyboardEvent, useState } from 'react'

interface EditProps {
  text: string
  onSave: (text: string) => void
  onCancel: () => void
}

/** Edits a question. The earlier version stays, as another branch. */
export function EditMessage({ text, onSave, onCancel }: EditProps) {
  const [value, setValue] = useState(text)
  const isChanged = value.trim() !== '' && value !== text
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (isChanged) onSave(value.trim())
  }
  const keys = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') onCancel()
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) save(event)
  }
  return (
    <form className="edit" onSubmit={save}>
      <textarea
        aria-label="Edit the question"
        value={value}
        rows={Math.min(8, value.split('\n').length + 1)}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={keys}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the field has taken the place of the button that was pressed
        autoFocus
      />
      <div className="tools">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="primary" disabled={!isChanged}>
          Ask
        </button>
      </div>
    </form>
  )
}
