import { toJs } from './literal.js'

const each = (list, name) => `for await (const ${name} of ${list}) console.log(${name})`
const shown = (call, name, shown = name) => `const ${name} = await ${call}\nconsole.log(${shown})`
const args = (...values) => values.filter(Boolean).join(', ')
/** A body that may be left out. */
const optional = (body) => (body && Object.keys(body).length > 0 ? toJs(body) : '')

/**
 * How `@parley/client` calls each operation, made from an example of its body. test/stack/reference compiles all of them against
 * src/client and runs them.
 *
 * @type {Record<string, (body: any) => string>}
 */
export const CLIENT_CALLS = {
  signIn: (body) =>
    shown(`parley.session.signIn(${body?.accessToken ? '{ accessToken, refreshToken }' : ''})`, '{ user }', 'user'),
  signOut: () => 'await parley.session.signOut()',
  refreshSession: () => shown('parley.session.refresh()', 'refreshed'),
  listSessions: () => each('parley.session.list()', 'session'),
  revokeOtherSessions: () => 'await parley.session.revokeOthers()',
  revokeSession: () => 'await parley.session.revoke(sessionId)',
  exportMe: () => each('parley.export()', 'line'),
  getMe: () => shown('parley.me.get()', 'me'),
  updateMe: (body) => shown(`parley.me.update(${toJs(body)})`, 'me'),
  deleteMe: () => shown('parley.me.delete()', 'deletion'),
  importConversations: (body) => shown(`parley.import(${toJs(body)})`, 'report'),
  appendMessages: (body) => shown(`parley.messages.append(conversationId, ${toJs(body.messages ?? body)})`, 'messages'),
  saveChat: (body) => shown(`parley.saveChat(conversationId, ${toJs(body.messages)})`, '{ ids }', 'ids'),
  listMessages: () => each('parley.messages.list(conversationId)', 'message'),
  getMessage: () => shown('parley.messages.get(conversationId, messageId)', 'message'),
  updateMessage: (body) => shown(`parley.messages.update(conversationId, messageId, ${toJs(body)})`, 'message'),
  deleteMessage: () => 'await parley.messages.delete(conversationId, messageId)',
  restoreMessage: () => shown('parley.messages.restore(conversationId, messageId)', 'message'),
  createConversation: (body) => shown(`parley.conversations.create(${optional(body)})`, 'conversation'),
  listConversations: () => each('parley.conversations.list({ pinnedFirst: true })', 'conversation'),
  getConversation: () => shown('parley.conversations.get(conversationId)', 'conversation'),
  updateConversation: (body) => shown(`parley.conversations.update(conversationId, ${toJs(body)})`, 'conversation'),
  deleteConversation: () => 'await parley.conversations.delete(conversationId)',
  changeConversations: (body) => shown(`parley.conversations.bulk(${toJs(body)})`, 'report'),
  forkConversation: (body) => shown(`parley.conversations.fork(${args('conversationId', optional(body))})`, 'fork'),
  restoreConversation: () => shown('parley.conversations.restore(conversationId)', 'conversation'),
  purgeConversation: () =>
    `const { confirmation } = await parley.conversations.previewPurge(conversationId)
await parley.conversations.purge(conversationId, confirmation)`,
  putDocument: (body) => shown(`parley.documents.${body.externalId ? 'upsert' : 'create'}(${toJs(body)})`, 'document'),
  listDocuments: () => each('parley.documents.list()', 'document'),
  getDocument: () => shown('parley.documents.get(documentId)', 'document'),
  updateDocument: (body) => shown(`parley.documents.update(documentId, ${toJs(body)})`, 'document'),
  deleteDocument: () => 'await parley.documents.delete(documentId)',
  listDocumentChunks: () => each('parley.documents.chunks(documentId)', 'chunk'),
  restoreDocument: () => shown('parley.documents.restore(documentId)', 'document'),
  purgeDocument: () =>
    `const { confirmation } = await parley.documents.previewPurge(documentId)
await parley.documents.purge(documentId, confirmation)`,
  createVector: (body) => byRoute('v1.vectors.$post', body),
  searchVectors: (body) => byRoute('v1.vectors.search.$post', body),
  search: (body) => shown(`parley.search(${toJs(body)})`, 'found', 'found.data'),
  buildContext: (body) => shown(`parley.context(${toJs(body)})`, 'context'),
  listEmbeddingJobs: () => each('parley.embeddingJobs.list()', 'job'),
  retryEmbeddingJobs: () => shown('parley.embeddingJobs.retryAll()', 'retry'),
  retryEmbeddingJob: () => shown('parley.embeddingJobs.retry(jobId)', 'job'),
  listAuditEvents: () => each('parley.auditEvents()', 'event'),
  getUsage: () => shown('parley.usage()', 'usage'),
  getHealth: () => byRoute('healthz.$get'),
  getReadiness: () => byRoute('readyz.$get'),
}

/** What has no verb is called as hono's `hc` does. */
const byRoute = (route, body) =>
  `const response = await parley.api.${route}(${body ? `{ json: ${toJs(body)} }` : ''})\nconsole.log(await response.json())`
