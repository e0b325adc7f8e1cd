import type { Conversation, DocumentHit, MessageHit, SearchRequest, SearchResults } from '@parley/client'
import { type FormEvent, useId } from 'react'
import { formatDate } from './format.ts'
import { Highlight } from './highlight.tsx'
import { Icon } from './icons.tsx'
import { documentHref, messageHref } from './addresses.ts'
import { Page } from './page.tsx'
import { Problem } from './problem.tsx'
import { Link, navigate, useLocation } from './router.tsx'
import { Skeleton } from './skeleton.tsx'
import { ScoreParts } from './scoring.tsx'
import { useConversations } from './use-conversations.tsx'
import { useSearch } from './use-search.ts'

const MODES = { hybrid: 'Words and meaning', keyword: 'Words', semantic: 'Meaning' } as const
const SOURCES = { all: 'Everything', document: 'Documents', message: 'Messages' } as const
const PAGE = 10

/** Search over documents and messages. What is searched for is in the address, so that it can be shared and gone back to. */
export function SearchPage() {
  const { searchParams } = useLocation()
  const query = searchParams.get('q') ?? ''
  const mode = oneOf(MODES, searchParams.get('mode'), 'hybrid')
  const source = oneOf(SOURCES, searchParams.get('in'), 'all')

  return (
    <Page title="Search" intro="Finds passages of your documents and messages, by their words and by their meaning.">
      <form className="search-form" role="search" onSubmit={search}>
        <input
          key={query}
          type="search"
          name="q"
          aria-label="Search for"
          placeholder="Search for …"
          defaultValue={query}
          required
        />
        <Choice name="mode" label="By" options={MODES} value={mode} />
        <Choice name="in" label="In" options={SOURCES} value={source} />
        <button type="submit" className="primary">
          <Icon name="search" /> Search
        </button>
      </form>
      {query && <Results key={`${mode} ${source} ${query}`} query={query} mode={mode} source={source} />}
    </Page>
  )
}

function search(event: FormEvent<HTMLFormElement>): void {
  event.preventDefault()
  const form = new FormData(event.currentTarget)
  const next = new URLSearchParams(
    [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
  navigate(`/search?${next}`)
}

function oneOf<T extends object>(options: T, value: string | null, fallback: keyof T): keyof T {
  return value !== null && Object.hasOwn(options, value) ? (value as keyof T) : fallback
}

function Choice({
  name,
  label,
  options,
  value,
}: {
  name: string
  label: string
  options: Record<string, string>
  value: string
}) {
  const id = useId()
  return (
    <div className="choice">
      <label htmlFor={id}>{label}</label>
      <select key={value} id={id} name={name} defaultValue={value}>
        {Object.entries(options).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

interface ResultsProps {
  query: string
  mode: keyof typeof MODES
  source: keyof typeof SOURCES
}

function Results({ query, mode, source }: ResultsProps) {
  const request: SearchRequest = { query, mode, limit: PAGE, ...(source !== 'all' && { sources: [source] }) }
  const { hits, summary, hasMore, more, error, retry } = useSearch(request)
  if (!hits || !summary) {
    return error === undefined ? <Skeleton label="Searching" /> : <Problem error={error} onRetry={retry} />
  }
  const bestRank = Math.max(...hits.map(({ scoring }) => scoring.keywordRank ?? 0), Number.MIN_VALUE)
  return (
    <>
      <p className="muted small" role="status">
        {summaryOf(summary, hits.length)}
      </p>
      <ol className="cards" aria-label="Hits">
        {hits.map((hit) => (
          <Hit key={`${hit.source} ${hit.id}`} hit={hit} bestRank={bestRank} />
        ))}
      </ol>
      <Problem error={error} onRetry={retry} />
      {hasMore && (
        <button type="button" onClick={more}>
          Show more
        </button>
      )}
    </>
  )
}

function summaryOf(
  { degraded, recall, pendingEmbeddings, belowThreshold, nextCursor }: SearchResults,
  shown: number,
): string {
  const parts = [
    shown === 0
      ? 'Nothing was found. Try other words, or search by meaning.'
      : `${shown}${nextCursor === null ? '' : ' or more'} ${shown === 1 ? 'hit' : 'hits'}.`,
    recall === 'exact' ? 'All texts were compared.' : 'The nearest texts were compared.',
    ...(belowThreshold > 0 ? [`${belowThreshold} less similar texts were left out.`] : []),
    ...(pendingEmbeddings > 0 ? [`${pendingEmbeddings} texts are still being embedded.`] : []),
    ...(degraded ? ['The query could not be embedded, so these were found by their words.'] : []),
  ]
  return parts.join(' ')
}

function Hit({ hit, bestRank }: { hit: MessageHit | DocumentHit; bestRank: number }) {
  const { items } = useConversations()
  const { title, href } = placeOf(hit, items)
  return (
    <li className="card hit">
      <p className="where">
        <Icon name={hit.source === 'document' ? 'file' : 'logo'} />
        <Link className="clip" href={href}>
          {title}
        </Link>
        <span className="muted small">{formatDate(hit.createdAt)}</span>
      </p>
      <p className="passage">{hit.highlight === null ? excerpt(hit.content) : <Highlight html={hit.highlight} />}</p>
      {hit.copies > 1 && <p className="muted small">The same text is there {hit.copies} times.</p>}
      <ScoreParts score={hit.score} scoring={hit.scoring} bestRank={bestRank} />
    </li>
  )
}

const AUTHORS: Record<MessageHit['role'], string> = {
  user: 'Your question',
  assistant: 'An answer',
  system: 'A system message',
  tool: 'A result of a tool',
}

function placeOf(
  hit: MessageHit | DocumentHit,
  conversations: readonly Conversation[] = [],
): { title: string; href: string } {
  if (hit.source === 'message') {
    const title = conversations.find(({ id }) => id === hit.conversationId)?.title
    const author = AUTHORS[hit.role]
    return {
      title: title ? `${author} in “${title}”` : author,
      href: messageHref(hit.conversationId, hit.id),
    }
  }
  return {
    title: [hit.title, ...hit.headings.filter((heading) => heading !== hit.title)].join(' › '),
    href: documentHref(hit.documentId, hit),
  }
}

const LONGEST = 300
const excerpt = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text)
