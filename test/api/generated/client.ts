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
};
export type User = {
    id: string;
    email: string;
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
    email: string;
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
    systemPrompt: string | null;
    metadata: {
        [key: string]: any;
    };
    tags: string[];
    archived: boolean;
    pinned: boolean;
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
    id: string;
    conversationId: string;
    /** 1, 2, 3 … without a gap in its conversation */
    seq: number;
    role: "system" | "user" | "assistant" | "tool";
    content: string;
    metadata: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
    deletedAt: string | null;
    "type": "message";
};
export type ExportedVector = {
    id: string;
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
    resource: "user" | "session" | "conversation" | "message" | "vector";
    resourceId: string;
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
} | ExportedUser | ExportedSession | ExportedConversation | ExportedMessage | ExportedVector | ExportedAuditEvent | {
    "type": "end";
    /** Lines by type */
    counts: {
        [key: string]: number;
    };
};
export type AccountDeletion = {
    /** ISO-8601, UTC */
    deletedAt: string;
    /** Until then signing in anew restores the account; then it is purged */
    purgeAfter: string;
};
export type Message = {
    id: string;
    conversationId: string;
    /** 1, 2, 3 … without a gap in its conversation */
    seq: number;
    role: "system" | "user" | "assistant" | "tool";
    content: string;
    metadata: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
    /** ISO-8601, UTC */
    updatedAt: string;
};
export type MessagePage = {
    data: Message[];
    nextCursor: string | null;
};
export type Conversation = {
    id: string;
    title: string | null;
    systemPrompt: string | null;
    metadata: {
        [key: string]: any;
    };
    tags: string[];
    archived: boolean;
    pinned: boolean;
    messageCount: number;
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
};
export type ConversationPage = {
    data: Conversation[];
    nextCursor: string | null;
};
export type Vector = {
    id: string;
    messageId: string | null;
    model: string;
    content: string | null;
    metadata: {
        [key: string]: any;
    };
    /** ISO-8601, UTC */
    createdAt: string;
};
export type VectorHits = {
    data: {
        id: string;
        messageId: string | null;
        model: string;
        content: string | null;
        metadata: {
            [key: string]: any;
        };
        /** ISO-8601, UTC */
        createdAt: string;
        conversationId: string | null;
        score: number;
    }[];
    recall: "exact" | "approximate";
};
export type SearchResults = {
    data: {
        source: "message";
        id: string;
        conversationId: string;
        role: "system" | "user" | "assistant" | "tool";
        seq: number;
        content: string;
        /** ISO-8601, UTC */
        createdAt: string;
        score: number;
        /** What the score is made of */
        scoring: {
            similarity: number;
        };
    }[];
    recall: "exact" | "approximate";
    /** The user's texts that wait for their vector */
    pendingEmbeddings: number;
};
export type AuditEvent = {
    id: string;
    /** The user; scheduled work; or an operator at the database */
    actor: "user" | "system" | "operator";
    /** `delete` hides and can be restored, `purge` removes for good */
    action: "create" | "update" | "delete" | "restore" | "revoke" | "purge";
    resource: "user" | "session" | "conversation" | "message" | "vector";
    resourceId: string;
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
 * Does the database answer?
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
/**
 * Register or log in
 */
export function signIn({ body }: {
    body?: {
        transport: "cookie";
        /** As Cognito gave it, as the bearer token would be */
        accessToken: string;
        /** Of the same sign-in */
        refreshToken: string;
    };
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
    }>("/v1/session", oazapfts.json({
        ...opts,
        method: "POST",
        body
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
export function updateMe({ ifMatch, body }: {
    ifMatch?: string;
    body: {
        firstName?: string | null;
        lastName?: string | null;
        name?: string | null;
        avatarUrl?: string | null;
    };
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
        body,
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
 * Append one message or several
 */
export function appendMessages({ conversationId, body }: {
    conversationId: string;
    body: {
        id?: string;
        role: "system" | "user" | "assistant" | "tool";
        content: string;
        metadata?: {
            [key: string]: any;
        };
    } | {
        messages: {
            id?: string;
            role: "system" | "user" | "assistant" | "tool";
            content: string;
            metadata?: {
                [key: string]: any;
            };
        }[];
    };
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 201;
        data: Message | {
            data: Message[];
        };
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
    }>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages`, oazapfts.json({
        ...opts,
        method: "POST",
        body
    }));
}
/**
 * List messages in order
 */
export function listMessages({ conversationId, limit, cursor, order }: {
    conversationId: string;
    limit?: number;
    cursor?: string;
    order?: "asc" | "desc";
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
        order
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
export function updateMessage({ conversationId, messageId, ifMatch, body }: {
    conversationId: string;
    messageId: string;
    ifMatch?: string;
    body: {
        content?: string;
        metadata?: {
            [key: string]: any;
        };
    };
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
        body,
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
 * Open a conversation
 */
export function createConversation({ body }: {
    body: {
        title?: string | null;
        systemPrompt?: string | null;
        metadata?: {
            [key: string]: any;
        };
        tags?: string[];
        archived?: boolean;
        pinned?: boolean;
        id?: string;
    };
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
    }>("/v1/conversations", oazapfts.json({
        ...opts,
        method: "POST",
        body
    }));
}
/**
 * List conversations, newest activity first
 */
export function listConversations({ limit, cursor }: {
    limit?: number;
    cursor?: string;
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
        cursor
    }))}`, {
        ...opts
    });
}
/**
 * Read a conversation
 */
export function getConversation({ id, ifNoneMatch }: {
    id: string;
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
    }>(`/v1/conversations/${encodeURIComponent(id)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Change a conversation
 */
export function updateConversation({ id, ifMatch, body }: {
    id: string;
    ifMatch?: string;
    body: {
        title?: string | null;
        systemPrompt?: string | null;
        metadata?: {
            [key: string]: any;
        };
        tags?: string[];
        archived?: boolean;
        pinned?: boolean;
    };
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
    }>(`/v1/conversations/${encodeURIComponent(id)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    }));
}
/**
 * Delete a conversation with its messages
 */
export function deleteConversation({ id, ifMatch }: {
    id: string;
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
    }>(`/v1/conversations/${encodeURIComponent(id)}`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-Match": ifMatch
        })
    });
}
/**
 * Store an embedding of your own
 */
export function createVector({ body }: {
    body: {
        id?: string;
        embedding: number[];
        messageId?: string;
        /** Which model made the embedding */
        model?: string;
        content?: string | null;
        metadata?: {
            [key: string]: any;
        };
    };
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
    }>("/v1/vectors", oazapfts.json({
        ...opts,
        method: "POST",
        body
    }));
}
/**
 * Find the nearest stored vectors
 */
export function searchVectors({ body }: {
    body: {
        embedding: number[];
        limit?: number;
        /** Least cosine similarity */
        threshold?: number;
    };
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
        body
    }));
}
/**
 * Find messages by meaning
 */
export function search({ body }: {
    body: {
        /** A text; this or `embedding` */
        query?: string;
        embedding?: number[];
        mode?: "semantic";
        sources?: "message"[];
        limit?: number;
        /** Least cosine similarity */
        threshold?: number;
    };
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
        body
    }));
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
