import type { DocumentItem } from '@parley/client'
import { useState } from 'react'
import { FileButton } from './file-button.tsx'
import { formatDate, formatNumber } from './format.ts'
import { Icon } from './icons.tsx'
import { useNotice } from './notice.tsx'
import { Page } from './page.tsx'
import { Problem } from './problem.tsx'
import { Link } from './router.tsx'
import { Skeleton } from './skeleton.tsx'
import { Uploads } from './uploads.tsx'
import { useDocuments } from './use-documents.tsx'

const UNFINISHED = ['sending', 'failed'] as const
const STATUS: Record<DocumentItem['status'], string> = { pending: 'Embedding', ready: 'Ready', failed: 'Failed' }

export function DocumentsPage() {
  const { items, error, hasMore, more, reload, add } = useDocuments()
  return (
    <Page
      title="Documents"
      intro="Your questions are answered from these. A file with the same name replaces the earlier one."
    >
      <FileButton className="drop-zone" onFiles={add}>
        <Icon name="file" />
        <span>
          <strong>Choose files</strong> or drop them anywhere
        </span>
        <span className="muted small">Markdown or plain text, up to 5 MB each</span>
      </FileButton>
      <Uploads only={UNFINISHED} />
      <Problem error={error} onRetry={reload} />
      {!items && error === undefined && <Skeleton label="Loading documents" />}
      {items?.length === 0 && <p className="muted empty">You have no documents yet.</p>}
      {items && items.length > 0 && (
        <ul className="cards" aria-label="Documents">
          {items.map((item) => (
            <Item key={item.id} item={item} />
          ))}
        </ul>
      )}
      {hasMore && (
        <button type="button" onClick={more}>
          Show more
        </button>
      )}
    </Page>
  )
}

function Item({
  item: { id, title, externalId, chunkCount, status, updatedAt, embeddings, lastError },
}: {
  item: DocumentItem
}) {
  const { remove, restore } = useDocuments()
  const notify = useNotice()
  const [error, setError] = useState<unknown>()
  const drop = () =>
    void remove(id).then(
      () => notify({ text: `“${title}” is in the trash.`, undo: () => void restore(id).catch(setError) }),
      setError,
    )
  return (
    <li className="card document">
      <Link href={`/documents/${id}`}>
        <strong className="clip">{title}</strong>
      </Link>
      <span className={`pill ${status}`}>
        {status === 'pending' ? `Embedding ${embeddings.ready} of ${chunkCount}` : STATUS[status]}
      </span>
      <button type="button" className="icon-button" aria-label={`Delete ${title}`} title="Delete" onClick={drop}>
        <Icon name="trash" />
      </button>
      <p className="muted small">
        {externalId !== null && `${externalId} · `}
        {formatNumber(chunkCount)} {chunkCount === 1 ? 'passage' : 'passages'} · {formatDate(updatedAt)}
      </p>
      {status === 'failed' && <p className="small error-text">{lastError}</p>}
      <Problem error={error} />
    </li>
  )
}
