import { bodyOf, type CallOptions, initOf, type WriteOptions } from './answer.ts'
import type {
  Api,
  BulkReport,
  Conversation,
  ConversationBulk,
  ConversationFork,
  ConversationPatch,
  ListConversationsQuery,
  ListMessagesQuery,
  Message,
  MessagePatch,
  NewConversation,
  NewMessage,
  OpenedConversation,
  PathMessage,
  PurgePreview,
} from './api.ts'
import { createPages, pageOf, type Pages, type QueryOf } from './pages.ts'

export interface Conversations {
  /** Newest activity first, unless `sort` says otherwise: `for await (const c of parley.conversations.list())`. */
  list(query?: QueryOf<ListConversationsQuery>, options?: CallOptions): Pages<Conversation>
  create(conversation?: NewConversation, options?: WriteOptions): Promise<OpenedConversation>
  get(id: string, options?: CallOptions): Promise<Conversation>
  update(id: string, change: ConversationPatch, options?: WriteOptions): Promise<Conversation>
  /** Into the trash, where it can be restored for a time. */
  delete(id: string, options?: WriteOptions): Promise<void>
  restore(id: string, options?: CallOptions): Promise<Conversation>
  /** A copy up to a message, with what stands before it. */
  fork(id: string, fork?: ConversationFork, options?: WriteOptions): Promise<Conversation>
  /** Archives, deletes or restores up to 100. */
  bulk(change: ConversationBulk, options?: CallOptions): Promise<BulkReport>
  /** What a purge would take along, and the confirmation that it needs. */
  previewPurge(id: string, options?: CallOptions): Promise<PurgePreview>
  /** Removes it for good. */
  purge(id: string, confirmation: string, options?: CallOptions): Promise<void>
}

export function createConversations({ v1 }: Api): Conversations {
  const all = v1.conversations
  const one = all[':conversationId']
  return {
    list: (query, options) =>
      createPages((cursor) => bodyOf(all.$get({ query: pageOf(query, cursor) }, initOf(options)))),
    create: (json = {}, options) => bodyOf(all.$post({ json }, initOf(options))),
    get: (id, options) => bodyOf(one.$get(paramOf(id), initOf(options))),
    update: (id, json, options) => bodyOf(one.$patch({ ...paramOf(id), json }, initOf(options))),
    delete: (id, options) => bodyOf(one.$delete(paramOf(id), initOf(options))),
    restore: (id, options) => bodyOf(one.restore.$post(paramOf(id), initOf(options))),
    fork: (id, json = {}, options) => bodyOf(one.fork.$post({ ...paramOf(id), json }, initOf(options))),
    bulk: (json, options) => bodyOf(all.bulk.$post({ json }, initOf(options))),
    previewPurge: (id, options) =>
      bodyOf(one.purge.$post({ ...paramOf(id), json: {} }, initOf(options))) as Promise<PurgePreview>,
    purge: (id, confirmation, options) =>
      bodyOf(one.purge.$post({ ...paramOf(id), json: { confirmation } }, initOf(options))) as Promise<void>,
  }
}

const paramOf = (conversationId: string) => ({ param: { conversationId } })

export interface Messages {
  /** The active branch, from the beginning. */
  list(conversationId: string, query?: ListMessagesQuery, options?: CallOptions): Pages<PathMessage>
  /** One or several, all or none. */
  append(conversationId: string, messages: NewMessage | NewMessage[], options?: WriteOptions): Promise<Message[]>
  get(conversationId: string, id: string, options?: CallOptions): Promise<Message>
  update(conversationId: string, id: string, change: MessagePatch, options?: WriteOptions): Promise<Message>
  delete(conversationId: string, id: string, options?: WriteOptions): Promise<void>
  restore(conversationId: string, id: string, options?: CallOptions): Promise<Message>
}

export function createMessages({ v1 }: Api): Messages {
  const all = v1.conversations[':conversationId'].messages
  const one = all[':messageId']
  return {
    list: (conversationId, query, options) =>
      createPages((cursor) =>
        bodyOf(all.$get({ param: { conversationId }, query: pageOf(query, cursor) }, initOf(options))),
      ),
    append: async (conversationId, messages, options) => {
      const json = Array.isArray(messages) ? { messages } : messages
      return (await bodyOf(all.$post({ param: { conversationId }, json }, initOf(options)))).data
    },
    get: (conversationId, id, options) => bodyOf(one.$get(messageParamOf(conversationId, id), initOf(options))),
    update: (conversationId, id, json, options) =>
      bodyOf(one.$patch({ ...messageParamOf(conversationId, id), json }, initOf(options))),
    delete: (conversationId, id, options) => bodyOf(one.$delete(messageParamOf(conversationId, id), initOf(options))),
    restore: (conversationId, id, options) =>
      bodyOf(one.restore.$post(messageParamOf(conversationId, id), initOf(options))),
  }
}

const messageParamOf = (conversationId: string, messageId: string) => ({ param: { conversationId, messageId } })
