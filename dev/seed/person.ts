import type { ConversationCreate } from '../../src/features/conversations/schemas.ts'
import type { NewMessage } from '../../src/features/messages/schemas.ts'

/** Somebody to fill a development database with. */
export interface Person {
  email: string
  givenName: string
  familyName: string
  conversations: readonly SeedConversation[]
  documents?: readonly SeedDocument[]
}

export interface SeedDocument {
  /** As in a conversation. */
  key: string
  title: string
  passages: readonly string[]
}

export interface SeedConversation extends Omit<ConversationCreate, 'id'> {
  /** Names it among the person's own: its id is made of this, so that a second run finds it again. Never changes. */
  key: string
  title: string
  /** How long ago it began, when it is first made. */
  daysAgo: number
  /** Texts take turns, the user first; other roles say so. */
  messages: readonly (string | Pick<NewMessage, 'role' | 'content'>)[]
}

/** The conversation's messages with their roles. */
export function toMessages({ messages }: SeedConversation): Pick<NewMessage, 'role' | 'content'>[] {
  let turn = 0
  return messages.map((message) => {
    if (typeof message !== 'string') return message
    turn += 1
    return { role: turn % 2 === 1 ? 'user' : 'assistant', content: message }
  })
}
