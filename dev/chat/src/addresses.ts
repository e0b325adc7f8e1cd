/** The address of a message: its conversation, scrolled to it. */
export const messageHref = (conversationId: string, messageId: string): string =>
  `${chatHref(conversationId)}?at=${encodeURIComponent(messageId)}`

export const chatHref = (conversationId: string): string => `/chat/${encodeURIComponent(conversationId)}`

/** The address of a document, with a passage of it marked. */
export const documentHref = (documentId: string, { start, end }: { start: number; end: number }): string =>
  `/documents/${documentId}?from=${start}&to=${end}`
