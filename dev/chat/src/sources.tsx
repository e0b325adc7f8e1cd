import { Icon } from './icons.tsx'
import { sourceAnchor } from './message-text.tsx'
import type { ChatMessage } from './parley.ts'
import type { Cited } from './rehearsal.ts'
import { Link } from './router.tsx'

/** Where the passages of an answer come from, with a link to each. */
export function Sources({ message }: { message: ChatMessage }) {
  const sources = message.parts.filter((part) => part.type === 'source-document')
  if (sources.length === 0) return null
  return (
    <ul className="sources" aria-label="Sources">
      {sources.map(({ sourceId, title, providerMetadata }) => {
        const cited = providerMetadata?.['parley'] as Partial<Cited> | undefined
        return (
          <li key={sourceId} id={sourceAnchor(message.id, sourceId)}>
            <Link href={cited ? hrefOf(cited) : '#'}>
              <span className="citation">{sourceId}</span>
              <Icon name={cited && 'conversationId' in cited ? 'logo' : 'file'} />
              <span className="clip">{title}</span>
            </Link>
          </li>
        )
      })}
    </ul>
  )
}

function hrefOf(cited: Partial<Cited>): string {
  if ('conversationId' in cited) return `/chat/${encodeURIComponent(String(cited.conversationId))}`
  const { documentId, start, end } = cited as Partial<Extract<Cited, { documentId: string }>>
  return `/documents/${encodeURIComponent(String(documentId))}?from=${Number(start)}&to=${Number(end)}`
}
