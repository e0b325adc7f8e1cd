import { and, asc, desc, eq, exists, getTableColumns, isNull, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { conversations } from '../../src/features/conversations/table.ts'
import { messageColumns, messages } from '../../src/features/messages/table.ts'
import { chatVectors, vectorColumns } from '../../src/features/embeddings/table.ts'

// What Parley answers, less what only its own design knows: forks, derived titles, trees of messages, sketches.
const columns = without(getTableColumns(conversations), [
  'userId',
  'derivedTitle',
  'titleKey',
  'titleWords',
  'wordsVersion',
  'forkedFromConversation',
  'forkedFromMessage',
  'lastSeq',
  'lastBranch',
  'deletedAt',
  'purgeAfter',
  'version',
])
const messageFields = without(messageColumns, [
  'userId',
  'branch',
  'depth',
  'hasMetadata',
  'sentId',
  'deletedAt',
  'purgeAfter',
  'version',
])
const vectorFields = without(vectorColumns, ['userId', 'clientProvided'])

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
  const distance = sql<number>`${chatVectors.embedding} <=> ${sql.placeholder('embedding')}::halfvec`.as('distance')
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
      .select(messageFields)
      .from(messages)
      .where(
        and(eq(messages.userId, userId), eq(messages.conversationId, id), isNull(messages.deletedAt), exists(owned)),
      )
      .orderBy(asc(messages.seq))
      .limit(limit)
      .prepare('list_messages'),
    searchVectors: db
      .select({ ...vectorFields, distance })
      .from(chatVectors)
      .where(eq(chatVectors.userId, userId))
      .orderBy(sql`distance`)
      .limit(limit)
      .prepare('search_vectors'),
  }
}

/**
 * Begin, take the next `seq`, insert, commit: a round trip each. Unlike Parley it leaves no job to embed the text. The
 * conversation stays a list: Parley appends to the same one, and continues from the active leaf.
 *
 * @returns the message, or undefined where the user has no such conversation
 */
export function appendMessage(
  db: NodePgDatabase,
  target: { userId: string; conversationId: string },
  message: { role: (typeof messages.role.enumValues)[number]; content: string },
) {
  return db.transaction(async (tx) => {
    const id = crypto.randomUUID()
    const [conversation] = await tx
      .update(conversations)
      .set({
        lastSeq: sql`${conversations.lastSeq} + 1`,
        messageCount: sql`${conversations.messageCount} + 1`,
        activeLeafId: id,
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
    const parentId = sql`(select id from messages where user_id = ${target.userId}
      and conversation_id = ${target.conversationId} and seq = ${conversation.seq} - 1)`
    const [row] = await tx
      .insert(messages)
      .values({ ...target, ...message, id, parentId, seq: conversation.seq, depth: conversation.seq })
      .returning(messageFields)
    return row
  })
}

function without<T extends object, K extends keyof T>(columns: T, names: readonly K[]): Omit<T, K> {
  const entries = Object.entries(columns).filter(([name]) => !names.includes(name as K))
  return Object.fromEntries(entries) as Omit<T, K>
}
