import type { Context } from '@parley/client'
import type { SourceDocumentUIPart } from 'ai'
import { bestParagraph } from './best-paragraph.ts'

const MOST_PASSAGES = 3
const MOST_MESSAGES = 2
/** Of the best one's score: what is below is about something else. */
const LEAST_SCORE = 0.5
const LONGEST_QUOTE = 600

const DISCLAIMER = 'This is a rehearsal: no model was asked.'
const NOTHING =
  'Nothing you have stored answers this. Drop a text or Markdown file anywhere on this page, wait until it is ready, and ask again.'

interface Quote {
  text: string
  source: SourceDocumentUIPart
}

/** What a citation leads to: a place in a document, or a conversation. */
export type Cited = { documentId: string; start: number; end: number } | { conversationId: string; messageId: string }

/** An answer that only quotes what `POST /v1/context` found, and says so. */
export function rehearse({ chatId, query, context }: { chatId: string; query: string; context: Context }): {
  text: string
  sources: SourceDocumentUIPart[]
} {
  const documents = bestOf(context.passages, MOST_PASSAGES).map((passage) => quotePassage(query, passage))
  // What was only asked answers nothing.
  const said = context.recalled.filter(
    ({ role, conversationId, content }) => role === 'user' && conversationId !== chatId && !/[?？]\s*$/.test(content),
  )
  const messages = bestOf(said, MOST_MESSAGES).map(quoteMessage)
  const isFound = documents.length + messages.length > 0
  const text = [
    `${DISCLAIMER} ${isFound ? '' : NOTHING}${documents.length > 0 ? 'Your documents say:' : ''}`.trim(),
    ...documents.map(({ text }) => text),
    ...(messages.length > 0 ? ['You wrote in other conversations:'] : []),
    ...messages.map(({ text }) => text),
    ...caveatsOf(context),
  ]
  return { text: text.join('\n\n'), sources: [...documents, ...messages].map(({ source }) => source) }
}

function bestOf<Hit extends { score: number }>(hits: readonly Hit[], most: number): Hit[] {
  const least = (hits[0]?.score ?? 0) * LEAST_SCORE
  return hits.filter(({ score }) => score >= least).slice(0, most)
}

function quotePassage(query: string, passage: Context['passages'][number]): Quote {
  const { key, documentId, title } = passage
  const { text, start, end, heading } = bestParagraph(query, passage.content)
  // Most documents repeat their title as their first heading.
  const headings = new Set(
    [...passage.headings, ...(heading === undefined ? [] : [heading])].filter((each) => each !== title),
  )
  const cited = { documentId, start: passage.start + start, end: passage.start + end }
  return { text: quote(key, text), source: sourceOf(key, [title, ...headings].join(' › '), cited) }
}

function quoteMessage({ key, content, conversationTitle, conversationId, id }: Context['recalled'][number]): Quote {
  const title = conversationTitle ?? 'Untitled conversation'
  return { text: quote(key, content), source: sourceOf(key, title, { conversationId, messageId: id }) }
}

function quote(key: string, content: string): string {
  const text = content.length > LONGEST_QUOTE ? `${content.slice(0, LONGEST_QUOTE).replace(/\s+\S*$/, '')} …` : content
  return `${text.trim().replaceAll(/^/gm, '> ')} [${key}]`
}

function caveatsOf({ pendingEmbeddings, degraded }: Context): string[] {
  if (degraded) return ['The question could not be embedded, so only its words were searched for.']
  // The question itself is one of them.
  if (pendingEmbeddings <= 1) return []
  return ['Some of your texts are still being embedded. Until then they are found by their words only.']
}

const sourceOf = (sourceId: string, title: string, cited: Cited): SourceDocumentUIPart => ({
  type: 'source-document',
  sourceId,
  mediaType: 'text/plain',
  title,
  providerMetadata: { parley: cited },
})
