import type { ConversationRow } from './schemas.ts'

/** A row as the API shows it. */
export function toConversation({
  version: _version,
  forkedFromConversation: conversationId,
  forkedFromMessage: messageId,
  ...conversation
}: ConversationRow) {
  return { ...conversation, forkedFrom: conversationId && messageId ? { conversationId, messageId } : null }
}
