import { and, desc, eq, getTableColumns, isNull, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { asLooked } from '../../../db/look-through.ts'
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

/** The same of either kind, of a select as `lookThrough` returns it. */
export const selectLooked = (q: NeonHttpDatabase, userId: Value, isDeleted: boolean, looked: SQL) =>
  selectAny(q, userId, {
    ...columns,
    ...(isDeleted && { deletedAt }),
    isEnd: sql<boolean>`looked.is_end`.as('is_end'),
    isMatch: sql<boolean>`looked.is_match`.as('is_match'),
  }).innerJoin(asLooked(looked), sql`looked.id = ${conversations.id}`)

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
