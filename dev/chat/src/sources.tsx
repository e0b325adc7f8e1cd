import { Icon } from './icons.tsx'
import { sourceAnchor } from './message-text.tsx'
import type { ChatMessage } from './parley.ts'
import type { Cited } from './rehearsal.ts'
import { Link } from './router.tsx'
import { documentHref, messageHref } from './addresses.ts'

/** Where the passages of an answer come from, with a link to each. */
export function Sources({ message }: { message: ChatMessage }) {
  const sources = message.parts.filter((part) => part.type === 'source-document')
  if (sources.length === 0) return null
  return (
    <ul className="sources" aria-label="Sources">
      {sources.map(({ sourceId, title, providerMetadata }) => {
        const cited = providerMetadata?.['parley'] as Cited | undefined
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

const hrefOf = (cited: Cited): string =>
  'conversationId' in cited ? messageHref(cited.conversationId, cited.messageId) : documentHref(cited.documentId, cited)
