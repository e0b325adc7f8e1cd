import { put } from './document-helpers.ts'
import { openConversation, queryAs, read, say, type SignIn } from './helpers.ts'
import type { TestUser } from './harness.ts'

/** What the ids of a path stand for. */
export interface Place {
  conversationId: string
  messageId: string
  sessionId: string
  jobId: string
  documentId: string
}

/** A route that needs a token, and how to call it well. */
export interface ProtectedRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As the router has it. */
  pattern: string
  /** Answer to a call that is right. */
  status: number
  /** A body that is right, for those that take JSON. */
  body?: (place: Place) => Record<string, unknown>
  /** A body that is right, as it is sent, for those that take more than JSON objects; what else they refuse has its own tests. */
  raw?: { type: string; text: string }
  /** A field of that body in which a value can be spoilt. */
  field?: string
  /** The most that it takes in a body, where that is not one. */
  mebibytes?: number
  /** Which ids it names, in its path or in its body. */
  names?: readonly (keyof Place)[]
  /** Ends the sign-in that asks, or the whole account. */
  ends?: 'sign-in' | 'account'
  /** Works for those who are not registered yet. */
  open?: boolean
}

const embedding = Array.from({ length: 1536 }, (_, i) => (i === 7 ? 1 : 0))
const conversations = '/v1/conversations'
const conversation = `${conversations}/:conversationId`
const messages = `${conversations}/:conversationId/messages`
const message = `${messages}/:messageId`
const inConversation = ['conversationId'] as const
const ofMessage = ['conversationId', 'messageId'] as const
const said = { role: 'user', content: 'Hello' }
const document = '/v1/documents/:documentId'
const ofDocument = ['documentId'] as const

/** Every route behind a token; `contract.test.ts` fails when one is missing here. */
export const PROTECTED_ROUTES: readonly ProtectedRoute[] = [
  { method: 'POST', pattern: '/v1/session', status: 200, open: true },
  { method: 'DELETE', pattern: '/v1/session', status: 204, ends: 'sign-in' },
  { method: 'GET', pattern: '/v1/sessions', status: 200 },
  { method: 'DELETE', pattern: '/v1/sessions', status: 204 },
  { method: 'DELETE', pattern: '/v1/sessions/:sessionId', status: 204, names: ['sessionId'] },
  { method: 'GET', pattern: '/v1/me', status: 200 },
  { method: 'PATCH', pattern: '/v1/me', status: 200, body: () => ({ name: 'Ada' }), field: 'name' },
  { method: 'DELETE', pattern: '/v1/me', status: 200, ends: 'account' },
  { method: 'POST', pattern: conversations, status: 201, body: () => ({ title: 'New' }), field: 'title' },
  { method: 'GET', pattern: conversations, status: 200 },
  { method: 'GET', pattern: conversation, status: 200, names: inConversation },
  {
    method: 'PATCH',
    pattern: conversation,
    status: 200,
    names: inConversation,
    body: () => ({ title: 'Other' }),
    field: 'title',
  },
  { method: 'DELETE', pattern: conversation, status: 204, names: inConversation },
  {
    method: 'POST',
    pattern: `${conversations}/bulk`,
    status: 200,
    body: ({ conversationId }) => ({ action: 'archive', ids: [conversationId] }),
    field: 'action',
  },
  {
    method: 'POST',
    pattern: `${conversation}/fork`,
    status: 201,
    names: inConversation,
    body: () => ({ title: 'Copy' }),
    field: 'title',
  },
  { method: 'POST', pattern: `${conversation}/restore`, status: 200, names: inConversation },
  {
    method: 'POST',
    pattern: `${conversation}/purge`,
    status: 200,
    names: inConversation,
    body: () => ({ confirmation: null }),
    field: 'confirmation',
  },
  {
    method: 'POST',
    pattern: messages,
    status: 201,
    names: inConversation,
    body: () => said,
    field: 'content',
    mebibytes: 8,
  },
  // A conversation that is missing is created: it tells nothing of others' (save-chat.test.ts).
  {
    method: 'PUT',
    pattern: messages,
    status: 200,
    body: () => ({ messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Hello' }] }] }),
    field: 'messages',
    mebibytes: 8,
  },
  { method: 'GET', pattern: messages, status: 200, names: inConversation },
  { method: 'GET', pattern: message, status: 200, names: ofMessage },
  {
    method: 'PATCH',
    pattern: message,
    status: 200,
    names: ofMessage,
    body: () => ({ content: 'Other' }),
    field: 'content',
    mebibytes: 8,
  },
  { method: 'DELETE', pattern: message, status: 204, names: ofMessage },
  { method: 'POST', pattern: `${message}/restore`, status: 200, names: ofMessage },
  {
    method: 'POST',
    pattern: '/v1/documents',
    status: 201,
    body: () => ({ title: 'New', content: 'Text' }),
    field: 'title',
    mebibytes: 5,
  },
  { method: 'GET', pattern: '/v1/documents', status: 200 },
  { method: 'GET', pattern: document, status: 200, names: ofDocument },
  {
    method: 'PATCH',
    pattern: document,
    status: 200,
    names: ofDocument,
    body: () => ({ content: 'Other' }),
    field: 'content',
    mebibytes: 5,
  },
  { method: 'DELETE', pattern: document, status: 204, names: ofDocument },
  { method: 'GET', pattern: `${document}/chunks`, status: 200, names: ofDocument },
  { method: 'POST', pattern: `${document}/restore`, status: 200, names: ofDocument },
  {
    method: 'POST',
    pattern: `${document}/purge`,
    status: 200,
    names: ofDocument,
    body: () => ({ confirmation: null }),
    field: 'confirmation',
  },
  {
    method: 'POST',
    pattern: '/v1/vectors',
    status: 201,
    names: ['messageId'],
    body: ({ conversationId, messageId }) => ({ embedding, conversationId, messageId, content: 'Hello' }),
    field: 'content',
  },
  { method: 'POST', pattern: '/v1/vectors/search', status: 200, body: () => ({ embedding, limit: 3 }), field: 'limit' },
  { method: 'GET', pattern: '/v1/me/export', status: 200 },
  {
    method: 'POST',
    pattern: '/v1/import',
    status: 200,
    raw: { type: 'application/x-ndjson', text: `{"type":"conversation","id":"${crypto.randomUUID()}","title":"New"}` },
  },
  { method: 'GET', pattern: '/v1/audit-events', status: 200 },
  { method: 'GET', pattern: '/v1/usage', status: 200 },
  { method: 'GET', pattern: '/v1/embedding-jobs', status: 200 },
  { method: 'POST', pattern: '/v1/embedding-jobs/retry', status: 200 },
  { method: 'POST', pattern: '/v1/embedding-jobs/:jobId/retry', status: 200, names: ['jobId'] },
  { method: 'POST', pattern: '/v1/search', status: 200, body: () => ({ query: 'hello' }), field: 'query' },
  {
    method: 'POST',
    pattern: '/v1/context',
    status: 200,
    names: inConversation,
    body: ({ conversationId }) => ({ conversationId, query: 'hello' }),
    field: 'query',
  },
]

export const pathOf = ({ pattern }: ProtectedRoute, place: Place): string =>
  pattern.replaceAll(/:(\w+)/g, (_, name: keyof Place) => encodeURIComponent(place[name]))

/** A conversation with one message that waits for a vector, a session on another device, and a document, for routes that name them. */
export async function newPlace(user: TestUser): Promise<Place> {
  const { id: conversationId } = await openConversation(user, { title: 'Place' })
  const [first] = await say(user, conversationId, 'Something said')
  const { session } = await read<SignIn>((await user.elsewhere()).post('/v1/session'))
  const messageId = first?.id ?? ''
  const jobId = crypto.randomUUID()
  await queryAs(
    user.sub,
    `insert into embedding_jobs (user_id, id, conversation_id, message_id) values ($1, $2, $4, $3)`,
    [user.sub, jobId, messageId, conversationId],
  )
  const { id: documentId } = await put(user)
  return { conversationId, messageId, sessionId: session.id, jobId, documentId }
}

export const nowhere = (): Place => ({
  conversationId: crypto.randomUUID(),
  messageId: crypto.randomUUID(),
  sessionId: crypto.randomUUID(),
  jobId: crypto.randomUUID(),
  documentId: crypto.randomUUID(),
})

/** What a user has in a place, to see that nobody touched it. */
export const stateOf = async (user: TestUser, { conversationId, documentId }: Place) => ({
  conversation: await read(user.get(`/v1/conversations/${conversationId}`)),
  messages: await read(user.get(`/v1/conversations/${conversationId}/messages`)),
  sessions: await read(user.get('/v1/sessions')),
  jobs: await read(user.get('/v1/embedding-jobs')),
  document: await read(user.get(`/v1/documents/${documentId}`)),
  chunks: await read(user.get(`/v1/documents/${documentId}/chunks`)),
})
