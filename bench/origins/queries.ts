import { and, asc, desc, eq, exists, getTableColumns, isNull, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { conversations } from '../../src/features/conversations/table.ts'
import { messages } from '../../src/features/messages/table.ts'
import { chatVectors } from '../../src/features/vectors/table.ts'

const { userId: _owner, lastSeq: _seq, deletedAt: _gone, version: _state, ...columns } = getTableColumns(conversations)
const { userId: _author, deletedAt: _hidden, version: _edit, ...messageColumns } = getTableColumns(messages)
const { userId: _holder, embedding: _numbers, ...vectorColumns } = getTableColumns(chatVectors)

const userId = sql.placeholder('userId')
const id = sql.placeholder('id')
const limit = sql.placeholder('limit')
const mine = and(eq(conversations.userId, userId), isNull(conversations.deletedAt))

/** Every read is one prepared statement and one round trip: there is no better way over a pool. */
export function prepareQueries(db: NodePgDatabase) {
  const last = db
    .select({
      id: messages.id,
      role: messages.role,
      preview: sql<string>`left(${messages.content}, 200)`.as('preview'),
      createdAt: messages.createdAt,
    })
    .from(messages)
    .where(and(eq(messages.userId, userId), eq(messages.conversationId, conversations.id), isNull(messages.deletedAt)))
    .orderBy(desc(messages.seq))
    .limit(1)
    .as('last_message')
  const withLastMessage = () =>
    db
      .select({
        ...columns,
        lastMessage: { id: last.id, role: last.role, preview: last.preview, createdAt: last.createdAt },
      })
      .from(conversations)
      .leftJoinLateral(last, sql`true`)
  const owned = db
    .select({ id: conversations.id })
    .from(conversations)
    .where(and(mine, eq(conversations.id, id)))
  const distance = sql<number>`${chatVectors.embedding} <=> ${sql.placeholder('embedding')}::vector`.as('distance')
  return {
    listConversations: withLastMessage()
      .where(mine)
      .orderBy(desc(conversations.lastActivityAt), desc(conversations.id))
      .limit(limit)
      .prepare('list_conversations'),
    getConversation: withLastMessage()
      .where(and(mine, eq(conversations.id, id)))
      .prepare('get_conversation'),
    ownsConversation: owned.prepare('owns_conversation'),
    listMessages: db
      .select(messageColumns)
      .from(messages)
      .where(
        and(eq(messages.userId, userId), eq(messages.conversationId, id), isNull(messages.deletedAt), exists(owned)),
      )
      .orderBy(asc(messages.seq))
      .limit(limit)
      .prepare('list_messages'),
    searchVectors: db
      .select({ ...vectorColumns, distance })
      .from(chatVectors)
      .where(eq(chatVectors.userId, userId))
      .orderBy(sql`distance`)
      .limit(limit)
      .prepare('search_vectors'),
  }
}

/**
 * Begin, take the next `seq`, insert, commit: a round trip each. Unlike Parley it leaves no job to embed the text.
 *
 * @returns the message, or undefined where the user has no such conversation
 */
export function appendMessage(
  db: NodePgDatabase,
  target: { userId: string; conversationId: string },
  message: { role: (typeof messages.role.enumValues)[number]; content: string },
) {
  return db.transaction(async (tx) => {
    const [conversation] = await tx
      .update(conversations)
      .set({
        lastSeq: sql`${conversations.lastSeq} + 1`,
        messageCount: sql`${conversations.messageCount} + 1`,
        version: sql`${conversations.version} + 1`,
        lastActivityAt: sql`now()`,
        updatedAt: sql`now()`,
      })
      .where(
        and(
          eq(conversations.userId, target.userId),
          eq(conversations.id, target.conversationId),
          isNull(conversations.deletedAt),
        ),
      )
      .returning({ seq: conversations.lastSeq })
    if (!conversation) return undefined
    const id = crypto.randomUUID()
    const [row] = await tx
      .insert(messages)
      .values({ ...target, ...message, id, seq: conversation.seq, depth: conversation.seq })
      .returning(messageColumns)
    return row
  })
}
