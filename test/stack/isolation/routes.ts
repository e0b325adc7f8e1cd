import { createApp } from '../../../src/app.ts'
import type { Deps } from '../../../src/deps.ts'
import { descriptionOf } from '../../../src/http/openapi.ts'
import type { Person } from './house.ts'

/** A thing of each kind that a path or a body can name, by the name of its collection. */
export interface Ids {
  conversations: string
  messages: string
  sessions: string
  /** Of embedding. */
  jobs: string
  documents: string
}

/** A route behind a token. */
export interface Route {
  method: string
  /** As the router has it. */
  pattern: string
  /** Whether it names something that somebody may not have. */
  names: boolean
}

/** An axis that points nowhere special. */
export const embedding = Array.from({ length: 1536 }, (_, i) => (i === 7 ? 1 : 0))

const chatGptMessage = (text: string) => ({
  author: { role: 'user' },
  content: { content_type: 'text', parts: [text] },
})

type Body = (ids: Ids, marker: string) => object
/** Bodies of the routes that take one, by method and pattern. */
const BODIES: Record<string, Body> = {
  'PATCH /v1/me': (_, marker) => ({ firstName: marker }),
  'POST /v1/conversations': (_, marker) => ({ title: marker }),
  'PATCH /v1/conversations/:conversationId': (_, marker) => ({ title: marker }),
  'POST /v1/conversations/bulk': ({ conversations }) => ({ action: 'archive', ids: [conversations] }),
  'POST /v1/conversations/:conversationId/fork': (_, marker) => ({ title: marker }),
  'POST /v1/conversations/:conversationId/purge': () => ({}),
  'POST /v1/conversations/:conversationId/messages': (_, marker) => ({ role: 'user', content: marker }),
  'PUT /v1/conversations/:conversationId/messages': ({ messages }, marker) => ({
    messages: [{ id: messages, role: 'user', parts: [{ type: 'text', text: marker }] }],
  }),
  'PATCH /v1/conversations/:conversationId/messages/:messageId': (_, marker) => ({ content: marker }),
  'POST /v1/documents': (_, marker) => ({ title: marker, content: marker, externalId: 'same' }),
  'PATCH /v1/documents/:documentId': (_, marker) => ({ title: marker, content: marker, tags: [marker] }),
  'POST /v1/documents/:documentId/purge': () => ({}),
  'POST /v1/vectors': ({ conversations, messages }, marker) => ({
    embedding,
    conversationId: conversations,
    messageId: messages,
    content: marker,
  }),
  'POST /v1/vectors/search': () => ({ embedding, limit: 50 }),
  'POST /v1/search': () => ({ query: 'something secret', limit: 50 }),
  'POST /v1/context': ({ conversations }) => ({ conversationId: conversations, query: 'something secret', limit: 50 }),
  // In ChatGPT's form: it makes a twin of somebody's conversation.
  'POST /v1/import': ({ conversations }, marker) => [
    { id: conversations, title: marker, mapping: { first: { message: chatGptMessage(marker) } } },
  ],
}
/** Those that take none. */
const BODILESS = new Set([
  'POST /v1/session',
  'POST /v1/conversations/:conversationId/restore',
  'POST /v1/conversations/:conversationId/messages/:messageId/restore',
  'POST /v1/documents/:documentId/restore',
  'POST /v1/embedding-jobs/retry',
  'POST /v1/embedding-jobs/:jobId/retry',
])
/** Those that name something in their body. */
const NAMING_BODIES = new Set(['POST /v1/vectors', 'POST /v1/context'])
/** Those whose path may name what is not there: it is created. */
const CREATING = new Set(['PUT /v1/conversations/:conversationId/messages'])
/** POSTs that only read. */
const SEARCHES = new Set(['POST /v1/vectors/search', 'POST /v1/search', 'POST /v1/context'])

const nameOf = ({ method, pattern }: Pick<Route, 'method' | 'pattern'>) => `${method} ${pattern}`

/** Every route behind a token, as the application has them. */
export const routes: Route[] = createApp({} as Deps).routes.flatMap(({ method, path: pattern, handler }) => {
  const described = descriptionOf(handler)
  if (described?.kind !== 'operation' || described.open) return []
  const name = nameOf({ method, pattern })
  const names = (pattern.includes(':') && !CREATING.has(name)) || NAMING_BODIES.has(name)
  return [{ method, pattern, names }]
})

/** Routes that nobody said here how to call. */
export const unknownRoutes = (): string[] =>
  routes
    .filter(({ method }) => method !== 'GET' && method !== 'DELETE')
    .map(nameOf)
    .filter((name) => !(name in BODIES) && !BODILESS.has(name))

/** Whether calling it changes nothing. */
export const onlyReads = (route: Route): boolean => route.method === 'GET' || SEARCHES.has(nameOf(route))

/** Calls the route as it should be called, about these things. */
export function callRoute(person: Person, route: Route, ids: Ids) {
  const path = route.pattern.replaceAll(/(\w+)\/:\w+/g, (_, collection: string) => {
    const id = (ids as unknown as Record<string, string>)[collection]
    if (id === undefined) throw new Error(`Nobody said what ${route.pattern} names`)
    return `${collection}/${id}`
  })
  const json = BODIES[nameOf(route)]?.(ids, person.marker)
  return person.call(route.method, path, { json, headers: { 'X-Request-Id': 'same' } })
}
