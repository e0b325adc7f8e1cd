import { FileButton } from './file-button.tsx'
import { Icon } from './icons.tsx'
import { Link } from './router.tsx'
import { useDocuments } from './use-documents.tsx'

/** @param props.exists false where an address leads to nothing */
export function EmptyChat({ exists, onAsk }: { exists: boolean; onAsk: (text: string) => void }) {
  const { items, add } = useDocuments()
  const ready = items?.find(({ status }) => status === 'ready')
  if (!exists) {
    return (
      <div className="empty-chat">
        <h2>Conversation not found</h2>
        <p className="muted">The conversation was deleted, or it belongs to someone else.</p>
        <Link className="button primary" href="/">
          Start a new chat
        </Link>
      </div>
    )
  }
  return (
    <div className="empty-chat">
      <h2>{ready ? 'What would you like to know?' : 'Start with a document'}</h2>
      <p className="muted">
        {ready
          ? `Ask about “${ready.title}”${(items?.length ?? 0) > 1 ? ' or your other documents' : ''}, or add more.`
          : 'Drop a text or Markdown file anywhere on this page, then ask about it.'}
      </p>
      <FileButton className="drop-zone" onFiles={add}>
        <Icon name="file" />
        <span>
          <strong>Choose a file</strong> or drop it here
        </span>
        <span className="muted small">Markdown or plain text, up to 5 MB</span>
      </FileButton>
      {ready && (
        <button type="button" className="suggestion" onClick={() => onAsk(`What does “${ready.title}” say?`)}>
          What does “{ready.title}” say?
        </button>
      )}
    </div>
  )
}
