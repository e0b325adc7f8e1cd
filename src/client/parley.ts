import {
  createEmbeddingJobs,
  createMe,
  createSessions,
  type EmbeddingJobs,
  listAuditEvents,
  type Me,
  type Sessions,
} from './account.ts'
import { bodyOf, type CallOptions, etagOf, initOf } from './answer.ts'
import type {
  Api,
  AuditEvent,
  Context,
  ContextRequest,
  ExportLine,
  ImportReport,
  ListAuditEventsQuery,
  QuotaUsage,
  SearchRequest,
  SearchResults,
} from './api.ts'
import type { Auth } from './auth.ts'
import { type ChatMessageLike, type Chats, createChats, type LoadedMessage } from './chat.ts'
import { type Conversations, createConversations, createMessages, type Messages } from './conversations.ts'
import { createApi } from './create-api.ts'
import { createDocuments, type Documents } from './documents.ts'
import type { Pages } from './pages.ts'
import { createSender, type Fetch } from './send.ts'
import { exportLines, exportStream, importFrom, type ImportOptions, type ImportSource } from './transfer.ts'

export interface ParleyOptions {
  /** Where Parley is: `https://parley.example.com`. */
  baseUrl: string
  /** `bearer(getToken, refresh)` or `cookie()`. */
  auth: Auth
  /** In place of the global `fetch`. */
  fetch?: Fetch | undefined
  /** How often a request is sent at most, where another attempt may help: 4. */
  attempts?: number | undefined
  /** Milliseconds: an answer that asks to wait longer rejects at once: 60 seconds. */
  longestWait?: number | undefined
}

/**
 * A client of Parley. Every call rejects with a `ParleyProblem` where Parley says no, with what `fetch` rejects with where it cannot be
 * reached after all attempts, and with the reason of its `signal`.
 */
export interface Parley<Message extends ChatMessageLike = LoadedMessage> extends Chats<Message> {
  session: Sessions
  me: Me
  conversations: Conversations
  messages: Messages
  documents: Documents
  embeddingJobs: EmbeddingJobs
  /** One page; the next one is the same request with its `nextCursor` as `cursor`. */
  search(request: SearchRequest, options?: CallOptions): Promise<SearchResults>
  /** What a model should know before it answers. */
  context(request: ContextRequest, options?: CallOptions): Promise<Context>
  /** What the user has, and may have. */
  usage(options?: CallOptions): Promise<QuotaUsage['data']>
  auditEvents(query?: ListAuditEventsQuery, options?: CallOptions): Pages<AuditEvent>
  /** Everything that the user owns, line by line. Throws where it breaks off before its last line. */
  export(options?: CallOptions): AsyncIterable<ExportLine>
  /** The same as bytes, for a file. */
  exportStream(options?: CallOptions): Promise<ReadableStream<Uint8Array>>
  /** Takes in what `export` gave, ChatGPT's `conversations.json`, or a list of UIMessages. The same again takes what is missing. */
  import(source: ImportSource, options?: ImportOptions): Promise<ImportReport>
  /** The ETag that an object came with, for `ifMatch`; undefined for one of a list, or a copy. */
  etagOf(resource: object): string | undefined
  /** Every route, as hono's `hc` calls them: `await (await parley.api.v1.me.$get()).json()`. Sent and failing as the calls above. */
  api: Api
}

/** @typeParam Message the app's own `UIMessage`, which `loadChat` then returns */
export function createParley<Message extends ChatMessageLike = LoadedMessage>({
  auth,
  fetch = (url, init) => globalThis.fetch(url, init),
  attempts = 4,
  longestWait = 60_000,
  ...options
}: ParleyOptions): Parley<Message> {
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const send = createSender({ baseUrl, auth, fetch, attempts, longestWait })
  const api = createApi(baseUrl, send)
  return {
    ...createChats<Message>(api),
    session: createSessions(api),
    me: createMe(api),
    conversations: createConversations(api),
    messages: createMessages(api),
    documents: createDocuments(api),
    embeddingJobs: createEmbeddingJobs(api),
    search: (json, options) => bodyOf(api.v1.search.$post({ json }, initOf(options))),
    context: (json, options) => bodyOf(api.v1.context.$post({ json }, initOf(options))),
    usage: async (options) => (await bodyOf(api.v1.usage.$get({}, initOf(options)))).data,
    auditEvents: (query, options) => listAuditEvents(api, query, options),
    export: (options) => exportLines(api, options),
    exportStream: (options) => exportStream(api, options),
    import: (source, options) => importFrom({ send, url: baseUrl }, source, options),
    etagOf,
    api,
  }
}
