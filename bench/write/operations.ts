import type { Database } from '../../src/db/database.ts'
import { createConversationRepository } from '../../src/features/conversations/repository.ts'
import { createMessageRepository } from '../../src/features/messages/repository.ts'

/** Where an operation takes place: a conversation of the user's, and a message in it. */
export interface Target {
  userId: string
  conversationId: string
  messageId: string
}

export interface Operation {
  name: string
  /** How many audit events it leaves. */
  events: number
  /** The call that its route makes. @param n a number that no run had before, so that a change is one */
  call(db: Database, target: Target, n: number): Promise<unknown>
}

const text = (n: number) => `Number ${n}: ${'what one says in a chat, more or less. '.repeat(1 + (n % 10))}`
const append = (db: Database, { userId, conversationId }: Target, n: number, count: number) =>
  createMessageRepository(db, userId, conversationId).append(
    Array.from({ length: count }, (_, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: text(n + i) })),
  )

/** What a chat does all day: five writes and a read. */
export const OPERATIONS: readonly Operation[] = [
  { name: 'append 1 message', events: 1, call: (db, target, n) => append(db, target, n, 1) },
  { name: 'append 20 messages', events: 20, call: (db, target, n) => append(db, target, n, 20) },
  {
    name: 'change a title',
    events: 1,
    call: (db, { userId, conversationId }, n) =>
      createConversationRepository(db, userId).patch(conversationId, { title: `Title ${n}` }, null),
  },
  {
    name: "change a message's text",
    events: 1,
    call: (db, { userId, conversationId, messageId }, n) =>
      createMessageRepository(db, userId, conversationId).patch(messageId, { content: text(n) }, null),
  },
  {
    name: 'create a conversation',
    events: 1,
    call: (db, { userId }, n) => createConversationRepository(db, userId).create({ title: `Title ${n}` }),
  },
  {
    name: 'list 20 conversations',
    events: 0,
    // One more than the page has, as the route asks.
    call: (db, { userId }) => createConversationRepository(db, userId).list(21, null),
  },
]
