// @ts-nocheck
/**
 * Parley
 * 1.0.0
 * DO NOT MODIFY - This file has been generated using oazapfts.
 * See https://www.npmjs.com/package/oazapfts
 */
import * as Oazapfts from "@oazapfts/runtime";
import * as QS from "@oazapfts/runtime/query";
export const defaults: Oazapfts.Defaults<Oazapfts.CustomHeaders> = {
    headers: {},
    baseUrl: "/"
};
const oazapfts = Oazapfts.runtime(defaults);
export const servers = {
    server1: "/"
};
export type SignInRequest = {} | {
    transport: "cookie";
    /** As Cognito gave it, as the bearer token would be */
    accessToken: string;
    /** Of the same sign-in */
    refreshToken: string;
};
export type User = {
    id: string;
    email: string | null;
    emailVerified: boolean;
    firstName: string | null;
    lastName: string | null;
    name: string | null;
    avatarUrl: string | null;
    /** ISO-8601, UTC */
    lastLogin: string;
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
};
export type Session = {
    id: string;
    userAgent: string | null;
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    lastSeenAt: string;
    /** ISO-8601, UTC */
    expiresAt: string;
};
export type SignIn = {
    user: User;
    session: Session;
    /** True while Cognito cannot be asked: e-mail and emailVerified are those of an earlier sign-in */
    profileStale: boolean;
};
export type Problem = {
    "type": string;
    title: string;
    status: number;
    detail: string;
    code: string;
    requestId: string;
    errors?: {
        path: string;
        message: string;
    }[];
    /** Which one is exceeded */
    quota?: string;
};
export type Refresh = {
    session: Session;
};
export type SessionPage = {
    data: {
        id: string;
        userAgent: string | null;
        /** ISO-8601, UTC */
        createdAt: string;
        /** ISO-8601, UTC */
        lastSeenAt: string;
        /** ISO-8601, UTC */
        expiresAt: string;
        /** The one that asks */
        current: boolean;
    }[];
    nextCursor: string | null;
};
export type ExportedUser = {
    id: string;
    email: string | null;
    emailVerified: boolean;
    firstName: string | null;
    lastName: string | null;
    name: string | null;
    avatarUrl: string | null;
    /** ISO-8601, UTC */
    lastLogin: string;
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    "type": "user";
};
export type ExportedSession = {
    id: string;
    userAgent: string | null;
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    lastSeenAt: string;
    /** ISO-8601, UTC */
    expiresAt: string;
    revokedAt: string | null;
    "type": "session";
};
export type ExportedConversation = {
    id: string;
    title: string | null;
    derivedTitle: string | null;
    forkedFromConversation: string | null;
    forkedFromMessage: string | null;
    systemPrompt: string | null;
    metadata: {
        [key: string]: any;
    };
    tags: string[];
    archived: boolean;
    pinned: boolean;
    activeLeafId: string | null;
    /** ISO-8601, UTC */
    lastActivityAt: string;
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    deletedAt: string | null;
    "type": "conversation";
};
export type ExportedMessage = {
    conversationId: string;
    id: string;
    /** The id that it was saved under, where that is not `id` */
    sentId: string | null;
    /** 1, 2, 3 … without a gap in its conversation */
    seq: number;
    parentId: string | null;
    role: "system" | "user" | "assistant" | "tool";
    content: string;
    parts: any;
    attachments: any;
    reasoning: string | null;
    status: "in_progress" | "complete" | "stopped" | "failed";
    model: string | null;
    usage: any;
    metadata?: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    deletedAt: string | null;
    "type": "message";
};
export type ExportedDocument = {
    id: string;
    /** What the client calls it */
    externalId: string | null;
    title: string;
    /** SHA-256 of the content in UTF-8, in hex */
    contentHash: string;
    format: "markdown" | "text";
    language: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish";
    chunkSize: number | null;
    chunkOverlap: number | null;
    metadata: {
        [key: string]: any;
    };
    tags: string[];
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    deletedAt: string | null;
    content: string;
    /** Where the client has brought one */
    embedding: number[] | null;
    model: string | null;
    "type": "document";
};
export type ExportedVector = {
    id: string;
    conversationId: string | null;
    messageId: string | null;
    model: string;
    content: string | null;
    metadata: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
    embedding: number[];
    "type": "vector";
};
export type ExportedAuditEvent = {
    id: string;
    /** The user; scheduled work; or an operator at the database */
    actor: "user" | "system" | "operator";
    /** `delete` hides and can be restored, `purge` removes for good */
    action: "create" | "update" | "delete" | "restore" | "revoke" | "purge";
    /** `user`, `session`, `conversation`, `message`, `document`, `vector` */
    resource: string;
    resourceId: string;
    /** Of a message: where it was said */
    conversationId: string | null;
    /** Fields that an update changed: names, no content */
    changed: string[] | null;
    requestId: string | null;
    address: string | null;
    /** ISO-8601, UTC */
    createdAt: string;
    "type": "auditEvent";
};
export type ExportLine = {
    "type": "export";
    format: 1;
    /** ISO-8601, UTC */
    exportedAt: string;
} | ExportedUser | ExportedSession | ExportedConversation | ExportedMessage | ExportedDocument | ExportedVector | ExportedAuditEvent | {
    "type": "end";
    /** Lines by type */
    counts: {
        [key: string]: number;
    };
};
export type UserPatch = {
    firstName?: string | null;
    lastName?: string | null;
    name?: string | null;
    avatarUrl?: string | null;
};
export type AccountDeletion = {
    /** ISO-8601, UTC */
    deletedAt: string;
    /** Until then signing in anew restores the account; then it is purged */
    purgeAfter: string;
};
export type TextPart = {
    "type": "text";
    text: string;
    state?: string;
    [key: string]: any;
};
export type ReasoningPart = {
    "type": "reasoning";
    text?: string;
    state?: string;
    [key: string]: any;
};
export type FilePart = {
    "type": "file" | "reasoning-file";
    /** Where the file is, or a data URL with all of it */
    url?: string;
    mediaType?: string;
    filename?: string;
    [key: string]: any;
};
export type SourcePart = {
    "type": "source-url" | "source-document";
    url?: string;
    title?: string;
    [key: string]: any;
};
export type ToolPart = {
    "type": "dynamic-tool" | string;
    toolCallId?: string;
    toolName?: string;
    state?: string;
    [key: string]: any;
};
export type DataPart = {
    "type": string;
    id?: string;
    data?: any;
    [key: string]: any;
};
export type OtherPart = {
    "type": string;
    [key: string]: any;
};
export type MessagePart = TextPart | ReasoningPart | FilePart | SourcePart | ToolPart | DataPart | OtherPart;
export type ImportedUiMessage = {
    id: string;
    role: "system" | "user" | "assistant" | "tool";
    parts: MessagePart[];
    metadata?: {
        [key: string]: any;
    } | null;
    createdAt?: string;
};
export type ChatGptConversation = {
    id?: string;
    title?: string | null;
    create_time?: number;
    current_node?: string;
    mapping: {
        [key: string]: {
            parent: string | null;
            [key: string]: any;
        };
    };
    [key: string]: any;
};
export type ImportList = ImportedUiMessage[] | ChatGptConversation[];
export type ImportReport = {
    format: "export" | "chatgpt" | "uiMessages";
    /** false for an export without its last line: it broke off */
    complete: boolean;
    /** What is new here, by type */
    taken: {
        [key: string]: number;
    };
    /** What was here already, and what nobody can import, by type */
    skipped: {
        [key: string]: number;
    };
    /** What `errors` tell about, by type; `line` where it has none */
    refused: {
        [key: string]: number;
    };
    /** The first 100. Lines count from 1; of JSON it is the position in the list, from 0 */
    errors: {
        line: number;
        path?: string;
        message: string;
    }[];
    /** The conversation that a list of UIMessages became */
    into?: string;
};
export type Attachment = {
    name: string;
    mediaType: string;
    /** Where the file is, or a data URL with all of it */
    url: string;
    /** Bytes */
    size?: number;
    [key: string]: any;
};
export type Usage = {
    inputTokens?: number;
    outputTokens?: number;
    totalTokens?: number;
    reasoningTokens?: number;
    cachedInputTokens?: number;
    inputTokenDetails?: {
        noCacheTokens?: number;
        cacheReadTokens?: number;
        cacheWriteTokens?: number;
        [key: string]: any;
    };
    outputTokenDetails?: {
        textTokens?: number;
        reasoningTokens?: number;
        [key: string]: any;
    };
    /** As the provider has said it */
    raw?: any;
    [key: string]: any;
};
export type NewMessage = {
    /** Unique in its conversation; by default a UUID of Parley’s */
    id?: string;
    /** What it answers or follows: by default the one before, or the active leaf; null begins anew */
    parentId?: string | null;
    role: "system" | "user" | "assistant" | "tool";
    content?: string;
    parts?: MessagePart[];
    attachments?: Attachment[];
    reasoning?: string | null;
    status?: "in_progress" | "complete" | "stopped" | "failed";
    model?: string | null;
    usage?: Usage | null;
    metadata?: {
        [key: string]: any;
    };
};
export type NewMessages = {
    messages: NewMessage[];
};
export type MessageAppend = NewMessage | NewMessages;
export type Message = {
    conversationId: string;
    id: string;
    /** The id that the client knows it by, where that is not `id`: see `saveChat` */
    sentId?: string;
    /** 1, 2, 3 … without a gap in its conversation */
    seq: number;
    /** What it answers or follows; null for a beginning */
    parentId: string | null;
    role: "system" | "user" | "assistant" | "tool";
    content: string;
    parts: MessagePart[];
    attachments: Attachment[];
    reasoning: string | null;
    status: "in_progress" | "complete" | "stopped" | "failed";
    model: string | null;
    usage: Usage | null;
    /** Absent where none was given */
    metadata?: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    /** Its stored parts or attachments could not be read any more, and are left out */
    tombstone?: boolean;
};
export type MessageList = {
    data: Message[];
};
export type ChatMessage = {
    /** As the client knows it: `id` or `sentId` of a message that is here already */
    id: string;
    role: "system" | "user" | "assistant" | "tool";
    content?: string;
    attachments?: Attachment[];
    reasoning?: string | null;
    status?: "in_progress" | "complete" | "stopped" | "failed";
    model?: string | null;
    usage?: Usage | null;
    metadata?: {
        [key: string]: any;
    };
    parts: MessagePart[];
    /** Of a list that was read: a save ignores it */
    conversationId?: any;
    /** Of a list that was read: a save ignores it */
    seq?: any;
    /** Of a list that was read: a save ignores it */
    parentId?: any;
    /** Of a list that was read: a save ignores it */
    sentId?: any;
    /** Of a list that was read: a save ignores it */
    siblings?: any;
    /** Of a list that was read: a save ignores it */
    createdAt?: any;
    /** Of a list that was read: a save ignores it */
    updatedAt?: any;
};
export type ChatSave = {
    messages: ChatMessage[];
};
export type SavedChat = {
    data: {
        /** The id in the list */
        sentId: string;
        /** The id under which it is stored */
        id: string;
        result: "unchanged" | "created" | "updated";
    }[];
};
export type PathMessage = {
    conversationId: string;
    id: string;
    /** The id that the client knows it by, where that is not `id`: see `saveChat` */
    sentId?: string;
    /** 1, 2, 3 … without a gap in its conversation */
    seq: number;
    /** What it answers or follows; null for a beginning */
    parentId: string | null;
    role: "system" | "user" | "assistant" | "tool";
    content: string;
    parts: MessagePart[];
    attachments: Attachment[];
    reasoning: string | null;
    status: "in_progress" | "complete" | "stopped" | "failed";
    model: string | null;
    usage: Usage | null;
    /** Absent where none was given */
    metadata?: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    /** Its stored parts or attachments could not be read any more, and are left out */
    tombstone?: boolean;
    /** Large parts were left out, as the page was full. In place of each is a part of the type data-parley-omitted; the message read by itself has all of them */
    partsOmitted?: boolean;
    /** Messages with the same parent, this one included, and its place among them: 1, 2 … */
    siblings?: {
        ids: string[];
        /** For each of them, `leafId` of the path that goes through it: the active leaf where it lies below, else the one written last */
        leafIds: string[];
        position: number;
    };
};
export type MessagePage = {
    data: PathMessage[];
    nextCursor: string | null;
};
export type MessagePatch = {
    content?: string;
    parts?: MessagePart[];
    attachments?: Attachment[];
    reasoning?: string | null;
    status?: "in_progress" | "complete" | "stopped" | "failed";
    model?: string | null;
    usage?: Usage | null;
    metadata?: {
        [key: string]: any;
    } | null;
};
export type NewConversation = {
    title?: string | null;
    systemPrompt?: string | null;
    metadata?: {
        [key: string]: any;
    };
    tags?: string[];
    archived?: boolean;
    pinned?: boolean;
    id?: string;
    /** What is said in it already, in order */
    messages?: NewMessage[];
};
export type OpenedConversation = {
    id: string;
    /** As it was set, or else how the first message of the user begins */
    title: string | null;
    systemPrompt: string | null;
    metadata: {
        [key: string]: any;
    };
    tags: string[];
    archived: boolean;
    pinned: boolean;
    messageCount: number;
    /** The message that ends the path which is shown */
    activeLeafId: string | null;
    /** ISO-8601, UTC */
    lastActivityAt: string;
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    lastMessage: {
        id: string;
        role: "system" | "user" | "assistant" | "tool";
        /** The first 200 characters */
        preview: string;
        /** ISO-8601, UTC */
        createdAt: string;
    } | null;
    /** In the list of deleted ones */
    deletedAt?: string;
    forkedFrom: {
        conversationId: string;
        messageId: string;
    } | null;
    /** Those that were sent, in order */
    messages?: Message[];
};
export type Conversation = {
    id: string;
    /** As it was set, or else how the first message of the user begins */
    title: string | null;
    systemPrompt: string | null;
    metadata: {
        [key: string]: any;
    };
    tags: string[];
    archived: boolean;
    pinned: boolean;
    messageCount: number;
    /** The message that ends the path which is shown */
    activeLeafId: string | null;
    /** ISO-8601, UTC */
    lastActivityAt: string;
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    lastMessage: {
        id: string;
        role: "system" | "user" | "assistant" | "tool";
        /** The first 200 characters */
        preview: string;
        /** ISO-8601, UTC */
        createdAt: string;
    } | null;
    /** In the list of deleted ones */
    deletedAt?: string;
    forkedFrom: {
        conversationId: string;
        messageId: string;
    } | null;
};
export type ConversationPage = {
    data: Conversation[];
    nextCursor: string | null;
};
export type ConversationPatch = {
    title?: string | null;
    systemPrompt?: string | null;
    /** A JSON merge patch (RFC 7396); null clears */
    metadata?: {
        [key: string]: any;
    } | null;
    tags?: string[];
    archived?: boolean;
    pinned?: boolean;
    /** A message of this conversation: the path to it is the one that is shown */
    activeLeafId?: string;
};
export type ConversationBulk = {
    action: "archive" | "unarchive" | "delete" | "restore";
    /** Of conversations */
    ids: string[];
};
export type BulkReport = {
    data: {
        id: string;
        status: "done" | "not_found";
    }[];
};
export type ConversationFork = {
    /** The last message to take along; by default the active leaf */
    messageId?: string;
    /** Of the new conversation */
    id?: string;
    /** By default that of the original */
    title?: string | null;
};
export type ConversationPurge = {
    /** As the call without it has answered */
    confirmation?: string | null;
};
export type PurgePreview = {
    /** Good for this state of the conversation only */
    confirmation: string;
    /** Messages that would be lost */
    messageCount: number;
};
export type NewDocument = {
    externalId?: string;
    title: string;
    content: string;
    /** markdown is cut at its headings, too */
    format?: "markdown" | "text";
    /** Which words the keyword search takes for the same */
    language?: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish";
    tags?: string[];
    metadata?: {
        [key: string]: any;
    };
    chunking?: {
        /** Most of a chunk, in UTF-16 units. More than 1,000 chunks for each MiB begun are refused */
        size?: number;
        /** What a chunk repeats of the one before: at most half the size, by default 200 */
        overlap?: number;
    };
    /** Of the whole content, which becomes one chunk; Parley then neither cuts nor embeds it */
    embedding?: number[];
    /** Which model made the embedding; by default `custom` */
    model?: string;
    id?: string;
};
export type Document = {
    id: string;
    /** What the client calls it */
    externalId: string | null;
    title: string;
    /** SHA-256 of the content in UTF-8, in hex */
    contentHash: string;
    format: "markdown" | "text";
    language: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish";
    chunkCount: number;
    metadata: {
        [key: string]: any;
    };
    tags: string[];
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    /** In the list of deleted ones */
    deletedAt?: string;
    /** Null where the client brought an embedding: then the content is one chunk */
    chunking: {
        size: number;
        overlap: number;
    } | null;
    /** pending while a chunk waits for its vector, failed where one was given up; ready: each can be found by meaning. By keyword they are found from the beginning. */
    status: "pending" | "ready" | "failed";
    /** Chunks */
    embeddings: {
        ready: number;
        pending: number;
        failed: number;
    };
    /** Why the last chunk that failed, or was put off, did so */
    lastError: string | null;
    content: string;
};
export type DocumentItem = {
    id: string;
    /** What the client calls it */
    externalId: string | null;
    title: string;
    /** SHA-256 of the content in UTF-8, in hex */
    contentHash: string;
    format: "markdown" | "text";
    language: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish";
    chunkCount: number;
    metadata: {
        [key: string]: any;
    };
    tags: string[];
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    /** In the list of deleted ones */
    deletedAt?: string;
    /** Null where the client brought an embedding: then the content is one chunk */
    chunking: {
        size: number;
        overlap: number;
    } | null;
    /** pending while a chunk waits for its vector, failed where one was given up; ready: each can be found by meaning. By keyword they are found from the beginning. */
    status: "pending" | "ready" | "failed";
    /** Chunks */
    embeddings: {
        ready: number;
        pending: number;
        failed: number;
    };
    /** Why the last chunk that failed, or was put off, did so */
    lastError: string | null;
};
export type DocumentPage = {
    data: DocumentItem[];
    nextCursor: string | null;
};
export type DocumentPatch = {
    externalId?: string | null;
    title?: string;
    content?: string;
    /** markdown is cut at its headings, too */
    format?: "markdown" | "text";
    /** Which words the keyword search takes for the same */
    language?: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish";
    tags?: string[];
    /** A JSON merge patch (RFC 7396); null clears */
    metadata?: {
        [key: string]: any;
    } | null;
    chunking?: {
        /** Most of a chunk, in UTF-16 units. More than 1,000 chunks for each MiB begun are refused */
        size?: number;
        /** What a chunk repeats of the one before: at most half the size, by default 200 */
        overlap?: number;
    };
    /** Of the whole content, which becomes one chunk; Parley then neither cuts nor embeds it */
    embedding?: number[];
    /** Which model made the embedding; by default `custom` */
    model?: string;
};
export type DocumentChunk = {
    id: string;
    /** 0, 1, 2 … in its document */
    position: number;
    content: string;
    /** Those above it, the outermost first */
    headings: string[];
    /** The header row of the table in which it begins, as Markdown; null where it begins outside of a table or with the header */
    tableHead: string | null;
    /** Where it begins in the document’s content, in UTF-16 units */
    start: number;
    /** Where it ends: `content.slice(start, end)` */
    end: number;
    status: "pending" | "ready" | "failed";
    lastError: string | null;
};
export type DocumentChunkPage = {
    data: DocumentChunk[];
    nextCursor: string | null;
};
export type DocumentPurge = {
    /** As the call without it has answered */
    confirmation?: string | null;
};
export type DocumentPurgePreview = {
    /** Good for this state of the document only */
    confirmation: string;
    /** Chunks that would be lost */
    chunkCount: number;
};
export type NewVector = {
    id?: string;
    embedding: number[];
    /** Of the message */
    conversationId?: string;
    /** A message of that conversation */
    messageId?: string;
    /** Which model made the embedding */
    model?: string;
    content?: string | null;
    metadata?: {
        [key: string]: any;
    };
};
export type Vector = {
    id: string;
    conversationId: string | null;
    messageId: string | null;
    chunkId: string | null;
    documentId: string | null;
    model: string;
    dimensions: number;
    content: string | null;
    metadata: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
};
export type VectorSearch = {
    embedding: number[];
    /** Only vectors of this model */
    model?: string;
    limit?: number;
    /** Least cosine similarity */
    threshold?: number;
};
export type VectorHits = {
    data: {
        id: string;
        conversationId: string | null;
        messageId: string | null;
        chunkId: string | null;
        documentId: string | null;
        model: string;
        dimensions: number;
        content: string | null;
        metadata: {
            [key: string]: any;
        };
        /** ISO-8601, UTC */
        createdAt: string;
        score: number;
    }[];
    recall: "exact" | "approximate";
};
export type SearchRequest = {
    /** A text; this or `embedding`. By keyword, one of more than 40 words counts by its longest words. */
    query?: string;
    /** How the query is read by keyword. `operators`: `-word` and `-"a phrase"` exclude, where something else is asked for; `"a phrase"` has to be there; `OR` in capitals asks for one of two. `plain`: none of them. */
    syntax?: "plain" | "operators";
    /** What was said before, newest last: the query is read as a follow-up. The last five of the user count, each less than the next, and none of their words has to be there. */
    turns?: {
        role: "system" | "user" | "assistant" | "tool";
        content: string;
    }[];
    /** The query is read as a follow-up in this conversation: its last messages count as `turns` would. What is searched is up to `filter`. */
    conversationId?: string;
    /** The path to this message, in place of the active leaf */
    leafId?: string;
    embedding?: number[];
    /** Only vectors of this model */
    model?: string;
    /** `hybrid` where there is a text, `semantic` where there is an embedding */
    mode?: "hybrid" | "semantic" | "keyword";
    sources?: ("message" | "document")[];
    filter?: {
        source?: ("message" | "document")[];
        /** Messages of these */
        conversationId?: string[];
        /** Chunks of these */
        documentId?: string[];
        /** Only messages have one */
        role?: ("system" | "user" | "assistant" | "tool")[];
        /** All of them, on the conversation or the document */
        tags?: string[];
        /** ISO-8601 with an offset or Z; exclusive */
        createdAfter?: string;
        /** ISO-8601 with an offset or Z; exclusive */
        createdBefore?: string;
        /** On the metadata of the message or the document. Operators of one condition must all hold. Of an array, one element must; an array of more than 100 elements is not looked into, nor one of more than 16 before the end of a path of two names, 4 of three, 2 of more. No more than 64 comparisons: an operator is one, and so are four values of `in`; with a key of two names each counts as 4, of three names or more as 16. `and` and `or` may be nested, 4 levels deep. */
        metadata?: {
            key?: string | string[];
            eq?: string | number | boolean | null;
            ne?: string | number | boolean | null;
            gt?: string | number;
            gte?: string | number;
            lt?: string | number;
            lte?: string | number;
            "in"?: (string | number | boolean | null)[];
        } | {
            and: {
                key?: string | string[];
                eq?: string | number | boolean | null;
                ne?: string | number | boolean | null;
                gt?: string | number;
                gte?: string | number;
                lt?: string | number;
                lte?: string | number;
                "in"?: (string | number | boolean | null)[];
            }[];
        } | {
            or: {
                key?: string | string[];
                eq?: string | number | boolean | null;
                ne?: string | number | boolean | null;
                gt?: string | number;
                gte?: string | number;
                lt?: string | number;
                lte?: string | number;
                "in"?: (string | number | boolean | null)[];
            }[];
        };
    };
    /** Least cosine similarity */
    threshold?: number;
    limit?: number;
    /** `nextCursor` of the same search */
    cursor?: string;
    /** Only the best hit of each */
    groupBy?: ("conversation" | "document")[];
    /** So many neighbours before and behind each hit */
    context?: number;
    /** The last word of the query may go on */
    prefix?: boolean;
    /** Which of the words a text must have. With `any`, the default, a search by keyword has those with all words first. */
    match?: "all" | "any";
    /** How both lists become one. `score`: the sum of weight · score / best score of the list, with 0.3 for the semantic and 0.7 for the keyword list unless told otherwise. `rank`: reciprocal rank fusion, the sum of weight / (k + position), with 1 and 1. */
    fusion?: {
        method?: "score" | "rank";
        k?: number;
        weights?: {
            semantic?: number;
            keyword?: number;
        };
    };
};
export type MessageHit = {
    source: "message";
    conversationId: string;
    role: "system" | "user" | "assistant" | "tool";
    seq: number;
    id: string;
    /** The first 8000 characters */
    content: string;
    truncated: boolean;
    /** HTML: the passage with the most of the words, which are in `<mark>`, all else escaped. Null where no words match, or none that can be shown: those of a title or of the head of a table, those beyond the first 20,000 characters, and digits of a number that is written in groups. */
    highlight: string | null;
    metadata: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
    score: number;
    /** What the score is made of */
    scoring: {
        /** Cosine similarity; null where there is no vector to compare */
        similarity: number | null;
        /** In the list by similarity: 1, 2 …; null beyond its end */
        semanticPosition: number | null;
        /** How well the words match, by BM25, with half of what the messages before and after have. A text with all words has no less than the best of those without. Null where no word matches */
        keywordRank: number | null;
        /** In the list by keyword */
        keywordPosition: number | null;
        /** Of both lists, in a hybrid search */
        fused: number | null;
    };
    /** How many of the texts found say the same: one of them is shown */
    copies: number;
    /** Neighbours in their order, where they were asked for */
    context?: {
        before: {
            id: string;
            /** The first 1000 characters */
            content: string;
            role: ("system" | "user" | "assistant" | "tool") | null;
        }[];
        after: {
            id: string;
            /** The first 1000 characters */
            content: string;
            role: ("system" | "user" | "assistant" | "tool") | null;
        }[];
    };
};
export type DocumentHit = {
    source: "document";
    documentId: string;
    title: string;
    headings: string[];
    /** The header row of the table in which it begins, as Markdown; null where it begins outside of a table or with the header */
    tableHead: string | null;
    position: number;
    start: number;
    end: number;
    id: string;
    /** The first 8000 characters */
    content: string;
    truncated: boolean;
    /** HTML: the passage with the most of the words, which are in `<mark>`, all else escaped. Null where no words match, or none that can be shown: those of a title or of the head of a table, those beyond the first 20,000 characters, and digits of a number that is written in groups. */
    highlight: string | null;
    metadata: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
    score: number;
    /** What the score is made of */
    scoring: {
        /** Cosine similarity; null where there is no vector to compare */
        similarity: number | null;
        /** In the list by similarity: 1, 2 …; null beyond its end */
        semanticPosition: number | null;
        /** How well the words match, by BM25, with half of what the messages before and after have. A text with all words has no less than the best of those without. Null where no word matches */
        keywordRank: number | null;
        /** In the list by keyword */
        keywordPosition: number | null;
        /** Of both lists, in a hybrid search */
        fused: number | null;
    };
    /** How many of the texts found say the same: one of them is shown */
    copies: number;
    /** Neighbours in their order, where they were asked for */
    context?: {
        before: {
            id: string;
            /** The first 1000 characters */
            content: string;
            role: ("system" | "user" | "assistant" | "tool") | null;
        }[];
        after: {
            id: string;
            /** The first 1000 characters */
            content: string;
            role: ("system" | "user" | "assistant" | "tool") | null;
        }[];
    };
};
export type SearchResults = {
    data: (MessageHit | DocumentHit)[];
    nextCursor: string | null;
    /** How it was searched in the end */
    mode: "hybrid" | "semantic" | "keyword";
    /** The query could not be embedded: a hybrid search went by keyword alone, without threshold and floor */
    degraded: boolean;
    recall: "exact" | "approximate";
    /** Candidates that were left out for their similarity: below the threshold, or so low that only words could vouch for them, which they lack */
    belowThreshold: number;
    /** The user's texts that wait for their vector, 10,000 at most */
    pendingEmbeddings: number;
    /** Those that were given up, 10,000 at most */
    failedEmbeddings: number;
    /** Texts whose vector another model made: they were not compared */
    otherModels: number;
};
export type ContextRequest = any;
export type Context = {
    systemPrompt: {
        content: string;
        /** An estimate, with what stands around the text in a prompt */
        tokens: number;
        /** Whether `content` is only the beginning */
        truncated: boolean;
    } | null;
    /** The last turns, oldest first */
    recent: {
        /** Null, as `seq` and `createdAt`, for a turn of the request */
        id: string | null;
        role: "system" | "user" | "assistant" | "tool";
        content: string;
        /** An estimate, with what stands around the text in a prompt */
        tokens: number;
        /** Whether `content` is only the beginning */
        truncated: boolean;
        seq: number | null;
        createdAt: string | null;
    }[];
    /** Whether the conversation has turns before these */
    earlierTurns: boolean;
    /** Other messages, the best first */
    recalled: {
        /** To cite it by: `m1`, `m2` … */
        key: string;
        conversationId: string;
        conversationTitle: string | null;
        id: string;
        role: "system" | "user" | "assistant" | "tool";
        content: string;
        /** An estimate, with what stands around the text in a prompt */
        tokens: number;
        /** Whether `content` is only the beginning */
        truncated: boolean;
        score: number;
        seq: number;
        /** ISO-8601, UTC */
        createdAt: string;
    }[];
    /** The best first */
    passages: {
        /** To cite it by: `d1`, `d2` … */
        key: string;
        documentId: string;
        title: string;
        /** Those that all of it stands under, from the outermost */
        headings: string[];
        /** The header row of the table in which it begins, as Markdown; null where it begins outside of a table or with the header */
        tableHead: string | null;
        /** The passage is the document's `content.slice(start, end)` */
        start: number;
        end: number;
        content: string;
        /** An estimate, with what stands around the text in a prompt */
        tokens: number;
        /** Whether `content` is only the beginning */
        truncated: boolean;
        score: number;
    }[];
    /** What was looked at and left out: hits from the best on, then turns from the newest back, 50 at most */
    omitted: {
        kind: "recent" | "recalled" | "passage";
        /** Of the message or the chunk; null for a turn of the request */
        id: string | null;
        conversationId?: string;
        documentId?: string;
        /** An estimate, with what stands around the text in a prompt */
        tokens: number;
        /** `budget`: there was no room. `duplicate`: the same text is shown already. `in_recent`: it is one of the recent turns. `unfinished`: the message is in progress or has failed. `no_text`: it has parts only. */
        reason: "budget" | "duplicate" | "in_recent" | "unfinished" | "no_text";
    }[];
    /** How many there are, with those that are not listed */
    omittedCount: number;
    tokens: {
        budget: number;
        used: number;
        systemPrompt: number;
        recent: number;
        recalled: number;
        passages: number;
    };
    /** How it was searched; null where the conversation has no turn of the user to search for */
    mode: ("hybrid" | "keyword") | null;
    /** The query could not be embedded: a hybrid search went by keyword alone, without threshold and floor */
    degraded: boolean;
    recall: "exact" | "approximate";
    /** Candidates that were left out for their similarity: below the threshold, or so low that only words could vouch for them, which they lack */
    belowThreshold: number;
    /** The user's texts that wait for their vector, 10,000 at most */
    pendingEmbeddings: number;
    /** Those that were given up, 10,000 at most */
    failedEmbeddings: number;
    /** Texts whose vector another model made: they were not compared */
    otherModels: number;
};
export type EmbeddingJob = {
    id: string;
    conversationId: string | null;
    messageId: string | null;
    chunkId: string | null;
    documentId: string | null;
    /** Times that this text was tried; failures of the provider itself do not count */
    attempts: number;
    /** It is not tried again before then. ISO-8601, UTC */
    runAt: string;
    /** What the last attempt failed with */
    lastError: string | null;
    failedAt: string | null;
    /** ISO-8601, UTC */
    createdAt: string;
    /** `failed` is given up until somebody asks to try again */
    status: "pending" | "failed";
    source: "message" | "document";
};
export type EmbeddingJobPage = {
    data: EmbeddingJob[];
    nextCursor: string | null;
};
export type EmbeddingRetry = {
    /** Jobs that were given up and are tried again */
    retried: number;
};
export type AuditEvent = {
    id: string;
    /** The user; scheduled work; or an operator at the database */
    actor: "user" | "system" | "operator";
    /** `delete` hides and can be restored, `purge` removes for good */
    action: "create" | "update" | "delete" | "restore" | "revoke" | "purge";
    /** `user`, `session`, `conversation`, `message`, `document`, `vector` */
    resource: string;
    resourceId: string;
    /** Of a message: where it was said */
    conversationId: string | null;
    /** Fields that an update changed: names, no content */
    changed: string[] | null;
    requestId: string | null;
    address: string | null;
    /** ISO-8601, UTC */
    createdAt: string;
    sessionId: string | null;
};
export type AuditEventPage = {
    data: AuditEvent[];
    nextCursor: string | null;
};
export type QuotaUsage = {
    data: {
        /** Rows that are stored, those in the trash included; bytes of texts and JSON in UTF-8, and of vectors that you brought; tokens that were embedded today, about four bytes of a text each */
        quota: "conversations" | "messages" | "documents" | "storedBytes" | "embeddedTokens";
        used: number;
        /** Null for none */
        limit: number | null;
        /** When it counts from 0 again; null for never */
        resetsAt: string | null;
    }[];
};
/**
 * Register or log in
 */
export function signIn({ signInRequest }: {
    signInRequest?: SignInRequest;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: SignIn;
    } | {
        status: 201;
        data: SignIn;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/session", oazapfts.json({
        ...opts,
        method: "POST",
        body: signInRequest
    }));
}
/**
 * Log out
 */
export function signOut(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/session", {
        ...opts,
        method: "DELETE"
    });
}
/**
 * Refresh the access cookie
 */
export function refreshSession(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Refresh;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/session/refresh", {
        ...opts,
        method: "POST"
    });
}
/**
 * List open sessions, the newest first
 */
export function listSessions({ limit, cursor }: {
    limit?: number;
    cursor?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: SessionPage;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/sessions${QS.query(QS.explode({
        limit,
        cursor
    }))}`, {
        ...opts
    });
}
/**
 * Revoke all other sessions
 */
export function revokeOtherSessions(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/sessions", {
        ...opts,
        method: "DELETE"
    });
}
/**
 * Revoke a session
 */
export function revokeSession({ sessionId }: {
    sessionId: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/sessions/${encodeURIComponent(sessionId)}`, {
        ...opts,
        method: "DELETE"
    });
}
/**
 * Download everything
 */
export function exportMe(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: ExportLine;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/me/export", {
        ...opts
    });
}
/**
 * Read the profile
 */
export function getMe({ ifNoneMatch }: {
    ifNoneMatch?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: User;
    } | {
        status: 304;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/me", {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Change the profile
 */
export function updateMe({ ifMatch, userPatch }: {
    ifMatch?: string;
    userPatch: UserPatch;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: User;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/me", oazapfts.json({
        ...opts,
        method: "PATCH",
        body: userPatch,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    }));
}
/**
 * Delete the account
 */
export function deleteMe({ ifMatch }: {
    ifMatch?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: AccountDeletion;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/me", {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    });
}
/**
 * Take over conversations
 */
export function importConversations({ conversationId, importList }: {
    conversationId?: string;
    importList: ImportList;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: ImportReport;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/import${QS.query(QS.explode({
        conversationId
    }))}`, oazapfts.json({
        ...opts,
        method: "POST",
        body: importList
    }));
}
/**
 * Append one message or several
 */
export function appendMessages({ conversationId, idempotencyKey, messageAppend }: {
    conversationId: string;
    idempotencyKey?: string;
    messageAppend: MessageAppend;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 201;
        data: MessageList;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages`, oazapfts.json({
        ...opts,
        method: "POST",
        body: messageAppend,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * Save a whole chat
 */
export function saveChat({ conversationId, ifMatch, chatSave }: {
    conversationId: string;
    ifMatch?: string;
    chatSave: ChatSave;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: SavedChat;
    } | {
        status: 201;
        data: SavedChat;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages`, oazapfts.json({
        ...opts,
        method: "PUT",
        body: chatSave,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    }));
}
/**
 * List messages in order
 */
export function listMessages({ conversationId, limit, cursor, order, view, leafId, siblings }: {
    conversationId: string;
    limit?: number;
    cursor?: string;
    order?: "asc" | "desc";
    view?: "path" | "tree";
    leafId?: string;
    siblings?: "true" | "false";
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: MessagePage;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages${QS.query(QS.explode({
        limit,
        cursor,
        order,
        view,
        leafId,
        siblings
    }))}`, {
        ...opts
    });
}
/**
 * Read a message
 */
export function getMessage({ conversationId, messageId, ifNoneMatch }: {
    conversationId: string;
    messageId: string;
    ifNoneMatch?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Message;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages/${encodeURIComponent(messageId)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Change a message
 */
export function updateMessage({ conversationId, messageId, ifMatch, messagePatch }: {
    conversationId: string;
    messageId: string;
    ifMatch?: string;
    messagePatch: MessagePatch;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Message;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages/${encodeURIComponent(messageId)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: messagePatch,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    }));
}
/**
 * Delete a message
 */
export function deleteMessage({ conversationId, messageId, ifMatch }: {
    conversationId: string;
    messageId: string;
    ifMatch?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages/${encodeURIComponent(messageId)}`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    });
}
/**
 * Restore a deleted message
 */
export function restoreMessage({ conversationId, messageId }: {
    conversationId: string;
    messageId: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Message;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages/${encodeURIComponent(messageId)}/restore`, {
        ...opts,
        method: "POST"
    });
}
/**
 * Open a conversation
 */
export function createConversation({ idempotencyKey, newConversation }: {
    idempotencyKey?: string;
    newConversation: NewConversation;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 201;
        data: OpenedConversation;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/conversations", oazapfts.json({
        ...opts,
        method: "POST",
        body: newConversation,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * List conversations, newest activity first
 */
export function listConversations({ limit, cursor, sort, pinnedFirst, archived, pinned, tag, metadata, createdAfter, createdBefore, activeAfter, activeBefore, title, deleted }: {
    limit?: number;
    cursor?: string;
    sort?: "activity" | "created" | "title";
    pinnedFirst?: boolean;
    archived?: boolean;
    pinned?: boolean;
    tag?: string[];
    metadata?: string;
    createdAfter?: string;
    createdBefore?: string;
    activeAfter?: string;
    activeBefore?: string;
    title?: string;
    deleted?: boolean;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: ConversationPage;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations${QS.query(QS.explode({
        limit,
        cursor,
        sort,
        pinnedFirst,
        archived,
        pinned,
        tag,
        metadata,
        createdAfter,
        createdBefore,
        activeAfter,
        activeBefore,
        title,
        deleted
    }))}`, {
        ...opts
    });
}
/**
 * Read a conversation
 */
export function getConversation({ conversationId, ifNoneMatch }: {
    conversationId: string;
    ifNoneMatch?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Conversation;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Change a conversation
 */
export function updateConversation({ conversationId, ifMatch, conversationPatch }: {
    conversationId: string;
    ifMatch?: string;
    conversationPatch: ConversationPatch;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Conversation;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: conversationPatch,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    }));
}
/**
 * Delete a conversation with its messages
 */
export function deleteConversation({ conversationId, ifMatch }: {
    conversationId: string;
    ifMatch?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    });
}
/**
 * Archive, delete or restore many conversations
 */
export function changeConversations({ conversationBulk }: {
    conversationBulk: ConversationBulk;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: BulkReport;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/conversations/bulk", oazapfts.json({
        ...opts,
        method: "POST",
        body: conversationBulk
    }));
}
/**
 * Fork a conversation off at a message
 */
export function forkConversation({ conversationId, idempotencyKey, conversationFork }: {
    conversationId: string;
    idempotencyKey?: string;
    conversationFork: ConversationFork;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 201;
        data: Conversation;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/fork`, oazapfts.json({
        ...opts,
        method: "POST",
        body: conversationFork,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * Restore a deleted conversation
 */
export function restoreConversation({ conversationId }: {
    conversationId: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Conversation;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/restore`, {
        ...opts,
        method: "POST"
    });
}
/**
 * Remove a conversation for good
 */
export function purgeConversation({ conversationId, conversationPurge }: {
    conversationId: string;
    conversationPurge: ConversationPurge;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: PurgePreview;
    } | {
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/purge`, oazapfts.json({
        ...opts,
        method: "POST",
        body: conversationPurge
    }));
}
/**
 * Store a document
 */
export function putDocument({ idempotencyKey, newDocument }: {
    idempotencyKey?: string;
    newDocument: NewDocument;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Document;
    } | {
        status: 201;
        data: Document;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/documents", oazapfts.json({
        ...opts,
        method: "POST",
        body: newDocument,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * List documents, the newest first
 */
export function listDocuments({ limit, cursor, externalId, tag, metadata, createdAfter, createdBefore, title, deleted }: {
    limit?: number;
    cursor?: string;
    externalId?: string;
    tag?: string[];
    metadata?: string;
    createdAfter?: string;
    createdBefore?: string;
    title?: string;
    deleted?: boolean;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: DocumentPage;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/documents${QS.query(QS.explode({
        limit,
        cursor,
        externalId,
        tag,
        metadata,
        createdAfter,
        createdBefore,
        title,
        deleted
    }))}`, {
        ...opts
    });
}
/**
 * Read a document
 */
export function getDocument({ documentId, ifNoneMatch }: {
    documentId: string;
    ifNoneMatch?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Document;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/documents/${encodeURIComponent(documentId)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Change a document
 */
export function updateDocument({ documentId, ifMatch, documentPatch }: {
    documentId: string;
    ifMatch?: string;
    documentPatch: DocumentPatch;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Document;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/documents/${encodeURIComponent(documentId)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: documentPatch,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    }));
}
/**
 * Delete a document
 */
export function deleteDocument({ documentId, ifMatch }: {
    documentId: string;
    ifMatch?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/documents/${encodeURIComponent(documentId)}`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    });
}
/**
 * List the chunks of a document in their order
 */
export function listDocumentChunks({ documentId, limit, cursor }: {
    documentId: string;
    limit?: number;
    cursor?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: DocumentChunkPage;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/documents/${encodeURIComponent(documentId)}/chunks${QS.query(QS.explode({
        limit,
        cursor
    }))}`, {
        ...opts
    });
}
/**
 * Restore a deleted document
 */
export function restoreDocument({ documentId }: {
    documentId: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Document;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/documents/${encodeURIComponent(documentId)}/restore`, {
        ...opts,
        method: "POST"
    });
}
/**
 * Remove a document for good
 */
export function purgeDocument({ documentId, documentPurge }: {
    documentId: string;
    documentPurge: DocumentPurge;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: DocumentPurgePreview;
    } | {
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/documents/${encodeURIComponent(documentId)}/purge`, oazapfts.json({
        ...opts,
        method: "POST",
        body: documentPurge
    }));
}
/**
 * Store an embedding of your own
 */
export function createVector({ idempotencyKey, newVector }: {
    idempotencyKey?: string;
    newVector: NewVector;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 201;
        data: Vector;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/vectors", oazapfts.json({
        ...opts,
        method: "POST",
        body: newVector,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * Find the nearest stored vectors
 */
export function searchVectors({ vectorSearch }: {
    vectorSearch: VectorSearch;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: VectorHits;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/vectors/search", oazapfts.json({
        ...opts,
        method: "POST",
        body: vectorSearch
    }));
}
/**
 * Search messages and documents
 */
export function search({ searchRequest }: {
    searchRequest: SearchRequest;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: SearchResults;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/search", oazapfts.json({
        ...opts,
        method: "POST",
        body: searchRequest
    }));
}
/**
 * Build the context of a prompt
 */
export function buildContext({ contextRequest }: {
    contextRequest: ContextRequest;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Context;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/context", oazapfts.json({
        ...opts,
        method: "POST",
        body: contextRequest
    }));
}
/**
 * List texts that have no vector yet, or could not get one, the newest first
 */
export function listEmbeddingJobs({ limit, cursor, status }: {
    limit?: number;
    cursor?: string;
    status?: "pending" | "failed";
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: EmbeddingJobPage;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/embedding-jobs${QS.query(QS.explode({
        limit,
        cursor,
        status
    }))}`, {
        ...opts
    });
}
/**
 * Try all texts again that were given up
 */
export function retryEmbeddingJobs(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: EmbeddingRetry;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/embedding-jobs/retry", {
        ...opts,
        method: "POST"
    });
}
/**
 * Try a text again now
 */
export function retryEmbeddingJob({ jobId }: {
    jobId: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: EmbeddingJob;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/embedding-jobs/${encodeURIComponent(jobId)}/retry`, {
        ...opts,
        method: "POST"
    });
}
/**
 * List what was done to your data, the newest first
 */
export function listAuditEvents({ limit, cursor }: {
    limit?: number;
    cursor?: string;
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: AuditEventPage;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>(`/v1/audit-events${QS.query(QS.explode({
        limit,
        cursor
    }))}`, {
        ...opts
    });
}
/**
 * Read what you have, and may have
 */
export function getUsage(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QuotaUsage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/v1/usage", {
        ...opts
    });
}
/**
 * Is the Worker alive?
 */
export function getHealth(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: {
            status: "ok";
        };
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    }>("/healthz", {
        ...opts
    });
}
/**
 * Can the Worker serve requests?
 */
export function getReadiness(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: {
            status: "ready";
            database: {
                latencyMs: number;
            };
        };
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    } | {
        status: 504;
        data: Problem;
    }>("/readyz", {
        ...opts
    });
}
