import { and, desc, eq, getTableColumns, isNull, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { prepared } from '../../../db/prepared.ts'
import { messages } from '../../messages/table.ts'
import { PREVIEW_LENGTH } from '../schemas.ts'
import { conversations } from '../table.ts'

const {
  userId: _userId,
  title: _title,
  derivedTitle: _derivedTitle,
  titleKey: _titleKey,
  lastSeq: _lastSeq,
  lastBranch: _lastBranch,
  deletedAt,
  purgeAfter: _purgeAfter,
  titleWords: _titleWords,
  ...live
} = getTableColumns(conversations)
const columns = {
  ...live,
  title: sql<string | null>`coalesce(${conversations.title}, ${conversations.derivedTitle})`.as('shown_title'),
}

type Value = string | Placeholder

/** Conversations that are not deleted, with their newest message. */
export const selectWithLastMessage = (q: NeonHttpDatabase, userId: Value, ...conditions: (SQL | undefined)[]) =>
  selectAny(q, userId, columns, isNull(conversations.deletedAt), ...conditions)

/** The same of deleted ones, and when they were deleted. */
export const selectDeleted = (q: NeonHttpDatabase, userId: Value, ...conditions: (SQL | undefined)[]) =>
  selectAny(q, userId, { ...columns, deletedAt }, ...conditions)

/** One look into the index of `seq` for each newest message, however long the conversations are. */
function selectAny<T extends typeof columns>(
  q: NeonHttpDatabase,
  userId: Value,
  shown: T,
  ...conditions: (SQL | undefined)[]
) {
  const last = q
    .select({
      id: messages.id,
      role: messages.role,
      preview: sql<string>`left(${messages.content}, ${PREVIEW_LENGTH})`.as('preview'),
      createdAt: messages.createdAt,
    })
    .from(messages)
    .where(and(eq(messages.userId, userId), eq(messages.conversationId, conversations.id), isNull(messages.deletedAt)))
    .orderBy(desc(messages.seq))
    .limit(1)
    .as('last_message')
  return q
    .select({
      ...shown,
      lastMessage: { id: last.id, role: last.role, preview: last.preview, createdAt: last.createdAt },
    })
    .from(conversations)
    .leftJoinLateral(last, sql`true`)
    .where(and(eq(conversations.userId, userId), ...conditions))
}

/** One conversation that is not deleted. */
export const oneOf = prepared((q) =>
  selectWithLastMessage(q, sql.placeholder('userId'), eq(conversations.id, sql.placeholder('id'))),
)
