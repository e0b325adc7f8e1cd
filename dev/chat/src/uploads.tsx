import { Icon } from './icons.tsx'
import { Problem } from './problem.tsx'
import { type Upload, useDocuments } from './use-documents.tsx'

const WORDS: Record<Upload['state'], string> = {
  sending: 'Sending',
  embedding: 'Embedding',
  ready: 'Ready',
  failed: 'Failed',
}

const ALL = ['sending', 'embedding', 'ready', 'failed'] as const

/** The files that were added on this page, and how far each is. */
export function Uploads({ only = ALL }: { only?: readonly Upload['state'][] }) {
  const { uploads: all, dismiss } = useDocuments()
  const uploads = all.filter(({ state }) => only.includes(state))
  if (uploads.length === 0) return null
  return (
    <ul className="uploads" aria-label="Added documents" aria-live="polite">
      {uploads.map(({ name, state, document, error }) => (
        <li key={name} className={state}>
          <span className="clip">{document?.title ?? name}</span>
          <span className={`pill ${state}`}>{WORDS[state]}</span>
          {error !== undefined && <Problem error={error} />}
          {document?.status === 'failed' && <span className="small">{document.lastError}</span>}
          {(state === 'ready' || state === 'failed') && (
            <button type="button" className="icon-button" aria-label={`Dismiss ${name}`} onClick={() => dismiss(name)}>
              <Icon name="close" />
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}
