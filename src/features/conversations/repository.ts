import { and, desc, eq, getTableColumns, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import type { NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { ConstraintErrors, Database } from '../../db/database.ts'
import { prepared } from '../../db/prepared.ts'
import { allRows, oneRow } from '../../db/rows.ts'
import { newId } from '../../id.ts'
import { fail, ok, type Result } from '../../result.ts'
import { embeddingJobs } from '../embedding-jobs/table.ts'
import { messages } from '../messages/table.ts'
import { chatVectors } from '../vectors/table.ts'
import {
  type ConversationCreate,
  type ConversationPatch,
  type ConversationRow,
  conversationRow,
  PREVIEW_LENGTH,
} from './schemas.ts'
import { conversations } from './table.ts'

/** Where a page of the list starts: behind this conversation. */
export interface ConversationPosition {
  lastActivityAt: string
  id: string
}

/** The conversations of one user; `not_found` is what is missing, deleted or somebody else's. */
export interface ConversationRepository {
  /** `conflict` where the user has a conversation of this id already. */
  create(conversation: ConversationCreate): Promise<Result<ConversationRow>>
  get(id: string): Promise<Result<ConversationRow>>
  /** Newest activity first, at most `limit` of them. */
  list(limit: number, after: ConversationPosition | null): Promise<Result<ConversationRow[]>>
  /** `versions`: which states may be changed, null for any; else `precondition_failed`. */
  patch(id: string, patch: ConversationPatch, versions: number[] | null): Promise<Result<ConversationRow>>
  /** Hides the conversation and its messages; their vectors and embedding jobs are removed for good. */
  remove(id: string, versions: number[] | null): Promise<Result<void>>
}

const ID_TAKEN: ConstraintErrors = { conversations_user_id_id_pk: { code: 'conflict' } }
const { userId: _userId, lastSeq: _lastSeq, deletedAt: _deletedAt, ...columns } = getTableColumns(conversations)

export function createConversationRepository(db: Database, userId: string): ConversationRepository {
  const live = (id: string) =>
    and(eq(conversations.userId, userId), eq(conversations.id, id), isNull(conversations.deletedAt))
  const inState = (id: string, versions: number[] | null) =>
    and(live(id), versions ? inArray(conversations.version, versions) : undefined)

  return {
    async create({ id = newId(), ...fields }) {
      const [results, error] = await db.write(
        'conversations.create',
        (q) => [q.insert(conversations).values({ userId, id, ...fields }), oneOf({ userId, id })],
        ID_TAKEN,
      )
      return error ? fail(error) : oneRow(results[1], conversationRow)
    },

    async get(id) {
      const [results, error] = await db.read('conversations.get', () => [oneOf({ userId, id })])
      return error ? fail(error) : oneRow(results[0], conversationRow)
    },

    async list(limit, after) {
      const [results, error] = await db.read('conversations.list', () => [
        after
          ? nextPage({ userId, limit, after: after.lastActivityAt, afterId: after.id })
          : firstPage({ userId, limit }),
      ])
      return error ? fail(error) : allRows(results[0], conversationRow)
    },

    async patch(id, patch, versions) {
      const [results, error] = await db.write('conversations.patch', (q) => [
        q
          .update(conversations)
          .set({ ...patch, updatedAt: sql`now()`, version: sql`version + 1` })
          .where(inState(id, versions))
          .returning({ id: conversations.id }),
        oneOf({ userId, id }),
      ])
      if (error) return fail(error)
      if (results[0].length === 0 && results[1].length > 0) return fail({ code: 'precondition_failed' })
      return oneRow(results[1], conversationRow)
    },

    async remove(id, versions) {
      // Statement by statement: each sees what was committed while the one before it waited for the row.
      const gone = sql`exists (select from ${conversations} where ${conversations.userId} = ${userId}
        and ${conversations.id} = ${id} and ${conversations.deletedAt} is not null)`
      const ofThis = sql`(select ${messages.id} from ${messages}
        where ${messages.userId} = ${userId} and ${messages.conversationId} = ${id})`
      const [results, error] = await db.write('conversations.remove', (q) => [
        q
          .update(conversations)
          .set({ deletedAt: sql`now()`, updatedAt: sql`now()`, version: sql`version + 1` })
          .where(inState(id, versions))
          .returning({ id: conversations.id }),
        q
          .delete(embeddingJobs)
          .where(and(gone, eq(embeddingJobs.userId, userId), inArray(embeddingJobs.messageId, ofThis))),
        q.delete(chatVectors).where(and(gone, eq(chatVectors.userId, userId), inArray(chatVectors.messageId, ofThis))),
        q.select({ id: conversations.id }).from(conversations).where(live(id)),
      ])
      if (error) return fail(error)
      if (results[0].length > 0) return ok(undefined)
      return fail({ code: results[3].length > 0 ? 'precondition_failed' : 'not_found' })
    },
  }
}

/** Conversations with their newest message: one look into the index of `seq` for each, however long they are. */
function selectWithLastMessage(q: NeonHttpDatabase, ...conditions: SQL[]) {
  const last = q
    .select({
      id: messages.id,
      role: messages.role,
      preview: sql<string>`left(${messages.content}, ${PREVIEW_LENGTH})`.as('preview'),
      createdAt: messages.createdAt,
    })
    .from(messages)
    .where(
      and(
        eq(messages.userId, sql.placeholder('userId')),
        eq(messages.conversationId, conversations.id),
        isNull(messages.deletedAt),
      ),
    )
    .orderBy(desc(messages.seq))
    .limit(1)
    .as('last_message')
  return q
    .select({
      ...columns,
      lastMessage: { id: last.id, role: last.role, preview: last.preview, createdAt: last.createdAt },
    })
    .from(conversations)
    .leftJoinLateral(last, sql`true`)
    .where(and(eq(conversations.userId, sql.placeholder('userId')), isNull(conversations.deletedAt), ...conditions))
}

const selectPage = (q: NeonHttpDatabase, ...conditions: SQL[]) =>
  selectWithLastMessage(q, ...conditions)
    .orderBy(desc(conversations.lastActivityAt), desc(conversations.id))
    .limit(sql.placeholder('limit'))

const oneOf = prepared((q) => selectWithLastMessage(q, eq(conversations.id, sql.placeholder('id'))))
const firstPage = prepared((q) => selectPage(q))
const nextPage = prepared((q) =>
  selectPage(
    q,
    sql`(${conversations.lastActivityAt}, ${conversations.id}) <
      (${sql.placeholder('after')}::timestamptz, ${sql.placeholder('afterId')}::uuid)`,
  ),
)
