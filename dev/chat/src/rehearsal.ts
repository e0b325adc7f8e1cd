import type { Context } from '@parley/client'
import type { SourceDocumentUIPart } from 'ai'

const MOST_PASSAGES = 3
const MOST_MESSAGES = 2
/** Of the best one's score: what is below is about something else. */
const LEAST_SCORE = 0.5
const LONGEST_QUOTE = 600

const NOTHING =
  'Nothing that you have stored says anything about this. Drop a text or Markdown file anywhere on this page, wait until it is ready, and ask again.'

interface Rehearsal {
  text: string
  sources: SourceDocumentUIPart[]
}

/** What a citation leads to: the passage of a document, or a message. */
export type Cited = { documentId: string; start: number; end: number; headings: string[] } | { conversationId: string }

/** An answer that only quotes what `POST /v1/context` found, and says so. */
export function rehearse({ query, context }: { query: string; context: Context }): Rehearsal {
  const passages = bestOf(context.passages, MOST_PASSAGES)
  const said = bestOf(
    context.recalled.filter(({ role, content }) => role === 'user' && content.trim() !== query.trim()),
    MOST_MESSAGES,
  )
  const waiting = waitingFor(context)
  if (passages.length + said.length === 0) return { text: [NOTHING, ...waiting].join('\n\n'), sources: [] }

  const text = [
    'This is a rehearsal: no model was asked.',
    ...(passages.length > 0 ? ['Your documents say:', ...passages.map(({ key, content }) => quote(key, content))] : []),
    ...(said.length > 0 ? ['You wrote earlier:', ...said.map(({ key, content }) => quote(key, content))] : []),
    ...waiting,
  ]
  const sources = [
    ...passages.map(({ key, title, documentId, start, end, headings }) =>
      sourceOf(key, [title, ...headings].join(' › '), { documentId, start, end, headings }),
    ),
    ...said.map(({ key, conversationTitle, conversationId }) =>
      sourceOf(key, conversationTitle ?? 'Untitled conversation', { conversationId }),
    ),
  ]
  return { text: text.join('\n\n'), sources }
}

function bestOf<Hit extends { score: number }>(hits: readonly Hit[], most: number): Hit[] {
  const least = (hits[0]?.score ?? 0) * LEAST_SCORE
  return hits.filter(({ score }) => score >= least).slice(0, most)
}

function quote(key: string, content: string): string {
  const text = content.length > LONGEST_QUOTE ? `${content.slice(0, LONGEST_QUOTE).replace(/\s+\S*$/, '')} …` : content
  const lines = text.trim().split('\n')
  return `${lines.map((line) => `> ${line}`).join('\n')} [${key}]`
}

function waitingFor({ pendingEmbeddings, degraded }: Context): string[] {
  if (degraded) return ['The question could not be embedded, so only its words were searched for.']
  if (pendingEmbeddings === 0) return []
  return [`${pendingEmbeddings} of your texts are still being embedded. Until then they are found by their words only.`]
}

const sourceOf = (sourceId: string, title: string, cited: Cited): SourceDocumentUIPart => ({
  type: 'source-document',
  sourceId,
  mediaType: 'text/plain',
  title,
  providerMetadata: { parley: cited },
})
