// Made by `npm run openapi` of the routes. Do not edit.

import type { Answer, CallInit } from './answer.ts'

export interface AccountDeletion {
  /** ISO-8601, UTC */
  deletedAt: string
  /** Until then signing in anew restores the account; then it is purged */
  purgeAfter: string
}

export interface Attachment {
  name: string
  mediaType: string
  /** Where the file is, or a data URL with all of it */
  url: string
  /** Bytes */
  size?: number
  [key: string]: unknown
}

export interface AuditEvent {
  id: string
  /** The user; scheduled work; or an operator at the database */
  actor: "user" | "system" | "operator"
  /** `delete` hides and can be restored, `purge` removes for good */
  action: "create" | "update" | "delete" | "restore" | "revoke" | "purge"
  /** `user`, `session`, `conversation`, `message`, `document`, `vector` */
  resource: string
  resourceId: string
  /** Of a message: where it was said */
  conversationId: string | null
  /** Fields that an update changed: names, no content */
  changed: Array<string> | null
  requestId: string | null
  address: string | null
  /** ISO-8601, UTC */
  createdAt: string
  sessionId: string | null
}

export interface AuditEventPage {
  data: Array<AuditEvent>
  nextCursor: string | null
}

export interface BulkReport {
  data: Array<{
    id: string
    status: "done" | "not_found"
  }>
}

export interface ChatGPTConversation {
  id?: string
  title?: string | null
  create_time?: number
  current_node?: string
  mapping: Record<string, {
    parent: string | null
    [key: string]: unknown
  }>
  [key: string]: unknown
}

export interface ChatMessage {
  /** As the client knows it: `id` or `sentId` of a message that is here already */
  id: string
  role: "system" | "user" | "assistant" | "tool"
  content?: string
  attachments?: Array<Attachment>
  reasoning?: string | null
  status?: "in_progress" | "complete" | "stopped" | "failed"
  model?: string | null
  usage?: Usage | null
  metadata?: Record<string, unknown>
  parts: Array<MessagePart>
  /** Of a list that was read: a save ignores it */
  conversationId?: unknown
  /** Of a list that was read: a save ignores it */
  seq?: unknown
  /** Of a list that was read: a save ignores it */
  parentId?: unknown
  /** Of a list that was read: a save ignores it */
  sentId?: unknown
  /** Of a list that was read: a save ignores it */
  siblings?: unknown
  /** Of a list that was read: a save ignores it */
  createdAt?: unknown
  /** Of a list that was read: a save ignores it */
  updatedAt?: unknown
}

export interface ChatSave {
  messages: Array<ChatMessage>
}

export interface Context {
  systemPrompt: {
    content: string
    /** An estimate, with what stands around the text in a prompt */
    tokens: number
    /** Whether `content` is only the beginning */
    truncated: boolean
  } | null
  /** The last turns, oldest first */
  recent: Array<{
    /** Null, as `seq` and `createdAt`, for a turn of the request */
    id: string | null
    role: "system" | "user" | "assistant" | "tool"
    content: string
    /** An estimate, with what stands around the text in a prompt */
    tokens: number
    /** Whether `content` is only the beginning */
    truncated: boolean
    seq: number | null
    createdAt: string | null
  }>
  /** Whether the conversation has turns before these */
  earlierTurns: boolean
  /** Other messages, the best first */
  recalled: Array<{
    /** To cite it by: `m1`, `m2` … */
    key: string
    conversationId: string
    conversationTitle: string | null
    id: string
    role: "system" | "user" | "assistant" | "tool"
    content: string
    /** An estimate, with what stands around the text in a prompt */
    tokens: number
    /** Whether `content` is only the beginning */
    truncated: boolean
    score: number
    seq: number
    /** ISO-8601, UTC */
    createdAt: string
  }>
  /** The best first */
  passages: Array<{
    /** To cite it by: `d1`, `d2` … */
    key: string
    documentId: string
    title: string
    /** Those that all of it stands under, from the outermost */
    headings: Array<string>
    /** The header row of the table in which it begins, as Markdown; null where it begins outside of a table or with the header */
    tableHead: string | null
    /** The passage is the document's `content.slice(start, end)` */
    start: number
    end: number
    content: string
    /** An estimate, with what stands around the text in a prompt */
    tokens: number
    /** Whether `content` is only the beginning */
    truncated: boolean
    score: number
  }>
  /** What was looked at and left out: hits from the best on, then turns from the newest back, 50 at most */
  omitted: Array<{
    kind: "recent" | "recalled" | "passage"
    /** Of the message or the chunk; null for a turn of the request */
    id: string | null
    conversationId?: string
    documentId?: string
    /** An estimate, with what stands around the text in a prompt */
    tokens: number
    /** `budget`: there was no room. `duplicate`: the same text is shown already. `in_recent`: it is one of the recent turns. `unfinished`: the message is in progress or has failed. `no_text`: it has parts only. */
    reason: "budget" | "duplicate" | "in_recent" | "unfinished" | "no_text"
  }>
  /** How many there are, with those that are not listed */
  omittedCount: number
  tokens: {
    budget: number
    used: number
    systemPrompt: number
    recent: number
    recalled: number
    passages: number
  }
  /** How it was searched; null where the conversation has no turn of the user to search for */
  mode: "hybrid" | "keyword" | null
  /** The query could not be embedded: a hybrid search went by keyword alone, without threshold and floor */
  degraded: boolean
  recall: "exact" | "approximate"
  /** Candidates that were left out for their similarity: below the threshold, or so low that only words could vouch for them, which they lack */
  belowThreshold: number
  /** The user's texts that wait for their vector, 10,000 at most */
  pendingEmbeddings: number
  /** Those that were given up, 10,000 at most */
  failedEmbeddings: number
  /** Texts whose vector another model made: they were not compared */
  otherModels: number
}

export interface ContextRequest {
  /** Whose recent turns and system prompt belong to the context */
  conversationId?: string
  /** The path to this message, in place of the active leaf */
  leafId?: string
  /** The last turns, oldest first, as the client holds them. With a conversation they follow what is stored; those that the stored path ends with count once. */
  turns?: Array<{
    role: "system" | "user" | "assistant" | "tool"
    content: string
  }>
  /** What to search for; by default the last turn of the user. It is no turn itself. */
  query?: string
  /** The most that all of it may take */
  budgetTokens?: number
  sources?: Array<"message" | "document">
  filter?: {
    source?: Array<"message" | "document">
    /** Messages of these */
    conversationId?: Array<string>
    /** Chunks of these */
    documentId?: Array<string>
    /** Only messages have one */
    role?: Array<"system" | "user" | "assistant" | "tool">
    /** All of them, on the conversation or the document */
    tags?: Array<string>
    /** ISO-8601 with an offset or Z; exclusive */
    createdAfter?: string
    /** ISO-8601 with an offset or Z; exclusive */
    createdBefore?: string
    /** On the metadata of the message or the document. Operators of one condition must all hold. Of an array, one element must; an array of more than 100 elements is not looked into, nor one of more than 16 before the end of a path of two names, 4 of three, 2 of more. No more than 64 comparisons: an operator is one, and so are four values of `in`; with a key of two names each counts as 4, of three names or more as 16. `and` and `or` may be nested, 4 levels deep. */
    metadata?: {
      key?: string | Array<string>
      eq?: string | number | boolean | null
      ne?: string | number | boolean | null
      gt?: string | number
      gte?: string | number
      lt?: string | number
      lte?: string | number
      in?: Array<string | number | boolean | null>
    } | {
      and: Array<{
        key?: string | Array<string>
        eq?: string | number | boolean | null
        ne?: string | number | boolean | null
        gt?: string | number
        gte?: string | number
        lt?: string | number
        lte?: string | number
        in?: Array<string | number | boolean | null>
      }>
    } | {
      or: Array<{
        key?: string | Array<string>
        eq?: string | number | boolean | null
        ne?: string | number | boolean | null
        gt?: string | number
        gte?: string | number
        lt?: string | number
        lte?: string | number
        in?: Array<string | number | boolean | null>
      }>
    }
  }
  /** How many hits are considered */
  limit?: number
  /** Least cosine similarity */
  threshold?: number
}

export interface Conversation {
  id: string
  /** As it was set, or else how the first message of the user begins */
  title: string | null
  systemPrompt: string | null
  metadata: Record<string, unknown>
  tags: Array<string>
  archived: boolean
  pinned: boolean
  messageCount: number
  /** The message that ends the path which is shown */
  activeLeafId: string | null
  /** ISO-8601, UTC */
  lastActivityAt: string
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  lastMessage: {
    id: string
    role: "system" | "user" | "assistant" | "tool"
    /** The first 200 characters */
    preview: string
    /** ISO-8601, UTC */
    createdAt: string
  } | null
  /** In the list of deleted ones */
  deletedAt?: string
  forkedFrom: {
    conversationId: string
    messageId: string
  } | null
}

export interface ConversationBulk {
  action: "archive" | "unarchive" | "delete" | "restore"
  /** Of conversations */
  ids: Array<string>
}

export interface ConversationFork {
  /** The last message to take along; by default the active leaf */
  messageId?: string
  /** Of the new conversation */
  id?: string
  /** By default that of the original */
  title?: string | null
}

export interface ConversationPage {
  data: Array<Conversation>
  nextCursor: string | null
}

export interface ConversationPatch {
  title?: string | null
  systemPrompt?: string | null
  /** A JSON merge patch (RFC 7396); null clears */
  metadata?: Record<string, unknown> | null
  tags?: Array<string>
  archived?: boolean
  pinned?: boolean
  /** A message of this conversation: the path to it is the one that is shown */
  activeLeafId?: string
}

export interface ConversationPurge {
  /** As the call without it has answered */
  confirmation?: string | null
}

export interface DataPart {
  type: `data-${string}`
  id?: string
  data?: unknown
  [key: string]: unknown
}

export interface Document {
  id: string
  /** What the client calls it */
  externalId: string | null
  title: string
  /** SHA-256 of the content in UTF-8, in hex */
  contentHash: string
  format: "markdown" | "text"
  language: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish"
  chunkCount: number
  metadata: Record<string, unknown>
  tags: Array<string>
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  /** In the list of deleted ones */
  deletedAt?: string
  /** Null where the client brought an embedding: then the content is one chunk */
  chunking: {
    size: number
    overlap: number
  } | null
  /** pending while a chunk waits for its vector, failed where one was given up; ready: each can be found by meaning. By keyword they are found from the beginning. */
  status: "pending" | "ready" | "failed"
  /** Chunks */
  embeddings: {
    ready: number
    pending: number
    failed: number
  }
  /** Why the last chunk that failed, or was put off, did so */
  lastError: string | null
  content: string
}

export interface DocumentChunk {
  id: string
  /** 0, 1, 2 … in its document */
  position: number
  content: string
  /** Those above it, the outermost first */
  headings: Array<string>
  /** The header row of the table in which it begins, as Markdown; null where it begins outside of a table or with the header */
  tableHead: string | null
  /** Where it begins in the document’s content, in UTF-16 units */
  start: number
  /** Where it ends: `content.slice(start, end)` */
  end: number
  status: "pending" | "ready" | "failed"
  lastError: string | null
}

export interface DocumentChunkPage {
  data: Array<DocumentChunk>
  nextCursor: string | null
}

export interface DocumentHit {
  source: "document"
  documentId: string
  title: string
  headings: Array<string>
  /** The header row of the table in which it begins, as Markdown; null where it begins outside of a table or with the header */
  tableHead: string | null
  position: number
  start: number
  end: number
  id: string
  /** The first 8000 characters */
  content: string
  truncated: boolean
  /** HTML: the passage with the most of the words, which are in `<mark>`, all else escaped. Null where no words match, or none that can be shown: those of a title or of the head of a table, those beyond the first 20,000 characters, and digits of a number that is written in groups. */
  highlight: string | null
  metadata: Record<string, unknown>
  /** ISO-8601, UTC */
  createdAt: string
  score: number
  /** What the score is made of */
  scoring: {
    /** Cosine similarity; null where there is no vector to compare */
    similarity: number | null
    /** In the list by similarity: 1, 2 …; null beyond its end */
    semanticPosition: number | null
    /** How well the words match, by BM25, with half of what the messages before and after have. A text with all words has no less than the best of those without. Null where no word matches */
    keywordRank: number | null
    /** In the list by keyword */
    keywordPosition: number | null
    /** Of both lists, in a hybrid search */
    fused: number | null
  }
  /** How many of the texts found say the same: one of them is shown */
  copies: number
  /** Neighbours in their order, where they were asked for */
  context?: {
    before: Array<{
      id: string
      /** The first 1000 characters */
      content: string
      role: "system" | "user" | "assistant" | "tool" | null
    }>
    after: Array<{
      id: string
      /** The first 1000 characters */
      content: string
      role: "system" | "user" | "assistant" | "tool" | null
    }>
  }
}

export interface DocumentItem {
  id: string
  /** What the client calls it */
  externalId: string | null
  title: string
  /** SHA-256 of the content in UTF-8, in hex */
  contentHash: string
  format: "markdown" | "text"
  language: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish"
  chunkCount: number
  metadata: Record<string, unknown>
  tags: Array<string>
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  /** In the list of deleted ones */
  deletedAt?: string
  /** Null where the client brought an embedding: then the content is one chunk */
  chunking: {
    size: number
    overlap: number
  } | null
  /** pending while a chunk waits for its vector, failed where one was given up; ready: each can be found by meaning. By keyword they are found from the beginning. */
  status: "pending" | "ready" | "failed"
  /** Chunks */
  embeddings: {
    ready: number
    pending: number
    failed: number
  }
  /** Why the last chunk that failed, or was put off, did so */
  lastError: string | null
}

export interface DocumentPage {
  data: Array<DocumentItem>
  nextCursor: string | null
}

export interface DocumentPatch {
  externalId?: string | null
  title?: string
  content?: string
  /** markdown is cut at its headings, too */
  format?: "markdown" | "text"
  /** Which words the keyword search takes for the same */
  language?: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish"
  tags?: Array<string>
  /** A JSON merge patch (RFC 7396); null clears */
  metadata?: Record<string, unknown> | null
  chunking?: {
    /** Most of a chunk, in UTF-16 units. More than 1,000 chunks for each MiB begun are refused */
    size?: number
    /** What a chunk repeats of the one before: at most half the size, by default 200 */
    overlap?: number
  }
  /** Of the whole content, which becomes one chunk; Parley then neither cuts nor embeds it */
  embedding?: Array<number>
  /** Which model made the embedding; by default `custom` */
  model?: string
}

export interface DocumentPurge {
  /** As the call without it has answered */
  confirmation?: string | null
}

export interface DocumentPurgePreview {
  /** Good for this state of the document only */
  confirmation: string
  /** Chunks that would be lost */
  chunkCount: number
}

export interface EmbeddingJob {
  id: string
  conversationId: string | null
  messageId: string | null
  chunkId: string | null
  documentId: string | null
  /** Times that this text was tried; failures of the provider itself do not count */
  attempts: number
  /** It is not tried again before then. ISO-8601, UTC */
  runAt: string
  /** What the last attempt failed with */
  lastError: string | null
  failedAt: string | null
  /** ISO-8601, UTC */
  createdAt: string
  /** `failed` is given up until somebody asks to try again */
  status: "pending" | "failed"
  source: "message" | "document"
}

export interface EmbeddingJobPage {
  data: Array<EmbeddingJob>
  nextCursor: string | null
}

export interface EmbeddingRetry {
  /** Jobs that were given up and are tried again */
  retried: number
}

export interface ExportedAuditEvent {
  id: string
  /** The user; scheduled work; or an operator at the database */
  actor: "user" | "system" | "operator"
  /** `delete` hides and can be restored, `purge` removes for good */
  action: "create" | "update" | "delete" | "restore" | "revoke" | "purge"
  /** `user`, `session`, `conversation`, `message`, `document`, `vector` */
  resource: string
  resourceId: string
  /** Of a message: where it was said */
  conversationId: string | null
  /** Fields that an update changed: names, no content */
  changed: Array<string> | null
  requestId: string | null
  address: string | null
  /** ISO-8601, UTC */
  createdAt: string
  type: "auditEvent"
}

export interface ExportedConversation {
  id: string
  title: string | null
  derivedTitle: string | null
  forkedFromConversation: string | null
  forkedFromMessage: string | null
  systemPrompt: string | null
  metadata: Record<string, unknown>
  tags: Array<string>
  archived: boolean
  pinned: boolean
  activeLeafId: string | null
  /** ISO-8601, UTC */
  lastActivityAt: string
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  deletedAt: string | null
  type: "conversation"
}

export interface ExportedDocument {
  id: string
  /** What the client calls it */
  externalId: string | null
  title: string
  /** SHA-256 of the content in UTF-8, in hex */
  contentHash: string
  format: "markdown" | "text"
  language: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish"
  chunkSize: number | null
  chunkOverlap: number | null
  metadata: Record<string, unknown>
  tags: Array<string>
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  deletedAt: string | null
  content: string
  /** Where the client has brought one */
  embedding: Array<number> | null
  model: string | null
  type: "document"
}

export interface ExportedMessage {
  conversationId: string
  id: string
  /** The id that it was saved under, where that is not `id` */
  sentId: string | null
  /** 1, 2, 3 … without a gap in its conversation */
  seq: number
  parentId: string | null
  role: "system" | "user" | "assistant" | "tool"
  content: string
  parts: unknown
  attachments: unknown
  reasoning: string | null
  status: "in_progress" | "complete" | "stopped" | "failed"
  model: string | null
  usage: unknown
  metadata?: Record<string, unknown>
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  deletedAt: string | null
  type: "message"
}

export interface ExportedSession {
  id: string
  userAgent: string | null
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  lastSeenAt: string
  /** ISO-8601, UTC */
  expiresAt: string
  revokedAt: string | null
  type: "session"
}

export interface ExportedUser {
  id: string
  email: string | null
  emailVerified: boolean
  firstName: string | null
  lastName: string | null
  name: string | null
  avatarUrl: string | null
  /** ISO-8601, UTC */
  lastLogin: string
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  type: "user"
}

export interface ExportedVector {
  id: string
  conversationId: string | null
  messageId: string | null
  model: string
  content: string | null
  metadata: Record<string, unknown>
  /** ISO-8601, UTC */
  createdAt: string
  embedding: Array<number>
  type: "vector"
}

export type ExportLine = {
  type: "export"
  format: 1
  /** ISO-8601, UTC */
  exportedAt: string
} | ExportedUser | ExportedSession | ExportedConversation | ExportedMessage | ExportedDocument | ExportedVector | ExportedAuditEvent | {
  type: "end"
  /** Lines by type */
  counts: Record<string, number>
}

export interface FilePart {
  type: "file" | "reasoning-file"
  /** Where the file is, or a data URL with all of it */
  url?: string
  mediaType?: string
  filename?: string
  [key: string]: unknown
}

export interface ImportedUIMessage {
  id: string
  role: "system" | "user" | "assistant" | "tool"
  parts: Array<MessagePart>
  metadata?: Record<string, unknown> | null
  createdAt?: string
}

export type ImportList = Array<ImportedUIMessage> | Array<ChatGPTConversation>

export interface ImportReport {
  format: "export" | "chatgpt" | "uiMessages"
  /** false for an export without its last line: it broke off */
  complete: boolean
  /** What is new here, by type */
  taken: Record<string, number>
  /** What was here already, and what nobody can import, by type */
  skipped: Record<string, number>
  /** What `errors` tell about, by type; `line` where it has none */
  refused: Record<string, number>
  /** The first 100. Lines count from 1; of JSON it is the position in the list, from 0 */
  errors: Array<{
    line: number
    path?: string
    message: string
  }>
  /** The conversation that a list of UIMessages became */
  into?: string
}

export interface Message {
  conversationId: string
  id: string
  /** The id that the client knows it by, where that is not `id`: see `saveChat` */
  sentId?: string
  /** 1, 2, 3 … without a gap in its conversation */
  seq: number
  /** What it answers or follows; null for a beginning */
  parentId: string | null
  role: "system" | "user" | "assistant" | "tool"
  content: string
  parts: Array<MessagePart>
  attachments: Array<Attachment>
  reasoning: string | null
  status: "in_progress" | "complete" | "stopped" | "failed"
  model: string | null
  usage: Usage | null
  /** Absent where none was given */
  metadata?: Record<string, unknown>
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  /** Its stored parts or attachments could not be read any more, and are left out */
  tombstone?: boolean
}

export type MessageAppend = NewMessage | NewMessages

export interface MessageHit {
  source: "message"
  conversationId: string
  role: "system" | "user" | "assistant" | "tool"
  seq: number
  id: string
  /** The first 8000 characters */
  content: string
  truncated: boolean
  /** HTML: the passage with the most of the words, which are in `<mark>`, all else escaped. Null where no words match, or none that can be shown: those of a title or of the head of a table, those beyond the first 20,000 characters, and digits of a number that is written in groups. */
  highlight: string | null
  metadata: Record<string, unknown>
  /** ISO-8601, UTC */
  createdAt: string
  score: number
  /** What the score is made of */
  scoring: {
    /** Cosine similarity; null where there is no vector to compare */
    similarity: number | null
    /** In the list by similarity: 1, 2 …; null beyond its end */
    semanticPosition: number | null
    /** How well the words match, by BM25, with half of what the messages before and after have. A text with all words has no less than the best of those without. Null where no word matches */
    keywordRank: number | null
    /** In the list by keyword */
    keywordPosition: number | null
    /** Of both lists, in a hybrid search */
    fused: number | null
  }
  /** How many of the texts found say the same: one of them is shown */
  copies: number
  /** Neighbours in their order, where they were asked for */
  context?: {
    before: Array<{
      id: string
      /** The first 1000 characters */
      content: string
      role: "system" | "user" | "assistant" | "tool" | null
    }>
    after: Array<{
      id: string
      /** The first 1000 characters */
      content: string
      role: "system" | "user" | "assistant" | "tool" | null
    }>
  }
}

export interface MessageList {
  data: Array<Message>
}

export interface MessagePage {
  data: Array<PathMessage>
  nextCursor: string | null
}

export type MessagePart = TextPart | ReasoningPart | FilePart | SourcePart | ToolPart | DataPart | OtherPart

export interface MessagePatch {
  content?: string
  parts?: Array<MessagePart>
  attachments?: Array<Attachment>
  reasoning?: string | null
  status?: "in_progress" | "complete" | "stopped" | "failed"
  model?: string | null
  usage?: Usage | null
  metadata?: Record<string, unknown> | null
}

export interface NewConversation {
  title?: string | null
  systemPrompt?: string | null
  metadata?: Record<string, unknown>
  tags?: Array<string>
  archived?: boolean
  pinned?: boolean
  id?: string
  /** What is said in it already, in order */
  messages?: Array<NewMessage>
}

export interface NewDocument {
  externalId?: string
  title: string
  content: string
  /** markdown is cut at its headings, too */
  format?: "markdown" | "text"
  /** Which words the keyword search takes for the same */
  language?: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish"
  tags?: Array<string>
  metadata?: Record<string, unknown>
  chunking?: {
    /** Most of a chunk, in UTF-16 units. More than 1,000 chunks for each MiB begun are refused */
    size?: number
    /** What a chunk repeats of the one before: at most half the size, by default 200 */
    overlap?: number
  }
  /** Of the whole content, which becomes one chunk; Parley then neither cuts nor embeds it */
  embedding?: Array<number>
  /** Which model made the embedding; by default `custom` */
  model?: string
  id?: string
}

export interface NewMessage {
  /** Unique in its conversation; by default a UUID of Parley’s */
  id?: string
  /** What it answers or follows: by default the one before, or the active leaf; null begins anew */
  parentId?: string | null
  role: "system" | "user" | "assistant" | "tool"
  content?: string
  parts?: Array<MessagePart>
  attachments?: Array<Attachment>
  reasoning?: string | null
  status?: "in_progress" | "complete" | "stopped" | "failed"
  model?: string | null
  usage?: Usage | null
  metadata?: Record<string, unknown>
}

export interface NewMessages {
  messages: Array<NewMessage>
}

export interface NewVector {
  id?: string
  embedding: Array<number>
  /** Of the message */
  conversationId?: string
  /** A message of that conversation */
  messageId?: string
  /** Which model made the embedding */
  model?: string
  content?: string | null
  metadata?: Record<string, unknown>
}

export interface OpenedConversation {
  id: string
  /** As it was set, or else how the first message of the user begins */
  title: string | null
  systemPrompt: string | null
  metadata: Record<string, unknown>
  tags: Array<string>
  archived: boolean
  pinned: boolean
  messageCount: number
  /** The message that ends the path which is shown */
  activeLeafId: string | null
  /** ISO-8601, UTC */
  lastActivityAt: string
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  lastMessage: {
    id: string
    role: "system" | "user" | "assistant" | "tool"
    /** The first 200 characters */
    preview: string
    /** ISO-8601, UTC */
    createdAt: string
  } | null
  /** In the list of deleted ones */
  deletedAt?: string
  forkedFrom: {
    conversationId: string
    messageId: string
  } | null
  /** Those that were sent, in order */
  messages?: Array<Message>
}

/** Of any other type, known to Parley or not */
export interface OtherPart {
  type: string
  [key: string]: unknown
}

export interface PathMessage {
  conversationId: string
  id: string
  /** The id that the client knows it by, where that is not `id`: see `saveChat` */
  sentId?: string
  /** 1, 2, 3 … without a gap in its conversation */
  seq: number
  /** What it answers or follows; null for a beginning */
  parentId: string | null
  role: "system" | "user" | "assistant" | "tool"
  content: string
  parts: Array<MessagePart>
  attachments: Array<Attachment>
  reasoning: string | null
  status: "in_progress" | "complete" | "stopped" | "failed"
  model: string | null
  usage: Usage | null
  /** Absent where none was given */
  metadata?: Record<string, unknown>
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
  /** Its stored parts or attachments could not be read any more, and are left out */
  tombstone?: boolean
  /** Large parts were left out, as the page was full. In place of each is a part of the type data-parley-omitted; the message read by itself has all of them */
  partsOmitted?: boolean
  /** Messages with the same parent, this one included, and its place among them: 1, 2 … */
  siblings?: {
    ids: Array<string>
    /** For each of them, `leafId` of the path that goes through it: the active leaf where it lies below, else the one written last */
    leafIds: Array<string>
    position: number
  }
}

/** RFC 9457 problem details */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
  requestId: string
  errors?: Array<{
    path: string
    message: string
  }>
  /** Which one is exceeded */
  quota?: string
}

export interface PurgePreview {
  /** Good for this state of the conversation only */
  confirmation: string
  /** Messages that would be lost */
  messageCount: number
}

export interface QuotaUsage {
  data: Array<{
    /** Rows that are stored, those in the trash included; bytes of texts and JSON in UTF-8, and of vectors that you brought; tokens that were embedded today, about four bytes of a text each */
    quota: "conversations" | "messages" | "documents" | "storedBytes" | "embeddedTokens"
    used: number
    /** Null for none */
    limit: number | null
    /** When it counts from 0 again; null for never */
    resetsAt: string | null
  }>
}

export interface ReasoningPart {
  type: "reasoning"
  text?: string
  state?: string
  [key: string]: unknown
}

export interface Refresh {
  session: Session
}

export interface SavedChat {
  data: Array<{
    /** The id in the list */
    sentId: string
    /** The id under which it is stored */
    id: string
    result: "unchanged" | "created" | "updated"
  }>
}

export interface SearchRequest {
  /** A text; this or `embedding`. By keyword, one of more than 40 words counts by its longest words. */
  query?: string
  /** How the query is read by keyword. `operators`: `-word` and `-"a phrase"` exclude, where something else is asked for; `"a phrase"` has to be there; `OR` in capitals asks for one of two. `plain`: none of them. */
  syntax?: "plain" | "operators"
  /** What was said before, newest last: the query is read as a follow-up. The last five of the user count, each less than the next, and none of their words has to be there. */
  turns?: Array<{
    role: "system" | "user" | "assistant" | "tool"
    content: string
  }>
  /** The query is read as a follow-up in this conversation: its last messages count as `turns` would. What is searched is up to `filter`. */
  conversationId?: string
  /** The path to this message, in place of the active leaf */
  leafId?: string
  embedding?: Array<number>
  /** Only vectors of this model */
  model?: string
  /** `hybrid` where there is a text, `semantic` where there is an embedding */
  mode?: "hybrid" | "semantic" | "keyword"
  sources?: Array<"message" | "document">
  filter?: {
    source?: Array<"message" | "document">
    /** Messages of these */
    conversationId?: Array<string>
    /** Chunks of these */
    documentId?: Array<string>
    /** Only messages have one */
    role?: Array<"system" | "user" | "assistant" | "tool">
    /** All of them, on the conversation or the document */
    tags?: Array<string>
    /** ISO-8601 with an offset or Z; exclusive */
    createdAfter?: string
    /** ISO-8601 with an offset or Z; exclusive */
    createdBefore?: string
    /** On the metadata of the message or the document. Operators of one condition must all hold. Of an array, one element must; an array of more than 100 elements is not looked into, nor one of more than 16 before the end of a path of two names, 4 of three, 2 of more. No more than 64 comparisons: an operator is one, and so are four values of `in`; with a key of two names each counts as 4, of three names or more as 16. `and` and `or` may be nested, 4 levels deep. */
    metadata?: {
      key?: string | Array<string>
      eq?: string | number | boolean | null
      ne?: string | number | boolean | null
      gt?: string | number
      gte?: string | number
      lt?: string | number
      lte?: string | number
      in?: Array<string | number | boolean | null>
    } | {
      and: Array<{
        key?: string | Array<string>
        eq?: string | number | boolean | null
        ne?: string | number | boolean | null
        gt?: string | number
        gte?: string | number
        lt?: string | number
        lte?: string | number
        in?: Array<string | number | boolean | null>
      }>
    } | {
      or: Array<{
        key?: string | Array<string>
        eq?: string | number | boolean | null
        ne?: string | number | boolean | null
        gt?: string | number
        gte?: string | number
        lt?: string | number
        lte?: string | number
        in?: Array<string | number | boolean | null>
      }>
    }
  }
  /** Least cosine similarity */
  threshold?: number
  limit?: number
  /** `nextCursor` of the same search */
  cursor?: string
  /** Only the best hit of each */
  groupBy?: Array<"conversation" | "document">
  /** So many neighbours before and behind each hit */
  context?: number
  /** The last word of the query may go on */
  prefix?: boolean
  /** Which of the words a text must have. With `any`, the default, a search by keyword has those with all words first. */
  match?: "all" | "any"
  /** How both lists become one. `score`: the sum of weight · score / best score of the list, with 0.3 for the semantic and 0.7 for the keyword list unless told otherwise. `rank`: reciprocal rank fusion, the sum of weight / (k + position), with 1 and 1. */
  fusion?: {
    method?: "score" | "rank"
    k?: number
    weights?: {
      semantic?: number
      keyword?: number
    }
  }
}

export interface SearchResults {
  data: Array<MessageHit | DocumentHit>
  nextCursor: string | null
  /** How it was searched in the end */
  mode: "hybrid" | "semantic" | "keyword"
  /** The query could not be embedded: a hybrid search went by keyword alone, without threshold and floor */
  degraded: boolean
  recall: "exact" | "approximate"
  /** Candidates that were left out for their similarity: below the threshold, or so low that only words could vouch for them, which they lack */
  belowThreshold: number
  /** The user's texts that wait for their vector, 10,000 at most */
  pendingEmbeddings: number
  /** Those that were given up, 10,000 at most */
  failedEmbeddings: number
  /** Texts whose vector another model made: they were not compared */
  otherModels: number
}

export interface Session {
  id: string
  userAgent: string | null
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  lastSeenAt: string
  /** ISO-8601, UTC */
  expiresAt: string
}

export interface SessionPage {
  data: Array<{
    id: string
    userAgent: string | null
    /** ISO-8601, UTC */
    createdAt: string
    /** ISO-8601, UTC */
    lastSeenAt: string
    /** ISO-8601, UTC */
    expiresAt: string
    /** The one that asks */
    current: boolean
  }>
  nextCursor: string | null
}

export interface SignIn {
  user: User
  session: Session
  /** True while Cognito cannot be asked: e-mail and emailVerified are those of an earlier sign-in */
  profileStale: boolean
}

export type SignInRequest = Record<string, never> | {
  transport: "cookie"
  /** As Cognito gave it, as the bearer token would be */
  accessToken: string
  /** Of the same sign-in */
  refreshToken: string
}

export interface SourcePart {
  type: "source-url" | "source-document"
  url?: string
  title?: string
  [key: string]: unknown
}

export interface TextPart {
  type: "text"
  text: string
  state?: string
  [key: string]: unknown
}

export interface ToolPart {
  type: "dynamic-tool" | `tool-${string}`
  toolCallId?: string
  toolName?: string
  state?: string
  [key: string]: unknown
}

export interface Usage {
  inputTokens?: number
  outputTokens?: number
  totalTokens?: number
  reasoningTokens?: number
  cachedInputTokens?: number
  inputTokenDetails?: {
    noCacheTokens?: number
    cacheReadTokens?: number
    cacheWriteTokens?: number
    [key: string]: unknown
  }
  outputTokenDetails?: {
    textTokens?: number
    reasoningTokens?: number
    [key: string]: unknown
  }
  /** As the provider has said it */
  raw?: unknown
  [key: string]: unknown
}

export interface User {
  id: string
  email: string | null
  emailVerified: boolean
  firstName: string | null
  lastName: string | null
  name: string | null
  avatarUrl: string | null
  /** ISO-8601, UTC */
  lastLogin: string
  /** ISO-8601, UTC */
  createdAt: string
  /** ISO-8601, UTC */
  updatedAt: string
}

export interface UserPatch {
  firstName?: string | null
  lastName?: string | null
  name?: string | null
  avatarUrl?: string | null
}

export interface Vector {
  id: string
  conversationId: string | null
  messageId: string | null
  chunkId: string | null
  documentId: string | null
  model: string
  dimensions: number
  content: string | null
  metadata: Record<string, unknown>
  /** ISO-8601, UTC */
  createdAt: string
}

export interface VectorHits {
  data: Array<{
    id: string
    conversationId: string | null
    messageId: string | null
    chunkId: string | null
    documentId: string | null
    model: string
    dimensions: number
    content: string | null
    metadata: Record<string, unknown>
    /** ISO-8601, UTC */
    createdAt: string
    score: number
  }>
  recall: "exact" | "approximate"
}

export interface VectorSearch {
  embedding: Array<number>
  /** Only vectors of this model */
  model?: string
  limit?: number
  /** Least cosine similarity */
  threshold?: number
}

export interface ListSessionsQuery {
  /** Rows a page */
  limit?: number | undefined
  /** `nextCursor` of the page before */
  cursor?: string | undefined
}

export interface ImportConversationsQuery {
  /** For a list of UIMessages: which conversation they become */
  conversationId?: string | undefined
}

export interface ListMessagesQuery {
  /** Rows a page */
  limit?: number | undefined
  /** `nextCursor` of the page before */
  cursor?: string | undefined
  /** Oldest or newest first */
  order?: "asc" | "desc" | undefined
  /** The way from the beginning to one leaf, or every message there is, by `seq` */
  view?: "path" | "tree" | undefined
  /** The way to this message, in place of the active leaf */
  leafId?: string | undefined
  /** With the messages that have the same parent, and the leaf below each */
  siblings?: "true" | "false" | undefined
}

export interface ListConversationsQuery {
  /** Rows a page */
  limit?: number | undefined
  /** `nextCursor` of the page before */
  cursor?: string | undefined
  /** activity and created: newest first; title: A to Z, whatever the case */
  sort?: "activity" | "created" | "title" | undefined
  /** Those that are pinned before all others */
  pinnedFirst?: boolean | undefined
  /** Only archived ones, or only those that are not */
  archived?: boolean | undefined
  /** Only pinned ones, or only those that are not */
  pinned?: boolean | undefined
  /** May be repeated: then all of the tags must be there */
  tag?: Array<string> | undefined
  /** A JSON object that the metadata must contain, such as {"model":"m"}; objects inside may have more. Arrays in it may have 16 elements in all, of which an object or an array counts as 8. Where much metadata has to be looked through, a page has fewer rows than asked for, or none, and a `nextCursor`. */
  metadata?: string | undefined
  /** ISO-8601 with an offset or Z; exclusive */
  createdAfter?: string | undefined
  /** ISO-8601 with an offset or Z; exclusive */
  createdBefore?: string | undefined
  /** Of the last activity. ISO-8601 with an offset or Z; exclusive */
  activeAfter?: string | undefined
  /** Of the last activity. ISO-8601 with an offset or Z; exclusive */
  activeBefore?: string | undefined
  /** A part of the title as it is shown, whatever the case, accents and width. Where many titles have to be looked through, a page has fewer rows than asked for, or none, and a `nextCursor`. */
  title?: string | undefined
  /** Only those that are deleted and can still be restored, the last deleted first: no other order goes */
  deleted?: boolean | undefined
}

export interface ListDocumentsQuery {
  /** Rows a page */
  limit?: number | undefined
  /** `nextCursor` of the page before */
  cursor?: string | undefined
  /** The one with this `externalId` */
  externalId?: string | undefined
  /** May be repeated: then all of the tags must be there */
  tag?: Array<string> | undefined
  /** A JSON object that the metadata must contain, such as {"model":"m"}; objects inside may have more. Arrays in it may have 16 elements in all, of which an object or an array counts as 8. Where much metadata has to be looked through, a page has fewer rows than asked for, or none, and a `nextCursor`. */
  metadata?: string | undefined
  /** ISO-8601 with an offset or Z; exclusive */
  createdAfter?: string | undefined
  /** ISO-8601 with an offset or Z; exclusive */
  createdBefore?: string | undefined
  /** A part of the title as it is shown, whatever the case, accents and width. Where many titles have to be looked through, a page has fewer rows than asked for, or none, and a `nextCursor`. */
  title?: string | undefined
  /** Only those that are deleted and can still be restored, the last deleted first */
  deleted?: boolean | undefined
}

export interface ListDocumentChunksQuery {
  /** Rows a page */
  limit?: number | undefined
  /** `nextCursor` of the page before */
  cursor?: string | undefined
}

export interface ListEmbeddingJobsQuery {
  /** Rows a page */
  limit?: number | undefined
  /** `nextCursor` of the page before */
  cursor?: string | undefined
  /** Only jobs of this status */
  status?: "pending" | "failed" | undefined
}

export interface ListAuditEventsQuery {
  /** Rows a page */
  limit?: number | undefined
  /** `nextCursor` of the page before */
  cursor?: string | undefined
}

/** The codes of problems, each with its status. */
export interface ProblemStatus {
  account_deleted: 403
  conflict: 409
  database_timeout: 504
  database_unavailable: 503
  embedding_unavailable: 503
  group_required: 403
  headers_too_large: 431
  idempotency_key_reused: 422
  identity_provider_unavailable: 503
  import_interrupted: 503
  insufficient_scope: 403
  internal: 500
  invalid_cursor: 400
  invalid_request: 400
  misconfigured: 500
  mixed_models: 409
  not_found: 404
  not_registered: 403
  origin_not_allowed: 403
  outcome_unknown: 503
  payload_too_large: 413
  precondition_failed: 412
  quota_exceeded: 403
  rate_limited: 429
  request_timeout: 408
  schema_outdated: 503
  session_revoked: 401
  too_many_at_once: 429
  unauthenticated: 401
  unsupported_media_type: 415
  uri_too_long: 414
}

/** Every route: what `hc` of hono/client makes of them. */
export interface Api {
  v1: {
    session: {
      /** Register or log in. Send the Cognito access token as bearer token, with no body or with `{}`. The profile comes from Cognito. A new user is a 201, a known one a 200. While Cognito cannot be asked, a known user is signed in with the stored profile (`profileStale`); a new one gets a 503 with `Retry-After`.

      A page that keeps its tokens in cookies sends them in the body instead, once. They come back as cookies that no script can read, and from then on the access cookie stands in for the bearer token. */
      $post(args?: { json?: SignInRequest }, init?: CallInit): Promise<Answer<SignIn>>
      /** Log out. Ends this sign-in here: its tokens, refreshed ones included, are refused from the next request on. By cookie, the refresh token is revoked at Cognito as well and the cookies are taken back; the refresh cookie alone is enough for that. */
      $delete(args?: {}, init?: CallInit): Promise<Answer<undefined>>
      refresh: {
        /** Refresh the access cookie. For sign-ins by cookie: Cognito gives a new access token for the refresh cookie. No body. Once Cognito refuses, or the session is revoked here, the refresh cookie that was used is taken back. */
        $post(args?: {}, init?: CallInit): Promise<Answer<Refresh>>
      }
    }
    sessions: {
      /** List open sessions, the newest first */
      $get(args?: { query?: ListSessionsQuery }, init?: CallInit): Promise<Answer<SessionPage>>
      /** Revoke all other sessions. Every one but that which asks; they are refused from their next request on. */
      $delete(args?: {}, init?: CallInit): Promise<Answer<undefined>>
      ":sessionId": {
        /** Revoke a session. It is refused from its next request on. */
        $delete(args: { param: { sessionId: string } }, init?: CallInit): Promise<Answer<undefined>>
      }
    }
    me: {
      /** Read the profile */
      $get(args?: {}, init?: CallInit): Promise<Answer<User>>
      /** Change the profile. Fields that are absent stay; null clears one. */
      $patch(args: { json: UserPatch }, init?: CallInit): Promise<Answer<User>>
      /** Delete the account. With everything in it. All sign-ins end at once. Until `purgeAfter`, signing in anew and calling POST /v1/session restores the account; after it everything is purged for good. */
      $delete(args?: {}, init?: CallInit): Promise<Answer<AccountDeletion>>
      export: {
        /** Download everything. All that the user owns, deleted things included, as newline-delimited JSON: each line has a `type`, and what a line refers to stands before it. The last line is `end`, with the number of lines of each type; without it the download broke off. Chunks of documents, and vectors that Parley made, are left out, as it can make them again. */
        $get(args?: {}, init?: CallInit): Promise<Answer<unknown>>
      }
    }
    import: {
      /** Take over conversations. As `application/x-ndjson` the download of `GET /v1/me/export`, up to 64 MiB; as `application/json`, up to 5 MiB, ChatGPT’s `conversations.json` or a list of the AI SDK’s UIMessages, which becomes one conversation. What is here already stays as it is, so that the same file can be sent again, and a file in parts. What cannot be taken is told by line and does not stop the rest. Texts become searchable by meaning in the minutes after. */
      $post(args: { query?: ImportConversationsQuery; json: ImportList }, init?: CallInit): Promise<Answer<ImportReport>>
    }
    conversations: {
      /** Open a conversation. On request with its first messages: all or none of it. They become searchable by meaning shortly after. */
      $post(args: { json: NewConversation }, init?: CallInit): Promise<Answer<OpenedConversation>>
      /** List conversations, newest activity first. Filters hold together. A cursor belongs to the filters and the order that it was made with. */
      $get(args?: { query?: ListConversationsQuery }, init?: CallInit): Promise<Answer<ConversationPage>>
      ":conversationId": {
        /** Read a conversation */
        $get(args: { param: { conversationId: string } }, init?: CallInit): Promise<Answer<Conversation>>
        /** Change a conversation. Fields that are absent stay; null clears title, systemPrompt and metadata; without a title of its own a conversation shows how its first message begins. Metadata is a merge patch (RFC 7396). Changing is no activity. */
        $patch(args: { param: { conversationId: string }; json: ConversationPatch }, init?: CallInit): Promise<Answer<Conversation>>
        /** Delete a conversation with its messages. It can be restored for 30 days, unless the deployment says otherwise; then it is purged. */
        $delete(args: { param: { conversationId: string } }, init?: CallInit): Promise<Answer<undefined>>
        messages: {
          /** Append one message or several. All or none, in the order given. The answer is a list, also of one message. The texts become searchable by meaning shortly after. */
          $post(args: { param: { conversationId: string }; json: MessageAppend }, init?: CallInit): Promise<Answer<MessageList>>
          /** Save a whole chat. Takes the list that `useChat` holds, each message after the one before it, and writes only what differs: new messages are added, and one that is `in_progress` or awaits a tool or an approval is extended. A finished one is never overwritten: where it differs, it and all that follows become a branch beside it. Where its id is taken, a new message gets another `id` and keeps its own as `sentId`, by which later calls find it. The same list twice writes nothing, and what the list leaves out stays. A list may begin in the middle of what is stored. */
          $put(args: { param: { conversationId: string }; json: ChatSave }, init?: CallInit): Promise<Answer<SavedChat>>
          /** List messages in order. By default the way from the beginning to the active leaf: a conversation without branches as it was said. A page of large messages ends early, or shows some without their large parts (`partsOmitted`). */
          $get(args: { param: { conversationId: string }; query?: ListMessagesQuery }, init?: CallInit): Promise<Answer<MessagePage>>
          ":messageId": {
            /** Read a message */
            $get(args: { param: { conversationId: string; messageId: string } }, init?: CallInit): Promise<Answer<Message>>
            /** Change a message. A changed text is embedded anew; until then a search by meaning does not find it. */
            $patch(args: { param: { conversationId: string; messageId: string }; json: MessagePatch }, init?: CallInit): Promise<Answer<Message>>
            /** Delete a message. Its vector is removed at once: no search finds it again. */
            $delete(args: { param: { conversationId: string; messageId: string } }, init?: CallInit): Promise<Answer<undefined>>
            restore: {
              /** Restore a deleted message. It is embedded anew. One that is not deleted stays as it is. */
              $post(args: { param: { conversationId: string; messageId: string } }, init?: CallInit): Promise<Answer<Message>>
            }
          }
        }
        fork: {
          /** Fork a conversation off at a message. A new conversation with copies of the messages from the beginning to that one, in one branch; deleted ones are left out. It takes over system prompt, metadata and tags. The copies have ids of their own and can be found by meaning at once. At most 10,000 messages with 16 MiB of text are copied. */
          $post(args: { param: { conversationId: string }; json: ConversationFork }, init?: CallInit): Promise<Answer<Conversation>>
        }
        restore: {
          /** Restore a deleted conversation. With its messages, which are embedded anew. One that is not deleted stays as it is; one whose time is over is not found. */
          $post(args: { param: { conversationId: string } }, init?: CallInit): Promise<Answer<Conversation>>
        }
        purge: {
          /** Remove a conversation for good. In two calls. The first one, without a confirmation, changes nothing and answers with one; the second one brings it and removes the conversation with all its messages and vectors, deleted or not. What happens to the conversation in between makes it a 412. */
          $post(args: { param: { conversationId: string }; json: ConversationPurge }, init?: CallInit): Promise<Answer<PurgePreview | undefined>>
        }
      }
      bulk: {
        /** Archive, delete or restore many conversations. In one transaction, with the same effects as one by one. Ids of which there is nothing to change are reported as not_found; the others are done all the same. */
        $post(args: { json: ConversationBulk }, init?: CallInit): Promise<Answer<BulkReport>>
      }
    }
    documents: {
      /** Store a document. It is cut into chunks, which can be found by keyword at once (long ones a moment later) and by meaning shortly after. With an externalId that is here already, deleted or not, it takes that document’s place: chunks that are the same keep their id and their vector, and what is the same altogether changes nothing. The title is embedded with each chunk. With an embedding of its own it is one chunk. At most 5 MiB, and 1,000 chunks for each MiB begun. */
      $post(args: { json: NewDocument }, init?: CallInit): Promise<Answer<Document>>
      /** List documents, the newest first. Without their contents. Filters hold together. A cursor belongs to the filters that it was made with. */
      $get(args?: { query?: ListDocumentsQuery }, init?: CallInit): Promise<Answer<DocumentPage>>
      ":documentId": {
        /** Read a document. Its ETag also changes as its chunks get their vectors. */
        $get(args: { param: { documentId: string } }, init?: CallInit): Promise<Answer<Document>>
        /** Change a document. Fields that are absent stay; null clears externalId and metadata. Metadata is a merge patch (RFC 7396). Of a new content only the chunks that differ are embedded anew; of a new title all are, as it is embedded with them; of other fields none. A new content without an embedding ends the one that the client has brought. An ETag of any state of the embeddings does for If-Match. */
        $patch(args: { param: { documentId: string }; json: DocumentPatch }, init?: CallInit): Promise<Answer<Document>>
        /** Delete a document. From now on no search finds it. It can be restored for 30 days, unless the deployment says otherwise; then it is purged. */
        $delete(args: { param: { documentId: string } }, init?: CallInit): Promise<Answer<undefined>>
        chunks: {
          /** List the chunks of a document in their order */
          $get(args: { param: { documentId: string }; query?: ListDocumentChunksQuery }, init?: CallInit): Promise<Answer<DocumentChunkPage>>
        }
        restore: {
          /** Restore a deleted document. With its chunks; those that had no vector yet are embedded. One that is not deleted stays as it is; one whose time is over is not found. */
          $post(args: { param: { documentId: string } }, init?: CallInit): Promise<Answer<Document>>
        }
        purge: {
          /** Remove a document for good. In two calls. The first one, without a confirmation, changes nothing and answers with one; the second one brings it and removes the document with all its chunks and vectors, deleted or not. What happens to the document in between makes it a 412. */
          $post(args: { param: { documentId: string }; json: DocumentPurge }, init?: CallInit): Promise<Answer<DocumentPurgePreview | undefined>>
        }
      }
    }
    vectors: {
      /** Store an embedding of your own. Tied to a message, it takes the place of the embedding that Parley makes: a search by text then finds the message only if `model` names the model that Parley embeds with. A change of the text ends it. */
      $post(args: { json: NewVector }, init?: CallInit): Promise<Answer<Vector>>
      search: {
        /** Find the nearest stored vectors. By cosine similarity, over all vectors of the user: of messages, and stored by hand. */
        $post(args: { json: VectorSearch }, init?: CallInit): Promise<Answer<VectorHits>>
      }
    }
    search: {
      /** Search messages and documents. By meaning and by keyword at once, in one list; or by one of them. Each hit says what its score is made of. `pendingEmbeddings` and `failedEmbeddings` say how many texts cannot be found by meaning. By keyword, the first 60,000 characters of a text are looked at. Both lists go 200 deep: pages end there. A query may be a follow-up (“and the second one?”): of `turns`, in one database trip, or of a conversation, whose turns are read first, which takes a second trip. With a conversation, pages go on as long as its last turns of the user are the same; after that a cursor is an `invalid_cursor`. */
      $post(args: { json: SearchRequest }, init?: CallInit): Promise<Answer<SearchResults>>
    }
    context: {
      /** Build the context of a prompt. The recent turns of a conversation, messages of other conversations and passages of documents about its last question, within a budget of tokens, each with a key to cite it by. The system prompt may take half of the budget. Of the rest, recent turns get half, from the newest back; what was found gets what these leave, and older turns what that leaves. Turns are texts of messages that are complete or stopped. Without the embedding provider it searches by keyword alone (`degraded`). It reads at most the last 500 messages and 400,000 bytes of a conversation, and 8,000 characters of a hit. Tokens are estimates. */
      $post(args: { json: ContextRequest }, init?: CallInit): Promise<Answer<Context>>
    }
    "embedding-jobs": {
      /** List texts that have no vector yet, or could not get one, the newest first. A text is here until it can be found by meaning. By keyword it is found all the while. */
      $get(args?: { query?: ListEmbeddingJobsQuery }, init?: CallInit): Promise<Answer<EmbeddingJobPage>>
      retry: {
        /** Try all texts again that were given up */
        $post(args?: {}, init?: CallInit): Promise<Answer<EmbeddingRetry>>
      }
      ":jobId": {
        retry: {
          /** Try a text again now. Whether it was given up or waits for its next attempt. One that is being embedded stays as it is. */
          $post(args: { param: { jobId: string } }, init?: CallInit): Promise<Answer<EmbeddingJob>>
        }
      }
    }
    "audit-events": {
      /** List what was done to your data, the newest first. Each row that was created, changed, deleted, restored or purged: by whom, by which session and request, from which address. It holds no content. */
      $get(args?: { query?: ListAuditEventsQuery }, init?: CallInit): Promise<Answer<AuditEventPage>>
    }
    usage: {
      /** Read what you have, and may have. A write that would bring you beyond a limit is a 403 `quota_exceeded`, whose `quota` names it. `embeddedTokens` is the exception: writes succeed, and the texts get their vectors after it is reset. */
      $get(args?: {}, init?: CallInit): Promise<Answer<QuotaUsage>>
    }
  }
  healthz: {
    /** Is the Worker alive? */
    $get(args?: {}, init?: CallInit): Promise<Answer<{
      status: "ok"
    }>>
  }
  readyz: {
    /** Can the Worker serve requests?. It can when the database answers and has the schema that this version needs, or a newer one. */
    $get(args?: {}, init?: CallInit): Promise<Answer<{
      status: "ready"
      database: {
        latencyMs: number
      }
    }>>
  }
}
